import ICAL from 'ical.js';
import { instantOf } from '../../storage/local-time.ts';
import { AppError, fieldProblem } from '../protocol/errors.ts';
import type { ProblemCode, ProblemValues } from '../protocol/problems.ts';

/** More is no timetable of a school's. */
const MAX_EVENTS = 500;
export const MAX_LESSONS = 400;
/** How far ahead lessons are made: a school year. */
const MAX_AHEAD_MS = 400 * 86_400_000;
/** Steps of all rules of a file, so that nobody computes for longer than a blink: 500 weekly events of half a year, or one that is daily for 30 years. */
const MAX_STEPS = 12_000;
const MAX_LENGTH_MS = 8 * 3_600_000;
const MAX_TITLE = 80;
const MAX_SUBJECT = 40;
const MAX_UID = 255;

/** Outlook and Exchange name zones in their own way; the ones of schools that we know of. */
const WINDOWS_ZONES: Readonly<Record<string, string>> = {
  'China Standard Time': 'Asia/Shanghai',
  'Central Asia Standard Time': 'Asia/Urumqi',
};

/** One lesson to be, or an event that is none. Times are null where they could not be read. */
export interface ReadEvent {
  readonly uid: string;
  readonly title: string;
  readonly subject: string | null;
  /** Names of who holds it, as the file has it (`ORGANIZER`). */
  readonly organizer: string | null;
  readonly startsAtMs: number | null;
  readonly endsAtMs: number | null;
  /** Which one of its series, by where the rule puts it: it stays so when it is moved. */
  readonly occurrence: string;
  readonly problem: { readonly code: ProblemCode; readonly values: ProblemValues } | null;
}

export interface ReadOptions {
  /** Of times without a zone: the school's. */
  readonly timeZone: string;
  readonly nowMs: number;
}

/** What is left to be done with one file. */
interface Reading extends ReadOptions {
  steps: number;
}

/** What an event has wrong with it. */
class EventProblem extends Error {
  readonly code: ProblemCode;
  readonly values: ProblemValues;

  constructor(code: ProblemCode, values: ProblemValues = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

/**
 * The lessons to come of an iCalendar file (RFC 5545): single events, and daily or weekly ones with their EXDATE, RDATE and moved
 * occurrences (RECURRENCE-ID). What cannot be a lesson comes back with the reason. Work is bounded whatever the rules say.
 *
 * @throws AppError `invalidInput` when it is no calendar, or too much of one.
 */
export function readIcalendar(text: string, options: ReadOptions): ReadEvent[] {
  const components = eventsOf(text);
  const reading: Reading = { ...options, steps: MAX_STEPS };
  const series = new Map<string, ICAL.Component[]>();
  const events: ReadEvent[] = [];
  for (const component of components) {
    const uid = String(component.getFirstPropertyValue('uid') ?? '').trim();
    if (uid === '' || uid.length > MAX_UID) events.push(unreadable(component, uid, new EventProblem('icalNoUid')));
    else series.set(uid, [...(series.get(uid) ?? []), component]);
  }
  for (const [uid, parts] of series) {
    events.push(...lessonsOf(uid, parts, reading));
    if (events.length > MAX_LESSONS) throw fieldProblem('ics', 'icalTooMany', { n: MAX_LESSONS });
  }
  return events.toSorted((a, b) => (a.startsAtMs ?? 0) - (b.startsAtMs ?? 0));
}

/** Clocks change yearly; a zone that changes every minute would be computed without end. */
function hasEndlessZone(calendar: ICAL.Component): boolean {
  const changes = calendar.getAllSubcomponents('vtimezone').flatMap((zone) => zone.getAllSubcomponents());
  return changes
    .flatMap((change) => change.getAllProperties('rrule'))
    .some((property) => property.getValues().some((rule) => !(rule instanceof ICAL.Recur) || rule.freq !== 'YEARLY'));
}

function eventsOf(text: string): ICAL.Component[] {
  let calendars: ICAL.Component[];
  try {
    const parsed = ICAL.parse(text) as unknown[];
    const trees = typeof parsed[0] === 'string' ? [parsed] : (parsed as unknown[][]);
    calendars = trees.map((tree) => new ICAL.Component(tree as never));
  } catch (error) {
    const { details = {} } = fieldProblem('ics', 'icalUnreadable');
    throw new AppError('invalidInput', { cause: error, details });
  }
  if (calendars.some(hasEndlessZone)) throw fieldProblem('ics', 'icalUnreadable');
  const events = calendars.flatMap((calendar) => calendar.getAllSubcomponents('vevent'));
  if (events.length === 0) throw fieldProblem('ics', 'icalEmpty');
  if (events.length > MAX_EVENTS) throw fieldProblem('ics', 'icalTooMany', { n: MAX_EVENTS });
  return events;
}

function lessonsOf(uid: string, parts: readonly ICAL.Component[], options: Reading): ReadEvent[] {
  const master = parts.find((part) => part.getFirstProperty('recurrence-id') === null);
  const moved = new Map<string, ICAL.Component>();
  for (const part of parts) {
    const id = part.getFirstPropertyValue('recurrence-id');
    if (id instanceof ICAL.Time) moved.set(id.toString(), part);
  }
  const read: ReadEvent[] = [];
  const add = (component: ICAL.Component, occurrence: string, start: ICAL.Time): void => {
    if (String(component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED') return;
    const event = oneLesson(component, { uid, occurrence, start, options });
    if (event !== null) read.push(event);
  };
  try {
    if (master !== undefined) {
      for (const time of occurrencesOf(master, options)) {
        const override = moved.get(time.toString());
        if (override === undefined) add(master, time.toString(), time);
      }
    }
  } catch (error) {
    if (!(error instanceof EventProblem)) throw error;
    return [unreadable(master ?? parts[0], uid, error)];
  }
  for (const [occurrence, component] of moved) {
    const start = component.getFirstPropertyValue('dtstart');
    if (start instanceof ICAL.Time) add(component, occurrence, start);
  }
  return read;
}

/** Where the rule puts it, from today on. @throws EventProblem */
function occurrencesOf(event: ICAL.Component, reading: Reading): ICAL.Time[] {
  const start = startOf(event);
  const rules = event.getAllProperties('rrule');
  if (rules.length === 0 && event.getFirstProperty('rdate') === null) return [start];
  for (const rule of rules) assertWeekly(rule.getFirstValue());
  const expansion = new ICAL.RecurExpansion({ component: event, dtstart: start });
  return expanded(expansion, zoneOf(event, reading.timeZone), reading);
}

function expanded(expansion: ICAL.RecurExpansion, zone: string, reading: Reading): ICAL.Time[] {
  const { nowMs } = reading;
  const thisYear = new Date(nowMs).getUTCFullYear();
  const times: ICAL.Time[] = [];
  for (;;) {
    reading.steps -= 1;
    if (reading.steps < 0 || times.length > MAX_LESSONS) throw new EventProblem('icalTooLong');
    const next = expansion.next() as ICAL.Time | null | undefined;
    if (next === null || next === undefined) return times;
    if (next.year < thisYear - 1) continue;
    const startsAtMs = instantIn(next, zone);
    if (startsAtMs > nowMs + MAX_AHEAD_MS) return times;
    if (startsAtMs > nowMs) times.push(next);
  }
}

function startOf(event: ICAL.Component): ICAL.Time {
  const start = event.getFirstPropertyValue('dtstart');
  if (!(start instanceof ICAL.Time)) throw new EventProblem('icalNoStart');
  if (start.isDate) throw new EventProblem('icalWholeDay');
  return start;
}

/** Lessons recur daily or weekly; every other rule could be one that never comes true, which is looked for without an end. */
function assertWeekly(rule: unknown): void {
  if (!(rule instanceof ICAL.Recur)) throw new EventProblem('icalRuleUnsupported', { rule: String(rule) });
  const isKnown = rule.freq === 'WEEKLY' || rule.freq === 'DAILY';
  const parts = Object.keys(rule.parts);
  const days = (rule.parts['BYDAY'] ?? []) as unknown[];
  const hasPlainDays = days.every((day) => /^(MO|TU|WE|TH|FR|SA|SU)$/.test(String(day)));
  const hasOtherParts = parts.some((part) => part !== 'BYDAY');
  // A daily rule on given weekdays that an interval of whole weeks never meets has no end either.
  const mayNeverMatch = rule.freq === 'DAILY' && days.length > 0 && rule.interval !== 1;
  if (isKnown && hasPlainDays && !hasOtherParts && !mayNeverMatch && rule.interval >= 1 && rule.interval <= 52) return;
  throw new EventProblem('icalRuleUnsupported', { rule: rule.toString().slice(0, 80) });
}

interface Occurrence {
  readonly uid: string;
  readonly occurrence: string;
  readonly start: ICAL.Time;
  readonly options: ReadOptions;
}

/** Null for what is over. */
function oneLesson(component: ICAL.Component, { uid, occurrence, start, options }: Occurrence): ReadEvent | null {
  try {
    if (start.isDate) throw new EventProblem('icalWholeDay');
    const startsAtMs = instantIn(start, zoneOf(component, options.timeZone));
    if (startsAtMs <= options.nowMs) return null;
    if (startsAtMs > options.nowMs + MAX_AHEAD_MS) return null;
    const endsAtMs = startsAtMs + lengthOf(component, options.timeZone);
    return { ...factsOf(component), uid, occurrence, startsAtMs, endsAtMs, problem: null };
  } catch (error) {
    if (!(error instanceof EventProblem)) throw error;
    return unreadable(component, uid, error);
  }
}

/** DTEND or DURATION. */
function lengthOf(component: ICAL.Component, timeZone: string): number {
  const start = component.getFirstPropertyValue('dtstart');
  const end = component.getFirstPropertyValue('dtend');
  const duration = component.getFirstPropertyValue('duration');
  if (!(start instanceof ICAL.Time)) throw new EventProblem('icalNoStart');
  let lengthMs = 0;
  if (end instanceof ICAL.Time) {
    lengthMs = instantIn(end, zoneOf(component, timeZone, 'dtend')) - instantIn(start, zoneOf(component, timeZone));
  } else if (duration instanceof ICAL.Duration) lengthMs = duration.toSeconds() * 1_000;
  if (lengthMs <= 0) throw new EventProblem('icalNoEnd');
  if (lengthMs > MAX_LENGTH_MS) throw new EventProblem('lessonTooLong', { hours: MAX_LENGTH_MS / 3_600_000 });
  return lengthMs;
}

/** @throws EventProblem for a zone that nobody here knows. */
function zoneOf(component: ICAL.Component, schoolZone: string, name: 'dtstart' | 'dtend' = 'dtstart'): string {
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

function instantIn(time: ICAL.Time, zone: string): number {
  const two = (part: number): string => String(part).padStart(2, '0');
  const date = `${String(time.year).padStart(4, '0')}-${two(time.month)}-${two(time.day)}`;
  const instant = instantOf(
    date,
    `${two(time.hour)}:${two(time.minute)}`,
    time.zone === ICAL.Timezone.utcTimezone ? 'UTC' : zone,
  );
  if (!Number.isFinite(instant)) throw new EventProblem('icalNoStart');
  return instant;
}

function factsOf(component: ICAL.Component | undefined) {
  const text = (name: string): string => String(component?.getFirstPropertyValue(name) ?? '').trim();
  const title = text('summary').slice(0, MAX_TITLE);
  if (component !== undefined && title === '') throw new EventProblem('icalNoTitle');
  const subject = text('categories').slice(0, MAX_SUBJECT);
  const organizer = component?.getFirstProperty('organizer')?.getParameter('cn');
  return {
    title,
    subject: subject === '' ? null : subject,
    organizer: organizer === undefined ? null : String(organizer).trim(),
  };
}

function unreadable(component: ICAL.Component | undefined, uid: string, { code, values }: EventProblem): ReadEvent {
  const title = String(component?.getFirstPropertyValue('summary') ?? '')
    .trim()
    .slice(0, MAX_TITLE);
  return {
    ...{ uid: uid.slice(0, MAX_UID), title, subject: null, organizer: null },
    ...{ startsAtMs: null, endsAtMs: null, occurrence: '', problem: { code, values } },
  };
}
