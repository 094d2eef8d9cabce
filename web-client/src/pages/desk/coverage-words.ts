import type { SchoolCoverage } from '../../../../signaling/protocol/rest/coverage.ts';
import type { Term } from '../../../../signaling/protocol/rest/calendar.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const LAST_DAYS = 30;

/** To a tenth: schools report hours, nobody minutes. */
export const hoursOf = (ms: number): string => String(Math.round((ms / HOUR_MS) * 10) / 10);

export interface CoverageDates {
  readonly firstDate: string;
  readonly lastDate: string;
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length);

/** The last thirty days, today included. */
export function lastDays(today: string): CoverageDates {
  return { firstDate: dateOf(Date.parse(today) - (LAST_DAYS - 1) * DAY_MS), lastDate: today };
}

/** The term that today lies in, else the last one that has begun; null where there is none. */
export function currentTerm(terms: readonly Term[], today: string): Term | null {
  const begun = terms.filter(({ firstDate }) => firstDate <= today);
  return begun.find(({ lastDate }) => lastDate >= today) ?? begun.at(-1) ?? null;
}

export const hasAnything = ({ given, received }: SchoolCoverage): boolean => given.lessons > 0 || received.lessons > 0;
