import type { ClassGroup, School } from '../../protocol/rest/directory.ts';
import { AppError } from '../../protocol/errors.ts';
import type { ClassGroupId, SchoolId } from '../../protocol/ids.ts';
import { assertAdministers, belongsTo, isDistrictAdmin, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';

type Names =
  | 'listSchools'
  | 'createSchool'
  | 'changeSchool'
  | 'listClassGroups'
  | 'createClassGroup'
  | 'changeClassGroup'
  | 'deleteClassGroup';

/** What was given of a change; with `exactOptionalPropertyTypes` an undefined value is none. */
export function given<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Schools that a person's own school is paired with, in either direction, and the own one. */
export async function reachableSchoolIds(dependencies: RestDependencies, caller: PersonCaller): Promise<SchoolId[]> {
  const own = new Set<SchoolId>(caller.roles.flatMap(({ schoolId }) => (schoolId === null ? [] : [schoolId])));
  if (caller.schoolId !== null) own.add(caller.schoolId);
  const reachable = new Set(own);
  for (const schoolId of own) {
    for (const pairing of await dependencies.stores.classrooms.listPairings({ schoolId })) {
      reachable.add(pairing.lecturingSchoolId).add(pairing.listeningSchoolId);
    }
  }
  return [...reachable];
}

export class SchoolRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #directory: RestDependencies['stores']['directory'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#directory = dependencies.stores.directory;
  }

  readonly listSchools: RestHandlers['listSchools'] = async (_input, context) => {
    const caller = personOf(context.caller);
    const schools: School[] = await this.#directory.listSchools();
    if (isDistrictAdmin(caller)) return { schools };
    const reachable = new Set(await reachableSchoolIds(this.#dependencies, caller));
    return { schools: schools.filter((school) => reachable.has(school.schoolId)) };
  };

  readonly createSchool: RestHandlers['createSchool'] = async ({ body }) =>
    this.#directory.createSchool({ ...body, settings: given(body.settings) });

  readonly changeSchool: RestHandlers['changeSchool'] = async ({ params, body }, context) => {
    assertAdministers(personOf(context.caller), params.schoolId);
    const { settings, ...facts } = body;
    const changed = await this.#directory.changeSchool(params.schoolId, {
      ...given(facts),
      ...(settings === undefined ? {} : { settings: given(settings) }),
    });
    if (facts.timeZone !== undefined) await this.#dependencies.timetableKeeper.changed(params.schoolId);
    return changed;
  };

  readonly listClassGroups: RestHandlers['listClassGroups'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    const isReachable =
      belongsTo(caller, query.schoolId) ||
      (await reachableSchoolIds(this.#dependencies, caller)).includes(query.schoolId);
    if (!isReachable) throw new AppError('forbidden');
    const { schoolId, search } = query;
    return {
      classGroups: await this.#directory.listClassGroups(search === undefined ? { schoolId } : { schoolId, search }),
    };
  };

  readonly createClassGroup: RestHandlers['createClassGroup'] = async ({ body }, context) => {
    assertAdministers(personOf(context.caller), body.schoolId);
    return this.#directory.createClassGroup(body);
  };

  readonly changeClassGroup: RestHandlers['changeClassGroup'] = async ({ params, body }, context) => {
    await this.#groupFor(personOf(context.caller), params.classGroupId);
    return this.#directory.changeClassGroup(params.classGroupId, given(body));
  };

  readonly deleteClassGroup: RestHandlers['deleteClassGroup'] = async ({ params }, context) => {
    await this.#groupFor(personOf(context.caller), params.classGroupId);
    await this.#directory.deleteClassGroup(params.classGroupId);
    return {};
  };

  async #groupFor(caller: PersonCaller, classGroupId: ClassGroupId): Promise<ClassGroup> {
    const group = await this.#directory.classGroup(classGroupId);
    if (group === undefined) throw new AppError('notFound');
    assertAdministers(caller, group.schoolId);
    return group;
  }
}
