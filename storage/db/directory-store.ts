import type { Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { DirectoryStore } from '../ports/directory-store.ts';
import { insertPeople, personMethods } from './person-queries.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';
import { schoolMethods } from './school-queries.ts';

export function createDirectoryStore(db: Kysely<Database>): DirectoryStore {
  const people = personMethods(db);
  return {
    ...schoolMethods(db),
    ...people,
    async districtName() {
      return (await db.selectFrom('district').select('name').executeTakeFirst())?.name;
    },
    setDistrictName: (name) => setDistrictName(db, name),
    hasAdministrator: () => hasAdministrator(db),
    async setUpDistrict(districtName, administrator) {
      const [personId] = await inTransaction(db, async (tx) => {
        // The row of the district is the lock: of two first administrators one comes too late.
        await setDistrictName(tx, districtName);
        if (await hasAdministrator(tx)) throw new AppError('gone');
        return insertPeople(tx, [
          { ...administrator, role: 'districtAdmin', schoolId: null, mustChangePassword: false },
        ]);
      });
      const person = personId === undefined ? undefined : await people.person(personId);
      if (person === undefined) throw new AppError('internal');
      return person;
    },
  };
}

async function setDistrictName(db: Kysely<Database>, name: string): Promise<void> {
  await db
    .insertInto('district')
    .values({ name })
    .onConflict((conflict) => conflict.column('only_one').doUpdateSet({ name }))
    .execute();
}

async function hasAdministrator(db: Kysely<Database>): Promise<boolean> {
  const row = await db
    .selectFrom('role_grants as r')
    .innerJoin('persons as p', 'p.person_id', 'r.person_id')
    .select('p.person_id')
    .where('r.role', '=', 'districtAdmin')
    .where('p.is_active', '=', true)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
