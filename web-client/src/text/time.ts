import type { Language } from './language.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const words = {
  'zh-CN': { today: '今天', tomorrow: '明天', yesterday: '昨天' },
  en: { today: 'today', tomorrow: 'tomorrow', yesterday: 'yesterday' },
} as const;

export function clockTime(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('zh-CN', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(atMs);
}

function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

/** 今天 14:05 · 明天 08:00 · 3月5日 周四 10:00 */
export function dayAndTime(atMs: number, language: Language, nowMs = Date.now()): string {
  const days = Math.round((startOfDay(atMs) - startOfDay(nowMs)) / DAY_MS);
  const named = words[language];
  const time = clockTime(atMs);
  if (days === 0) return `${named.today} ${time}`;
  if (days === 1) return `${named.tomorrow} ${time}`;
  if (days === -1) return `${named.yesterday} ${time}`;
  const day = new Intl.DateTimeFormat(language, { month: 'long', day: 'numeric', weekday: 'short' }).format(atMs);
  return `${day} ${time}`;
}

/** 2027年3月1日 – what is far off needs no hour. */
export function wholeDate(atMs: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', day: 'numeric' }).format(atMs);
}

/** 1:04:09, 12:30 – lengths and countdowns. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const tail = `${String(m).padStart(h > 0 ? 2 : 1, '0')}:${String(s).padStart(2, '0')}`;
  return h > 0 ? `${h}:${tail}` : tail;
}

export type Countdown =
  | { readonly unit: 'now' }
  | { readonly unit: 'seconds' | 'minutes' | 'hours' | 'days'; readonly value: number };

/** How long until then, in the largest unit that says something. */
export function countdown(untilMs: number): Countdown {
  if (untilMs <= 0) return { unit: 'now' };
  if (untilMs < MINUTE_MS) return { unit: 'seconds', value: Math.ceil(untilMs / 1000) };
  if (untilMs < 60 * MINUTE_MS) return { unit: 'minutes', value: Math.ceil(untilMs / MINUTE_MS) };
  if (untilMs < DAY_MS) return { unit: 'hours', value: Math.round(untilMs / (60 * MINUTE_MS)) };
  return { unit: 'days', value: Math.round(untilMs / DAY_MS) };
}
