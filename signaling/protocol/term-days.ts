import type { SpecialDay } from './rest/calendar.ts';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

/** ISO 8601: 1 Monday … 7 Sunday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || WEEK_DAYS;
}

/** What makes a date unlike its weekday: a school's own day counts before the district's, and a make-up day before a holiday around it. */
export function specialDayOn(date: string, specialDays: readonly SpecialDay[]): SpecialDay | undefined {
  const here = specialDays.filter(({ firstDate, lastDate }) => firstDate <= date && date <= lastDate);
  const own = here.filter(({ schoolId }) => schoolId !== null);
  const counting = own.length > 0 ? own : here;
  return counting.find(({ followsWeekday }) => followsWeekday !== null) ?? counting[0];
}

/** Whose weekday's timetable is held on a date; null on a holiday. */
export function heldWeekday(date: string, specialDays: readonly SpecialDay[]): number | null {
  const special = specialDayOn(date, specialDays);
  return special === undefined ? weekdayOf(date) : special.followsWeekday;
}

/** 1 for the week, Monday to Sunday, that `firstDate` is in. */
export function weekNumber(date: string, firstDate: string): number {
  return (mondayMs(date) - mondayMs(firstDate)) / (WEEK_DAYS * DAY_MS) + 1;
}

const mondayMs = (date: string): number => Date.parse(`${date}T00:00:00Z`) - (weekdayOf(date) - 1) * DAY_MS;
