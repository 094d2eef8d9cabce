import type { Weeks } from '../signaling/protocol/rest/classrooms.ts';
import type { SpecialDay } from '../signaling/protocol/rest/calendar.ts';
import { heldWeekday, weekNumber } from '../signaling/protocol/term-days.ts';
import { datesOfWeekday } from './local-time.ts';

export interface EntryRule {
  readonly weekday: number;
  readonly weeks: Weeks;
  readonly firstDate: string;
  readonly lastDate: string;
}

/**
 * The dates of a weekly entry from `fromDate` on: its weekday without holidays, and the make-up days that follow it. A make-up day has its own
 * week's number, since that is the week it is held in.
 */
export function entryDates(rule: EntryRule, specialDays: readonly SpecialDay[], fromDate: string): string[] {
  const first = rule.firstDate > fromDate ? rule.firstDate : fromDate;
  const isWithin = (date: string): boolean => date >= first && date <= rule.lastDate;
  const makeUp = specialDays.flatMap((day) =>
    day.followsWeekday === rule.weekday && isWithin(day.firstDate) ? [day.firstDate] : [],
  );
  return [...new Set([...datesOfWeekday(rule.weekday, first, rule.lastDate), ...makeUp])]
    .filter((date) => heldWeekday(date, specialDays) === rule.weekday && isInWeeks(date, rule))
    .toSorted();
}

function isInWeeks(date: string, { weeks, firstDate }: EntryRule): boolean {
  if (weeks === 'all') return true;
  return weekNumber(date, firstDate) % 2 === (weeks === 'odd' ? 1 : 0);
}
