import { sql, type Kysely, type RawBuilder } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { AppError } from '../../signaling/protocol/errors.ts';
import { PersonId, type SchoolId } from '../../signaling/protocol/ids.ts';
import type { Person } from '../../signaling/protocol/rest/directory.ts';
import type { Role } from '../../signaling/protocol/roles.ts';
import { newId } from '../new-id.ts';
import type { Page } from '../ports/audience.ts';
import type {
  Credentials,
  DirectoryStore,
  NewPersonRecord,
  PeopleFilter,
  PeopleImport,
  PersonChange,
} from '../ports/directory-store.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';
import { insertClassGroups } from './school-queries.ts';
import { containing } from './search-pattern.ts';

/** A statement holds 65,535 values at most; a person has eight. */
const ROWS_PER_INSERT = 1_000;

type PersonMethods = Pick<
  DirectoryStore,
  | 'listPeople'
  | 'person'
  | 'people'
  | 'findByDisplayName'
  | 'findByAccount'
  | 'createPerson'
  | 'changePerson'
  | 'importPeople'
  | 'me'
  | 'credentials'
  | 'credentialsOf'
  | 'setPasswords'
>;

export function personMethods(db: Kysely<Database>): PersonMethods {
  return {
    listPeople: (filter) => listPeople(db, filter),
    person: (personId) => findPerson(db, personId),
    people: (personIds) => findPeople(db, personIds),
    async findByDisplayName(schoolId, displayNames) {
      if (displayNames.length === 0) return [];
      const rows = await selectPeople(db)
        .where('p.school_id', '=', schoolId)
        .where('p.display_name', '=', anyOf([...new Set(displayNames)]))
        .execute();
      return rows.map(toPerson);
    },
    async findByAccount(accounts) {
      if (accounts.length === 0) return [];
      const rows = await selectPeople(db)
        .where('p.account', '=', anyOf([...new Set(accounts)]))
        .execute();
      return rows.map(toPerson);
    },
    async createPerson(person) {
      const personId = person.personId ?? newId(PersonId);
      const [created] = await importPeople(db, { classGroups: [], people: [{ ...person, personId }] });
      return required(created);
    },
    changePerson: (personId, change) => changePerson(db, personId, change),
    importPeople: (people) => importPeople(db, people),
    async me(personId) {
      const row = await selectPeople(db)
        .leftJoin('schools as s', 's.school_id', 'p.school_id')
        .select('s.name as school_name')
        .where('p.person_id', '=', personId)
        .where('p.is_active', '=', true)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { classGroupId: _classGroupId, isActive: _isActive, ...me } = toPerson(row);
      return { ...me, schoolName: row.school_name };
    },
    credentials: (account) => findCredentials(db, { account }),
    credentialsOf: (personId) => findCredentials(db, { personId }),
    setPasswords: (passwords) =>
      inTransaction(db, async (tx) => {
        for (const { personId, passwordHash, mustChangePassword } of passwords) {
          const result = await tx
            .updateTable('persons')
            .set({ password_hash: passwordHash, must_change_password: mustChangePassword })
            .where('person_id', '=', personId)
            .executeTakeFirst();
          if (result.numUpdatedRows === 0n) throw new AppError('notFound');
        }
      }),
  };
}

export async function insertPeople(db: Kysely<Database>, people: readonly NewPersonRecord[]): Promise<PersonId[]> {
  const persons = people.map((person) => ({ ...person, personId: person.personId ?? newId(PersonId) }));
  for (const part of partsOf(persons)) {
    await db
      .insertInto('persons')
      .values(
        part.map((person) => ({
          person_id: person.personId,
          account: person.account,
          display_name: person.displayName,
          school_id: person.schoolId,
          class_group_id: person.classGroupId ?? null,
          student_number: person.studentNumber ?? null,
          password_hash: person.passwordHash,
          must_change_password: person.mustChangePassword,
        })),
      )
      .execute();
  }
  for (const part of partsOf(persons)) {
    const grants = part.map(({ personId, role, schoolId }) => grantRow(personId, role, schoolId));
    await db.insertInto('role_grants').values(grants).execute();
  }
  const guardianships = persons.flatMap(({ personId, wardIds }) =>
    [...new Set(wardIds)].map((wardId) => ({ guardian_id: personId, ward_id: wardId })),
  );
  for (const part of partsOf(guardianships)) await db.insertInto('guardianships').values(part).execute();
  return persons.map(({ personId }) => personId);
}

function importPeople(db: Kysely<Database>, { classGroups, people }: PeopleImport): Promise<Person[]> {
  return inTransaction(db, async (tx) => {
    await insertClassGroups(tx, classGroups);
    const personIds = await insertPeople(tx, people);
    const found = new Map((await findPeople(tx, personIds)).map((person) => [person.personId, person]));
    return personIds.map((personId) => required(found.get(personId)));
  });
}

async function listPeople(db: Kysely<Database>, filter: PeopleFilter): Promise<Page<Person>> {
  const { schoolIds, role, classGroupId, search } = filter;
  if (schoolIds?.length === 0) return { items: [], total: 0 };
  let matching = db.selectFrom('persons as p');
  if (schoolIds !== undefined) matching = matching.where('p.school_id', 'in', schoolIds);
  if (classGroupId !== undefined) matching = matching.where('p.class_group_id', '=', classGroupId);
  if (role !== undefined) {
    matching = matching.where((eb) =>
      eb.exists(
        eb
          .selectFrom('role_grants as r')
          .select('r.person_id')
          .whereRef('r.person_id', '=', 'p.person_id')
          .where('r.role', '=', role),
      ),
    );
  }
  if (search !== undefined && search !== '') {
    const pattern = containing(search);
    matching = matching.where((eb) =>
      eb.or([eb('p.display_name', 'ilike', pattern), eb('p.account', 'ilike', pattern)]),
    );
  }
  const { total } = await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const page = await matching
    .select('p.person_id')
    .orderBy('p.display_name')
    .orderBy('p.account')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute();
  const found = new Map(
    (
      await findPeople(
        db,
        page.map((row) => row.person_id),
      )
    ).map((person) => [person.personId, person]),
  );
  return { items: page.flatMap((row) => found.get(row.person_id) ?? []), total };
}

function changePerson(db: Kysely<Database>, personId: PersonId, change: PersonChange): Promise<Person> {
  return inTransaction(db, async (tx) => {
    const stored = await tx
      .selectFrom('persons')
      .select('school_id')
      .where('person_id', '=', personId)
      .forUpdate()
      .executeTakeFirst();
    if (stored === undefined) throw new AppError('notFound');
    const columns = {
      ...(change.displayName === undefined ? {} : { display_name: change.displayName }),
      ...(change.classGroupId === undefined ? {} : { class_group_id: change.classGroupId }),
      ...(change.isActive === undefined ? {} : { is_active: change.isActive }),
    };
    if (Object.keys(columns).length > 0) {
      await tx.updateTable('persons').set(columns).where('person_id', '=', personId).execute();
    }
    if (change.role !== undefined) {
      await tx
        .deleteFrom('role_grants')
        .where('person_id', '=', personId)
        .where((eb) => eb.or([eb('school_id', 'is', null), eb('school_id', '=', stored.school_id)]))
        .execute();
      await tx
        .insertInto('role_grants')
        .values(grantRow(personId, change.role, stored.school_id))
        .execute();
    }
    if (change.wardIds !== undefined) {
      await tx.deleteFrom('guardianships').where('guardian_id', '=', personId).execute();
      const rows = [...new Set(change.wardIds)].map((wardId) => ({ guardian_id: personId, ward_id: wardId }));
      if (rows.length > 0) await tx.insertInto('guardianships').values(rows).execute();
    }
    if (change.isActive === false) await tx.deleteFrom('sessions').where('person_id', '=', personId).execute();
    return required(await findPerson(tx, personId));
  });
}

async function findCredentials(
  db: Kysely<Database>,
  by: { readonly account: string } | { readonly personId: PersonId },
): Promise<Credentials | undefined> {
  const query = db
    .selectFrom('persons')
    .select([
      'person_id as personId',
      'password_hash as passwordHash',
      'is_active as isActive',
      'must_change_password as mustChangePassword',
    ]);
  return 'account' in by
    ? query.where('account', '=', by.account).executeTakeFirst()
    : query.where('person_id', '=', by.personId).executeTakeFirst();
}

async function findPerson(db: Kysely<Database>, personId: PersonId): Promise<Person | undefined> {
  const row = await selectPeople(db).where('p.person_id', '=', personId).executeTakeFirst();
  return row === undefined ? undefined : toPerson(row);
}

async function findPeople(db: Kysely<Database>, personIds: readonly PersonId[]): Promise<Person[]> {
  if (personIds.length === 0) return [];
  const rows = await selectPeople(db).where('p.person_id', '=', anyOf(personIds)).execute();
  return rows.map(toPerson);
}

/** One array value instead of a value each: an import may be larger than a statement's values. */
function anyOf<T extends string>(values: readonly T[]): RawBuilder<T> {
  return sql<T>`any(${sql.val([...values])}::text[])`;
}

function selectPeople(db: Kysely<Database>) {
  return db
    .selectFrom('persons as p')
    .leftJoin('class_groups as g', 'g.class_group_id', 'p.class_group_id')
    .select([
      'p.person_id',
      'p.account',
      'p.display_name',
      'p.school_id',
      'p.class_group_id',
      'p.is_active',
      'p.must_change_password',
      'g.full_name as class_group',
    ])
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('role_grants as r')
          .select(['r.role', 'r.school_id as schoolId'])
          .whereRef('r.person_id', '=', 'p.person_id')
          .orderBy('r.role'),
      ).as('roles'),
      jsonArrayFrom(
        eb
          .selectFrom('guardianships as w')
          .innerJoin('persons as c', 'c.person_id', 'w.ward_id')
          .select(['c.person_id as personId', 'c.display_name as displayName'])
          .whereRef('w.guardian_id', '=', 'p.person_id')
          .orderBy('c.display_name'),
      ).as('wards'),
    ]);
}

type PersonRow = Awaited<ReturnType<ReturnType<typeof selectPeople>['executeTakeFirstOrThrow']>>;

function toPerson(row: PersonRow): Person {
  return {
    personId: row.person_id,
    account: row.account,
    displayName: row.display_name,
    roles: row.roles,
    schoolId: row.school_id,
    classGroupId: row.class_group_id,
    classGroup: row.class_group,
    wards: row.wards,
    isActive: row.is_active,
    mustChangePassword: row.must_change_password,
  };
}

/** Only the district's administrators have a role without a school. */
function grantRow(
  personId: PersonId,
  role: Role,
  schoolId: SchoolId | null,
): { person_id: PersonId; role: Role; school_id: SchoolId | null } {
  if (role !== 'districtAdmin' && schoolId === null) {
    throw new AppError('invalidInput', { message: `a ${role} belongs to a school` });
  }
  return { person_id: personId, role, school_id: role === 'districtAdmin' ? null : schoolId };
}

function partsOf<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let n = 0; n < rows.length; n += ROWS_PER_INSERT) parts.push(rows.slice(n, n + ROWS_PER_INSERT));
  return parts;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new AppError('internal', { message: 'a row just written is not there' });
  return value;
}
