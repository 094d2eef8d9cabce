import ICAL from 'ical.js';
import { instantOf, localDateOf, localTimeOf } from '../../storage/local-time.ts';
import type { ProblemCode, ProblemValues } from '../protocol/problems.ts';

const MAX_LENGTH_MS = 8 * 3_600_000;
const MAX_TITLE = 80;
const MAX_SUBJECT = 40;
const MAX_START_TEXT = 40;
/** Of an integer of RFC 5545. */
const MAX_SEQUENCE = 2 ** 31 - 1;

/** Outlook and Exchange name zones in their own way; the ones of schools that we know of. */
const WINDOWS_ZONES: Readonly<Record<string, string>> = {
  'China Standard Time': 'Asia/Shanghai',
  'Central Asia Standard Time': 'Asia/Urumqi',
};

/** What an event has wrong with it. */
export class EventProblem extends Error {
  readonly code: ProblemCode;
  readonly values: ProblemValues;

  constructor(code: ProblemCode, values: ProblemValues = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

/** ical.js decodes a value when it is asked for, and throws what it likes. @throws EventProblem */
export function valuesOf(component: ICAL.Component, name: string): unknown[] {
  try {
    return component.getAllProperties(name).flatMap((property) => property.getValues() as unknown[]);
  } catch {
    throw new EventProblem('icalBadValue', { property: name.toUpperCase() });
  }
}

/** @throws EventProblem */
export const valueOf = (component: ICAL.Component, name: string): unknown => valuesOf(component, name)[0];

/** Empty where there is none, or something that is no text. @throws EventProblem */
export function textOf(component: ICAL.Component, name: string): string {
  const value = valueOf(component, name);
  return typeof value === 'string' ? value.trim() : '';
}

/** @throws EventProblem */
export function startOf(event: ICAL.Component): ICAL.Time {
  const start = valueOf(event, 'dtstart');
  if (!(start instanceof ICAL.Time)) throw new EventProblem('icalNoStart');
  if (start.isDate) throw new EventProblem('icalWholeDay');
  return start;
}

/** DTEND or DURATION. @throws EventProblem */
export function lengthOf(component: ICAL.Component, timeZone: string): number {
  const start = startOf(component);
  const end = valueOf(component, 'dtend');
  const duration = valueOf(component, 'duration');
  let lengthMs = 0;
  if (end instanceof ICAL.Time) {
    lengthMs = instantIn(end, zoneOf(component, timeZone, 'dtend')) - instantIn(start, zoneOf(component, timeZone));
  } else if (duration instanceof ICAL.Duration) lengthMs = duration.toSeconds() * 1_000;
  if (lengthMs <= 0) throw new EventProblem('icalNoEnd');
  if (lengthMs > MAX_LENGTH_MS) throw new EventProblem('lessonTooLong', { hours: MAX_LENGTH_MS / 3_600_000 });
  return lengthMs;
}

/** @throws EventProblem for a zone that nobody here knows. */
export function zoneOf(component: ICAL.Component, schoolZone: string, name: 'dtstart' | 'dtend' = 'dtstart'): string {
  const named = component.getFirstProperty(name)?.getParameter('tzid');
  if (named === undefined) return schoolZone;
  const zone = String(named);
  const known = WINDOWS_ZONES[zone] ?? zone.replace(/^\/(?:.*\/)?([A-Za-z]+\/[A-Za-z_]+)$/, '$1');
  try {
    return new Intl.DateTimeFormat('en', { timeZone: known }).resolvedOptions().timeZone;
  } catch {
    throw new EventProblem('icalZoneUnknown', { zone: zone.slice(0, 60) });
  }
}

const isUtc = (time: ICAL.Time): boolean => time.zone === ICAL.Timezone.utcTimezone;
const two = (part: number): string => String(part).padStart(2, '0');
const dateOf = (time: ICAL.Time): string => `${String(time.year).padStart(4, '0')}-${two(time.month)}-${two(time.day)}`;

/** @throws EventProblem */
export function instantIn(time: ICAL.Time, zone: string): number {
  const clock = `${two(time.hour)}:${two(time.minute)}`;
  if (!Number.isFinite(Date.parse(`${dateOf(time)}T${clock}:00Z`))) throw new EventProblem('icalNoStart');
  return instantOf(dateOf(time), clock, isUtc(time) ? 'UTC' : zone);
}

/** The zone that a series names its occurrences in; null where it does so in UTC. @throws EventProblem */
export function seriesZoneOf(master: ICAL.Component | undefined, schoolZone: string): string | null {
  if (master === undefined) return schoolZone;
  return isUtc(startOf(master)) ? null : zoneOf(master, schoolZone);
}

/** Where a rule puts an occurrence, in the local time of its series: some programs name single ones in UTC. */
export function occurrenceOf(time: ICAL.Time, seriesZone: string | null): string {
  if (seriesZone === null || time.isDate || !isUtc(time)) return time.toString();
  const atMs = instantIn(time, 'UTC');
  return `${localDateOf(atMs, seriesZone)}T${localTimeOf(atMs, seriesZone)}:${two(time.second)}`;
}

/** Which revision of the event it is; one that does not say so, or not in numbers, is the first. */
export function sequenceOf(component: ICAL.Component): number {
  const value = attempt(() => valueOf(component, 'sequence'));
  return typeof value === 'number' && value > 0 ? Math.min(Math.trunc(value), MAX_SEQUENCE) : 0;
}

export interface EventFacts {
  readonly title: string;
  readonly subject: string | null;
  /** Name of who holds it, as the file has it (`ORGANIZER`). */
  readonly organizer: string | null;
}

/** @throws EventProblem */
export function factsOf(component: ICAL.Component): EventFacts {
  const title = textOf(component, 'summary').slice(0, MAX_TITLE);
  if (title === '') throw new EventProblem('icalNoTitle');
  const subject = textOf(component, 'categories').slice(0, MAX_SUBJECT);
  const organizer = component.getFirstProperty('organizer')?.getParameter('cn');
  return {
    title,
    subject: subject === '' ? null : subject,
    organizer: organizer === undefined ? null : String(organizer).trim(),
  };
}

/** What people know the event by, however little of it can be read. */
export interface EventName {
  readonly title: string;
  /** Null where no instant can be made of it; what the file says is in `startText` then. */
  readonly startsAtMs: number | null;
  readonly startText: string | null;
}

export function nameOf(component: ICAL.Component, schoolZone: string): EventName {
  const raw: unknown = component.getFirstProperty('dtstart')?.toJSON()[3];
  const startText = typeof raw === 'string' ? raw.replace('T', ' ').slice(0, MAX_START_TEXT) : null;
  const title = attempt(() => textOf(component, 'summary')) ?? '';
  const startsAtMs = attempt(() => instantIn(startOf(component), zoneOf(component, schoolZone)));
  return { title: title.slice(0, MAX_TITLE), startsAtMs, startText: startsAtMs === null ? startText : null };
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof EventProblem) return null;
    throw error;
  }
}
