import { changedEntry, resolveEntry } from '../../directory/timetable-entry.ts';
import { AppError } from '../../protocol/errors.ts';
import type { TimetableEntry } from '../../protocol/rest/classrooms.ts';
import { assertAdministers, belongsTo, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { given } from './schools.ts';

type Names = 'listTimetable' | 'createTimetableEntry' | 'changeTimetableEntry' | 'deleteTimetableEntry';

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
    const entry = await resolveEntry(this.#stores, body);
    return this.#stores.timetable.create(entry, this.#nowMs());
  };

  readonly changeTimetableEntry: RestHandlers['changeTimetableEntry'] = async ({ params, body }, context) => {
    const entry = await this.#managed(personOf(context.caller), params.entryId);
    const changed = await resolveEntry(this.#stores, changedEntry(entry, given(body)));
    return this.#stores.timetable.change(params.entryId, changed, this.#nowMs());
  };

  readonly deleteTimetableEntry: RestHandlers['deleteTimetableEntry'] = async ({ params }, context) => {
    await this.#managed(personOf(context.caller), params.entryId);
    await this.#stores.timetable.delete(params.entryId, this.#nowMs());
    return {};
  };

  async #managed(caller: PersonCaller, entryId: string): Promise<TimetableEntry> {
    const entry = await this.#stores.timetable.entry(entryId);
    if (entry === undefined) throw new AppError('notFound');
    assertAdministers(caller, entry.schoolId);
    return entry;
  }
}
