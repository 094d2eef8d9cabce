import { AppError, fieldProblem } from '../../protocol/errors.ts';
import type { SpecialDayId, TermId } from '../../protocol/ids.ts';
import type { Period, Term } from '../../protocol/rest/calendar.ts';
import { assertAdministers, belongsTo, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { given } from './schools.ts';

type Names =
  | 'getSchoolCalendar'
  | 'createTerm'
  | 'changeTerm'
  | 'deleteTerm'
  | 'createSpecialDay'
  | 'deleteSpecialDay'
  | 'setPeriods';

const DAY_MS = 86_400_000;
const MAX_TERM_DAYS = 366;
const MAX_HOLIDAY_DAYS = 120;

const daysOf = ({ firstDate, lastDate }: Pick<Term, 'firstDate' | 'lastDate'>): number =>
  (Date.parse(lastDate) - Date.parse(firstDate)) / DAY_MS + 1;

function assertDates(dates: Pick<Term, 'firstDate' | 'lastDate'>): void {
  if (dates.lastDate < dates.firstDate) throw fieldProblem('lastDate', 'lastBeforeFirst');
}

function assertTerm(term: Pick<Term, 'firstDate' | 'lastDate'>): void {
  assertDates(term);
  if (daysOf(term) > MAX_TERM_DAYS) throw fieldProblem('lastDate', 'termTooLong', { days: MAX_TERM_DAYS });
}

/** In the order of the day, each ending before the next begins. */
function assertPeriods(periods: readonly Period[]): void {
  for (const [at, { number, startTime, endTime }] of periods.entries()) {
    const before = periods[at - 1];
    if (endTime <= startTime) throw fieldProblem(`periods.${at}.endTime`, 'periodBackwards', { number });
    if (before === undefined) continue;
    if (number <= before.number) throw fieldProblem(`periods.${at}.number`, 'periodRepeated', { number });
    if (startTime < before.endTime) throw fieldProblem(`periods.${at}.startTime`, 'periodOverlaps', { number });
  }
}

export class CalendarRoutes implements Pick<RestHandlers, Names> {
  readonly #stores: RestDependencies['stores'];
  readonly #keeper: RestDependencies['timetableKeeper'];

  constructor({ stores, timetableKeeper }: RestDependencies) {
    this.#stores = stores;
    this.#keeper = timetableKeeper;
  }

  readonly getSchoolCalendar: RestHandlers['getSchoolCalendar'] = async ({ query }, context) => {
    if (!belongsTo(personOf(context.caller), query.schoolId)) throw new AppError('forbidden');
    const { calendar, classrooms, directory } = this.#stores;
    const { schoolId } = query;
    const pairings = await classrooms.listPairings({ schoolId });
    const partnerIds = new Set(pairings.flatMap((pair) => [pair.lecturingSchoolId, pair.listeningSchoolId]));
    partnerIds.delete(schoolId);
    const partners = await Promise.all(
      [...partnerIds].map(async (partnerId) => {
        const [school, periods] = await Promise.all([directory.school(partnerId), calendar.periods(partnerId)]);
        return school === undefined
          ? []
          : [{ schoolId: partnerId, name: school.name, timeZone: school.timeZone, periods }];
      }),
    );
    const [terms, specialDays, periods] = await Promise.all([
      calendar.terms(schoolId),
      calendar.specialDays(schoolId),
      calendar.periods(schoolId),
    ]);
    return { terms, specialDays, periods, partners: partners.flat() };
  };

  readonly createTerm: RestHandlers['createTerm'] = async ({ body }, context) => {
    assertAdministers(personOf(context.caller), body.schoolId);
    assertTerm(body);
    return this.#stores.calendar.createTerm(body);
  };

  readonly changeTerm: RestHandlers['changeTerm'] = async ({ params, body }, context) => {
    const term = await this.#managedTerm(personOf(context.caller), params.termId);
    const change = given(body);
    assertTerm({ ...term, ...change });
    const changed = await this.#stores.calendar.changeTerm(term.termId, change);
    await this.#keeper.changed(term.schoolId);
    return changed;
  };

  readonly deleteTerm: RestHandlers['deleteTerm'] = async ({ params }, context) => {
    await this.#managedTerm(personOf(context.caller), params.termId);
    await this.#stores.calendar.deleteTerm(params.termId);
    return {};
  };

  readonly createSpecialDay: RestHandlers['createSpecialDay'] = async ({ body }, context) => {
    assertAdministers(personOf(context.caller), body.schoolId);
    assertDates(body);
    if (body.followsWeekday !== null && body.lastDate !== body.firstDate) {
      throw fieldProblem('lastDate', 'makeUpOneDay');
    }
    if (daysOf(body) > MAX_HOLIDAY_DAYS) throw fieldProblem('lastDate', 'daysTooLong', { days: MAX_HOLIDAY_DAYS });
    const day = await this.#stores.calendar.createSpecialDay(body);
    await this.#keeper.changed(body.schoolId);
    return day;
  };

  readonly deleteSpecialDay: RestHandlers['deleteSpecialDay'] = async ({ params }, context) => {
    const schoolId = await this.#schoolOfDay(personOf(context.caller), params.specialDayId);
    await this.#stores.calendar.deleteSpecialDay(params.specialDayId);
    await this.#keeper.changed(schoolId);
    return {};
  };

  readonly setPeriods: RestHandlers['setPeriods'] = async ({ params, body }, context) => {
    assertAdministers(personOf(context.caller), params.schoolId);
    assertPeriods(body.periods);
    const periods = await this.#stores.calendar.setPeriods(params.schoolId, body.periods);
    await this.#keeper.changed(params.schoolId);
    return { periods };
  };

  async #managedTerm(caller: PersonCaller, termId: TermId): Promise<Term> {
    const term = await this.#stores.calendar.term(termId);
    if (term === undefined) throw new AppError('notFound');
    assertAdministers(caller, term.schoolId);
    return term;
  }

  async #schoolOfDay(caller: PersonCaller, specialDayId: SpecialDayId) {
    const day = await this.#stores.calendar.specialDay(specialDayId);
    if (day === undefined) throw new AppError('notFound');
    assertAdministers(caller, day.schoolId);
    return day.schoolId;
  }
}
