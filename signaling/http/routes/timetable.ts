import type { Stores } from '../../../storage/ports.ts';
import { assertNoClash } from '../../directory/clashes.ts';
import { changedEntry, resolveEntry } from '../../directory/timetable-entry.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import type { SchoolId } from '../../protocol/ids.ts';
import type { TimetableEntry } from '../../protocol/rest/classrooms.ts';
import { assertAdministers, belongsTo, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { given } from './schools.ts';

type Names = 'listTimetable' | 'createTimetableEntry' | 'changeTimetableEntry' | 'deleteTimetableEntry';

/** Of a school: sixty classes with thirty lessons a week each, and some to spare. */
const MAX_ENTRIES = 2_500;

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
    const caller = personOf(context.caller);
    assertAdministers(caller, body.schoolId);
    const entry = await resolveEntry(this.#stores, body);
    return this.#planned(caller, body, async (stores) => {
      if ((await stores.timetable.list(body.schoolId)).length >= MAX_ENTRIES)
        throw fieldProblem('title', 'timetableFull', { n: MAX_ENTRIES });
      return await stores.timetable.create(entry, this.#nowMs());
    });
  };

  readonly changeTimetableEntry: RestHandlers['changeTimetableEntry'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const { entryId } = params;
    const wanted = changedEntry(await this.#managed(caller, entryId), given(body));
    const changed = await resolveEntry(this.#stores, wanted);
    return this.#planned(caller, wanted, (stores) => stores.timetable.change(entryId, changed, this.#nowMs()));
  };

  readonly deleteTimetableEntry: RestHandlers['deleteTimetableEntry'] = async ({ params }, context) => {
    await this.#managed(personOf(context.caller), params.entryId);
    await this.#stores.timetable.delete(params.entryId, this.#nowMs());
    return {};
  };

  /** Saved together with the look for clashes, so that of two who give a teacher away one is told. */
  async #planned(
    caller: PersonCaller,
    { schoolId, allowsClashes }: { readonly schoolId: SchoolId; readonly allowsClashes: boolean },
    save: (stores: Stores) => Promise<TimetableEntry>,
  ): Promise<TimetableEntry> {
    const timeZone = (await this.#stores.directory.school(schoolId))?.timeZone ?? 'UTC';
    return this.#stores.atomically(async (stores) => {
      const entry = await save(stores);
      await assertNoClash(stores, {
        scope: { entryId: entry.entryId },
        allowsClashes,
        timeZone,
        mayKnow: (other) => belongsTo(caller, other),
        nowMs: this.#nowMs(),
      });
      return entry;
    });
  }

  async #managed(caller: PersonCaller, entryId: string): Promise<TimetableEntry> {
    const entry = await this.#stores.timetable.entry(entryId);
    if (entry === undefined) throw new AppError('notFound');
    assertAdministers(caller, entry.schoolId);
    return entry;
  }
}
