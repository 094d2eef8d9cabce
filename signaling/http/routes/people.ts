import type { Audience } from '../../../storage/ports.ts';
import { hashPassword, readablePassword } from '../../auth/password.ts';
import { AccountNamer, accountCandidates } from '../../directory/accounts.ts';
import { importRows, previewImport } from '../../directory/people-import.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import type { ClassGroupId, PersonId, SchoolId } from '../../protocol/ids.ts';
import { isProblemCode, problemWords } from '../../protocol/problems.ts';
import { MAX_SHEET_CHARACTERS, type Person, type SignInSlip } from '../../protocol/rest/directory.ts';
import type { Role } from '../../protocol/roles.ts';
import { administers, assertAdministers, isDistrictAdmin, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers, RouteContext } from '../serve-route.ts';
import { audienceOf } from './lessons.ts';
import { given } from './schools.ts';

type Names = 'listPeople' | 'createPerson' | 'changePerson' | 'resetPasswords' | 'previewPeopleImport' | 'importPeople';

const administeredSchools = (caller: PersonCaller): Audience['schoolIds'] => audienceOf(caller).schoolIds ?? [];

/** A school's administrator must not make, change or take over an administrator of the district. */
function assertMayGrant(caller: PersonCaller, role: Role | undefined): void {
  if (role === 'districtAdmin' && !isDistrictAdmin(caller)) throw new AppError('forbidden');
}

/** Nobody gives up the own office: the last administrator would lock everybody out. */
function assertKeepsOffice(
  self: Person,
  change: { readonly isActive?: boolean | undefined; readonly role?: Role | undefined },
): void {
  const keepsRole = change.role === undefined || self.roles.every((grant) => grant.role === change.role);
  if (change.isActive === false || !keepsRole) throw new AppError('conflict');
}

function assertSheetSize(csv: string): void {
  if (csv.length <= MAX_SHEET_CHARACTERS) return;
  throw new AppError('payloadTooLarge', { details: { maxCharacters: MAX_SHEET_CHARACTERS } });
}

/** More than any school has people of one name. */
const NAMESAKES = 50;

export class PeopleRoutes implements Pick<RestHandlers, Names> {
  readonly #stores: RestDependencies['stores'];
  readonly #nowMs: RestDependencies['nowMs'];
  readonly #directory: RestDependencies['stores']['directory'];

  constructor(dependencies: RestDependencies) {
    this.#stores = dependencies.stores;
    this.#nowMs = dependencies.nowMs;
    this.#directory = dependencies.stores.directory;
  }

  readonly listPeople: RestHandlers['listPeople'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    const { schoolId, ...filter } = query;
    if (schoolId !== undefined) assertAdministers(caller, schoolId);
    const own = isDistrictAdmin(caller) ? undefined : administeredSchools(caller);
    const schoolIds = schoolId === undefined ? own : [schoolId];
    const { search, role, classGroupId, offset, limit } = filter;
    return this.#directory.listPeople({ offset, limit, ...given({ search, role, classGroupId, schoolIds }) });
  };

  readonly createPerson: RestHandlers['createPerson'] = async ({ body }, context) => {
    const caller = personOf(context.caller);
    assertAdministers(caller, body.schoolId);
    assertMayGrant(caller, body.role);
    await this.#assertClassGroup(body.schoolId, body.classGroupId);
    await this.#assertWards(caller, body.wardIds);
    const password = readablePassword();
    const person = await this.#directory.createPerson({
      ...body,
      account: body.account ?? (await this.#freeAccount(body.displayName)),
      passwordHash: await hashPassword(password),
      mustChangePassword: true,
    });
    await this.#audit(context, 'person.created', person.personId, body.schoolId);
    const { personId, displayName, account, classGroup } = person;
    return { person, slip: { personId, displayName, account, password, role: body.role, classGroup } };
  };

  readonly changePerson: RestHandlers['changePerson'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const person = await this.#managed(caller, params.personId);
    assertMayGrant(caller, body.role);
    await this.#assertClassGroup(person.schoolId, body.classGroupId);
    await this.#assertWards(caller, body.wardIds);
    if (person.personId === caller.personId) assertKeepsOffice(person, body);
    const changed = await this.#directory.changePerson(person.personId, given(body));
    await this.#audit(context, 'person.changed', person.personId, person.schoolId);
    return changed;
  };

  readonly resetPasswords: RestHandlers['resetPasswords'] = async ({ body }, context) => {
    const caller = personOf(context.caller);
    const slips: SignInSlip[] = [];
    const people: Person[] = [];
    // All are looked at before the first is changed: a refusal in the middle would lose the slips of those before.
    for (const personId of new Set(body.personIds)) people.push(await this.#managed(caller, personId));
    for (const { personId, displayName, account, classGroup, roles, schoolId } of people) {
      const role = roles[0]?.role ?? 'student';
      const password = readablePassword();
      const passwordHash = await hashPassword(password);
      const isOwn = personId === caller.personId;
      // Nobody else has seen the own slip, and a forced change would take it from the screen.
      await this.#directory.setPasswords([{ personId, passwordHash, mustChangePassword: !isOwn }]);
      await this.#stores.sessions.endAllOf({ kind: 'person', personId }, ...(isOwn ? [caller.sessionHash] : []));
      await this.#audit(context, 'person.passwordReset', personId, schoolId);
      slips.push({ personId, displayName, account, password, role, classGroup });
    }
    return { slips };
  };

  readonly previewPeopleImport: RestHandlers['previewPeopleImport'] = async ({ body }, context) => {
    assertAdministers(personOf(context.caller), body.schoolId);
    assertSheetSize(body.csv);
    const preview = await previewImport(this.#directory, body.schoolId, body.csv);
    const good = preview.rows.length;
    return {
      lines: [...preview.lines],
      good,
      bad: preview.lines.length - good,
      newClassGroups: [...preview.newClassGroups],
    };
  };

  readonly importPeople: RestHandlers['importPeople'] = async ({ body }, context) => {
    assertAdministers(personOf(context.caller), body.schoolId);
    assertSheetSize(body.csv);
    const { schoolId, csv, importKey } = body;
    const preview = await previewImport(this.#directory, schoolId, csv, importKey);
    const skipped = preview.lines.length - preview.rows.length;
    if (skipped > 0 && !body.skipBadLines) {
      const bad = preview.lines.filter((line) => line.problems.length > 0).slice(0, 20);
      const problems = bad.flatMap(({ line, problems: found }) =>
        found.map(({ column, code, values }) => ({
          path: `csv.${line}.${column}`,
          ...{ code, values },
          message: isProblemCode(code) ? problemWords(code, values) : code,
        })),
      );
      throw new AppError('invalidInput', { details: { problems } });
    }
    const result = await importRows(this.#directory, schoolId, preview.rows, importKey);
    await this.#audit(context, 'people.imported', null, schoolId);
    return { imported: result.people.length, skipped, slips: [...result.slips] };
  };

  /** @throws AppError `notFound` for people of other schools too: who goes there is not for others to know. */
  async #managed(caller: PersonCaller, personId: PersonId): Promise<Person> {
    const person = await this.#directory.person(personId);
    if (person === undefined || !administers(caller, person.schoolId)) throw new AppError('notFound');
    for (const grant of person.roles) {
      assertMayGrant(caller, grant.role);
      // Who is somebody at another school too is not this school's to take over.
      if (!administers(caller, grant.schoolId)) throw new AppError('forbidden');
    }
    return person;
  }

  /** A class group opens its lessons and recordings, so it is one of the person's own school. */
  async #assertClassGroup(schoolId: SchoolId | null, classGroupId: ClassGroupId | null | undefined): Promise<void> {
    if (classGroupId === undefined || classGroupId === null) return;
    const group = await this.#directory.classGroup(classGroupId);
    if (group === undefined || group.schoolId !== schoolId) throw fieldProblem('classGroupId', 'classGroupElsewhere');
  }

  /** Wards are pupils whom the caller administers: a guardian sees what its wards' meetings are about. */
  async #assertWards(caller: PersonCaller, wardIds: readonly PersonId[] | undefined): Promise<void> {
    const wards = await this.#directory.people(wardIds ?? []);
    const isRight = (ward: Person): boolean =>
      administers(caller, ward.schoolId) && ward.roles.some((grant) => grant.role === 'student');
    if (wards.length !== (wardIds?.length ?? 0) || !wards.every(isRight)) {
      throw fieldProblem('wardIds', 'wardNotPupil');
    }
  }

  async #audit(
    context: RouteContext,
    action: string,
    targetId: string | null,
    schoolId: SchoolId | null,
  ): Promise<void> {
    const actor = { kind: 'person', personId: personOf(context.caller).personId } as const;
    await this.#stores.audit.append({
      atMs: this.#nowMs(),
      actor,
      action,
      targetId,
      schoolId,
      address: context.address,
      details: {},
    });
  }

  async #freeAccount(displayName: string): Promise<string> {
    const candidates = accountCandidates(displayName, NAMESAKES);
    const taken = await this.#directory.findByAccount(candidates);
    return new AccountNamer(taken.map((person) => person.account)).nameFor(displayName);
  }
}
