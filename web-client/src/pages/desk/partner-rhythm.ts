import type { Period, SchoolCalendar } from '../../../../signaling/protocol/rest/calendar.ts';
import { clockTime } from '../../text/time.ts';
import { instantOf } from './school-days.ts';

export type Partner = SchoolCalendar['partners'][number];
type Times = Pick<Period, 'startTime' | 'endTime'>;

/** What a partner's clock shows meanwhile, and where in its day that is. */
export interface PartnerTimes extends Times {
  /** Number of the period that shares most of the time; else whether that is before, between or after its periods. */
  readonly place: number | 'before' | 'between' | 'after' | 'unknown';
}

/** @param date a day on which both clocks are looked at, since offsets may change with the season */
export function partnerTimes(times: Times, timeZone: string, partner: Partner, date: string): PartnerTimes {
  const there = (time: string): string => clockTime(instantOf(date, time, timeZone), partner.timeZone);
  const [startTime, endTime] = [there(times.startTime), there(times.endTime)];
  return { startTime, endTime, place: placeOf(startTime, endTime, partner.periods) };
}

function placeOf(startTime: string, endTime: string, periods: readonly Period[]): PartnerTimes['place'] {
  const [first, last] = [periods[0], periods.at(-1)];
  if (first === undefined || last === undefined) return 'unknown';
  const shared = periods
    .map((period) => ({ number: period.number, minutes: sharedMinutes(startTime, endTime, period) }))
    .toSorted((a, b) => b.minutes - a.minutes)[0];
  if (shared !== undefined && shared.minutes > 0) return shared.number;
  if (endTime <= first.startTime) return 'before';
  return startTime >= last.endTime ? 'after' : 'between';
}

function sharedMinutes(startTime: string, endTime: string, period: Times): number {
  return (
    Math.min(minutesOf(endTime), minutesOf(period.endTime)) -
    Math.max(minutesOf(startTime), minutesOf(period.startTime))
  );
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
