import { importCalendar, previewCalendar } from '../../directory/calendar-import.ts';
import type { CalendarImport } from '../../directory/calendar-verdict.ts';
import { assertReachable } from '../../directory/reachability.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import type { RouteParsedInput } from '../../protocol/rest.ts';
import { MAX_CALENDAR_CHARACTERS, type CalendarLine } from '../../protocol/rest/calendar-feeds.ts';
import { administers, belongsTo, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';

type Names = 'previewCalendarImport' | 'importCalendar';
type Body = RouteParsedInput<'importCalendar'>['body'];

/** Teachers import their own lessons, administrators those of their school's teachers. */
export class CalendarImportRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
  }

  readonly previewCalendarImport: RestHandlers['previewCalendarImport'] = async ({ body }, context) => ({
    lines: await previewCalendar(this.#dependencies.stores, await this.#wanted(personOf(context.caller), body)),
  });

  readonly importCalendar: RestHandlers['importCalendar'] = async ({ body }, context) => {
    const lines = await importCalendar(this.#dependencies.stores, await this.#wanted(personOf(context.caller), body));
    const count = (wanted: CalendarLine['state']): number => lines.filter(({ state }) => state === wanted).length;
    return {
      lines,
      ...{ made: count('made'), changed: count('changed') },
      ...{ cancelled: count('cancelled'), unchanged: count('unchanged') },
    };
  };

  /** @throws AppError `forbidden`, `payloadTooLarge`, `tooManyRequests`, `invalidInput` naming the field. */
  async #wanted(caller: PersonCaller, body: Body): Promise<CalendarImport> {
    const { stores, limits, nowMs } = this.#dependencies;
    const { schoolId, ics, classGroupIds, overwritesEdited } = body;
    const isAdmin = administers(caller, schoolId);
    const lecturerId = body.lecturerId ?? caller.personId;
    if (!isAdmin && (!belongsTo(caller, schoolId) || lecturerId !== caller.personId)) throw new AppError('forbidden');
    if (ics.length > MAX_CALENDAR_CHARACTERS) throw new AppError('payloadTooLarge');
    await limits.consume('calendarImportPerson', caller.personId);
    const lecturer = await stores.directory.person(lecturerId);
    const isTeacher = lecturer?.roles.some((grant) => grant.role === 'teacher' && grant.schoolId === schoolId);
    if (lecturer === undefined || lecturer.schoolId !== schoolId || !lecturer.isActive || isTeacher !== true) {
      throw fieldProblem('lecturerId', 'lecturerElsewhere');
    }
    await assertReachable(stores, schoolId, { classGroupIds, classroomIds: [] });
    return {
      ...{ schoolId, ics, lecturer, classGroupIds, isAdmin, overwritesEdited },
      mayKnow: (other) => belongsTo(caller, other),
      nowMs: nowMs(),
    };
  }
}
