import { weekdayOf } from '../signaling/protocol/term-days.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DAYS_OF_WEEK = 7;

/** Instant of a local date and time (`2026-09-01`, `08:30`) in an IANA zone; a time that daylight saving skips moves on. */
export function instantOf(date: string, time: string, timeZone: string): number {
  const asUtcMs = Date.parse(`${date}T${time}:00Z`);
  // The offset is looked up twice, since the first guess may lie on the other side of a change of offset.
  const guessMs = asUtcMs - offsetMs(asUtcMs, timeZone);
  return asUtcMs - offsetMs(guessMs, timeZone);
}

/** Local date of an instant, `2026-09-01`. */
export function localDateOf(instantMs: number, timeZone: string): string {
  return new Date(instantMs + offsetMs(instantMs, timeZone)).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Local time of an instant, `08:30`. */
export function localTimeOf(instantMs: number, timeZone: string): string {
  return new Date(instantMs + offsetMs(instantMs, timeZone))
    .toISOString()
    .slice('YYYY-MM-DDT'.length, 'YYYY-MM-DDTHH:MM'.length);
}

/** The dates of one weekday from the first to the last, both inclusive. */
export function datesOfWeekday(weekday: number, firstDate: string, lastDate: string): string[] {
  const dates: string[] = [];
  const daysToFirst = (weekday - weekdayOf(firstDate) + DAYS_OF_WEEK) % DAYS_OF_WEEK;
  const lastMs = Date.parse(`${lastDate}T00:00:00Z`);
  let dayMs = Date.parse(`${firstDate}T00:00:00Z`) + daysToFirst * DAY_MS;
  for (; dayMs <= lastMs; dayMs += DAYS_OF_WEEK * DAY_MS) {
    dates.push(new Date(dayMs).toISOString().slice(0, 'YYYY-MM-DD'.length));
  }
  return dates;
}

/** Making one takes longer than asking it a hundred times; a school's whole term is asked at once. There are as many as time zones in use. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}

function offsetMs(instantMs: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(instantMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((found) => found.type === type)?.value);
  const localMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  return localMs - Math.floor(instantMs / MINUTE_MS) * MINUTE_MS;
}
