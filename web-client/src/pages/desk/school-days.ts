/** Days and terms as a school counts them: local dates `YYYY-MM-DD`, in the school's own time. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The date in a time zone at an instant. */
export function localDate(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(atMs);
}

/** The date where it is latest: what has been taught there today is in the figures of all. */
export function latestDate(atMs: number, places: readonly { readonly timeZone: string }[]): string {
  const dates = places.map(({ timeZone }) => localDate(atMs, timeZone));
  return dates.reduce((latest, date) => (date > latest ? date : latest), dates[0] ?? localDate(atMs, 'UTC'));
}

export function shiftDate(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(atMs);
  return Date.parse(`${parts.replace(' ', 'T')}Z`) - Math.floor(atMs / 1_000) * 1_000;
}

/** The instant at which a school's clock shows this date and time. */
export function instantOf(date: string, time: string, timeZone: string): number {
  const wall = Date.parse(`${date}T${time}:00Z`);
  const guess = wall - offsetMs(wall, timeZone);
  return wall - offsetMs(guess, timeZone);
}

export function dayRange(date: string, timeZone: string): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: instantOf(date, '00:00', timeZone), toMs: instantOf(shiftDate(date, 1), '00:00', timeZone) };
}

/** Usual ends of the two terms of a Chinese school year: mid July, and about 20 January. */
export function termEnd(date: string): string {
  const year = Number(date.slice(0, 4));
  const monthDay = date.slice(5);
  if (monthDay <= '01-20') return `${year}-01-20`;
  return monthDay <= '07-15' ? `${year}-07-15` : `${year + 1}-01-20`;
}

/** `HH:MM` that many minutes later, within the day. */
export function laterTime(time: string, minutes: number): string {
  const at = Math.min(Date.parse(`1970-01-01T${time}:00Z`) + minutes * MINUTE_MS, DAY_MS - MINUTE_MS);
  return new Date(at).toISOString().slice(11, 16);
}
