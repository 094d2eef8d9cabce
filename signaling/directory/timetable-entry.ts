import type { NewTimetableEntryRecord, Stores } from '../../storage/ports.ts';
import { fieldProblem } from '../protocol/errors.ts';
import type { NewTimetableEntry, TimetableEntry } from '../protocol/rest/classrooms.ts';
import type * as z from 'zod';
import { assertReachable } from './reachability.ts';

type Wanted = z.output<typeof NewTimetableEntry>;
type Change = Partial<Omit<Wanted, 'schoolId'>>;
type EntryStores = Pick<Stores, 'calendar' | 'classrooms' | 'directory'>;

/** A time of its own takes an entry out of its period, and dates of its own out of its term. */
export function changedEntry(stored: TimetableEntry, change: Change): Wanted {
  const isOwnTime = change.period === undefined && (change.startTime ?? change.endTime) !== undefined;
  const isOwnDates = change.termId === undefined && (change.firstDate ?? change.lastDate) !== undefined;
  return {
    ...stored,
    allowsClashes: false,
    ...change,
    ...(isOwnTime ? { period: null } : {}),
    ...(isOwnDates ? { termId: null } : {}),
  };
}

/**
 * What is stored of an entry, with the times of its period and the dates of its term.
 *
 * @throws AppError `invalidInput` naming the field.
 */
export async function resolveEntry(stores: EntryStores, wanted: Wanted): Promise<NewTimetableEntryRecord> {
  const { schoolId } = wanted;
  const times = await timesOf(stores, wanted);
  const dates = await datesOf(stores, wanted);
  if (times.endTime <= times.startTime) throw fieldProblem('endTime', 'endsBeforeStart');
  if (dates.lastDate < dates.firstDate) throw fieldProblem('lastDate', 'lastBeforeFirst');
  const lecturer = await stores.directory.person(wanted.lecturerId);
  const isTeacher = lecturer?.roles.some((grant) => grant.role === 'teacher' && grant.schoolId === schoolId);
  if (lecturer?.schoolId !== schoolId || isTeacher !== true) throw fieldProblem('lecturerId', 'lecturerElsewhere');
  await assertReachable(stores, schoolId, wanted);
  return { ...wanted, ...times, ...dates };
}

async function timesOf({ calendar }: EntryStores, { schoolId, period, startTime, endTime }: Wanted) {
  if (period === null) {
    if (startTime === undefined || endTime === undefined) throw fieldProblem('startTime', 'timesMissing');
    return { startTime, endTime };
  }
  const found = (await calendar.periods(schoolId)).find(({ number }) => number === period);
  if (found === undefined) throw fieldProblem('period', 'periodUnknown', { number: period });
  return { startTime: found.startTime, endTime: found.endTime };
}

async function datesOf({ calendar }: EntryStores, { schoolId, termId, firstDate, lastDate }: Wanted) {
  if (termId === null) {
    if (firstDate === undefined || lastDate === undefined) throw fieldProblem('firstDate', 'datesMissing');
    return { firstDate, lastDate };
  }
  const term = await calendar.term(termId);
  if (term === undefined || (term.schoolId !== null && term.schoolId !== schoolId)) {
    throw fieldProblem('termId', 'termUnknown');
  }
  return { firstDate: term.firstDate, lastDate: term.lastDate };
}
