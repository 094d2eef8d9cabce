import { assertReachable } from '../../directory/reachability.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import type { ClassGroupId, ClassroomId, PersonId, SchoolId } from '../../protocol/ids.ts';
import type { TimetableEntry } from '../../protocol/rest/classrooms.ts';
import { assertAdministers, belongsTo, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { given } from './schools.ts';

type Names = 'listTimetable' | 'createTimetableEntry' | 'changeTimetableEntry' | 'deleteTimetableEntry';

interface EntryParts {
  readonly schoolId: SchoolId;
  readonly lecturerId: PersonId;
  readonly classGroupIds: readonly ClassGroupId[];
  readonly classroomIds: readonly ClassroomId[];
  readonly startTime: string;
  readonly endTime: string;
  readonly firstDate: string;
  readonly lastDate: string;
}

export class TimetableRoutes implements Pick<RestHandlers, Names> {
  readonly #stores: RestDependencies['stores'];
  readonly #nowMs: RestDependencies['nowMs'];

  constructor(dependencies: RestDependencies) {
    this.#stores = dependencies.stores;
    this.#nowMs = dependencies.nowMs;
  }

  readonly listTimetable: RestHandlers['listTimetable'] = async ({ query }, context) => {
    if (!belongsTo(personOf(context.caller), query.schoolId)) throw new AppError('forbidden');
    return { entries: await this.#stores.timetable.list(query.schoolId) };
  };

  readonly createTimetableEntry: RestHandlers['createTimetableEntry'] = async ({ body }, context) => {
    assertAdministers(personOf(context.caller), body.schoolId);
    await this.#assertEntry(body);
    return this.#stores.timetable.create(body, this.#nowMs());
  };

  readonly changeTimetableEntry: RestHandlers['changeTimetableEntry'] = async ({ params, body }, context) => {
    const entry = await this.#managed(personOf(context.caller), params.entryId);
    const change = given(body);
    await this.#assertEntry({ ...entry, ...change });
    return this.#stores.timetable.change(params.entryId, change, this.#nowMs());
  };

  readonly deleteTimetableEntry: RestHandlers['deleteTimetableEntry'] = async ({ params }, context) => {
    await this.#managed(personOf(context.caller), params.entryId);
    await this.#stores.timetable.delete(params.entryId, this.#nowMs());
    return {};
  };

  async #assertEntry(entry: EntryParts): Promise<void> {
    if (entry.endTime <= entry.startTime) throw fieldProblem('endTime', 'endsBeforeStart');
    if (entry.lastDate < entry.firstDate) throw fieldProblem('lastDate', 'lastBeforeFirst');
    const lecturer = await this.#stores.directory.person(entry.lecturerId);
    const isTeacher = lecturer?.roles.some((grant) => grant.role === 'teacher' && grant.schoolId === entry.schoolId);
    if (lecturer?.schoolId !== entry.schoolId || isTeacher !== true) {
      throw fieldProblem('lecturerId', 'lecturerElsewhere');
    }
    await assertReachable(this.#stores, entry.schoolId, entry);
  }

  async #managed(caller: PersonCaller, entryId: string): Promise<TimetableEntry> {
    const entry = await this.#stores.timetable.entry(entryId);
    if (entry === undefined) throw new AppError('notFound');
    assertAdministers(caller, entry.schoolId);
    return entry;
  }
}
