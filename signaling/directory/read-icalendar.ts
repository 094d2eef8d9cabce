import ICAL from 'ical.js';
import { AppError, fieldProblem } from '../protocol/errors.ts';
import type { ProblemCode, ProblemValues } from '../protocol/problems.ts';
import { brokenEvent } from './broken-icalendar.ts';
import {
  EventProblem,
  factsOf,
  instantIn,
  lengthOf,
  nameOf,
  occurrenceOf,
  sequenceOf,
  seriesZoneOf,
  startOf,
  textOf,
  valueOf,
  valuesOf,
  zoneOf,
  type EventFacts,
  type EventName,
} from './icalendar-values.ts';

/** More is no timetable of a school's. */
const MAX_EVENTS = 500;
export const MAX_LESSONS = 400;
/** How far ahead lessons are made: a school year. */
const MAX_AHEAD_MS = 400 * 86_400_000;
/** Steps of all rules of a file, so that nobody computes for longer than a blink: 500 weekly events of half a year, or one that is daily for 30 years. */
const MAX_STEPS = 12_000;
const MAX_UID = 255;
/** Of an event that is no series: it stays the same one when it is moved. */
export const SINGLE = '';

interface OfEvent {
  readonly uid: string;
}

interface OfRevision extends OfEvent {
  readonly sequence: number;
}

/** One lesson to be. */
export interface ReadLesson extends OfRevision, EventFacts {
  readonly kind: 'lesson';
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** Which one of its series, by where the rule puts it: it stays so when it is moved. */
  readonly occurrence: string;
}

/** It does not take place, by STATUS, METHOD or EXDATE. */
export interface ReadCancellation extends OfRevision, EventName {
  readonly kind: 'cancelled';
  /** Null: of the event all that the file has no lesson for. */
  readonly occurrence: string | null;
}

export interface ReadProblem extends OfEvent, EventName {
  readonly kind: 'unreadable';
  readonly problem: { readonly code: ProblemCode; readonly values: ProblemValues };
}

export type ReadEvent = ReadLesson | ReadCancellation | ReadProblem;

export interface ReadOptions {
  /** Of times without a zone: the school's. */
  readonly timeZone: string;
  readonly nowMs: number;
}

/** What is left to be done with one file. */
interface Reading extends ReadOptions {
  steps: number;
}

/** An event of the file, or one occurrence of a series that is named apart. */
interface Part {
  readonly component: ICAL.Component;
  readonly isCancelled: boolean;
  readonly sequence: number;
}

/**
 * The lessons to come of an iCalendar file (RFC 5545): single events, and daily or weekly ones with their EXDATE, RDATE and moved
 * occurrences (RECURRENCE-ID); and what it cancels (RFC 5546). What cannot be a lesson comes back with the reason. Work is bounded whatever
 * the rules say.
 *
 * @throws AppError `invalidInput` when it is no calendar, or too much of one.
 */
export function readIcalendar(text: string, options: ReadOptions): ReadEvent[] {
  const reading: Reading = { ...options, steps: MAX_STEPS };
  const series = new Map<string, Part[]>();
  const events: ReadEvent[] = [];
  for (const part of partsOf(text)) {
    const uid = uidOf(part.component);
    if (uid === '' || uid.length > MAX_UID) {
      events.push(unreadable(part.component, uid, reading, new EventProblem('icalNoUid')));
    } else series.set(uid, [...(series.get(uid) ?? []), part]);
  }
  let lessons = 0;
  for (const [uid, parts] of series) {
    const read = eventsOf(uid, parts, reading);
    lessons += read.filter(({ kind }) => kind === 'lesson').length;
    if (lessons > MAX_LESSONS) throw fieldProblem('ics', 'icalTooMany', { n: MAX_LESSONS });
    events.push(...read);
  }
  return events.toSorted((a, b) => placeOf(a) - placeOf(b));
}

const placeOf = (event: ReadEvent): number => (event.kind === 'unreadable' ? 0 : (event.startsAtMs ?? 0));
const uidOf = (component: ICAL.Component): string => String(component.getFirstPropertyValue('uid') ?? '').trim();

/** Clocks change yearly; a zone that changes every minute would be computed without end. */
function hasEndlessZone(calendar: ICAL.Component): boolean {
  const changes = calendar.getAllSubcomponents('vtimezone').flatMap((zone) => zone.getAllSubcomponents());
  try {
    const rules = changes.flatMap((change) => valuesOf(change, 'rrule'));
    return rules.some((rule) => !(rule instanceof ICAL.Recur) || rule.freq !== 'YEARLY');
  } catch (error) {
    if (error instanceof EventProblem) return true;
    throw error;
  }
}

function calendarsOf(text: string): ICAL.Component[] {
  try {
    const parsed = ICAL.parse(text) as unknown[];
    const trees = typeof parsed[0] === 'string' ? [parsed] : (parsed as unknown[][]);
    return trees.map((tree) => new ICAL.Component(tree as never));
  } catch (error) {
    const broken = brokenEvent(text);
    const { details = {} } =
      broken === undefined ? fieldProblem('ics', 'icalUnreadable') : fieldProblem('ics', 'icalBrokenEvent', broken);
    throw new AppError('invalidInput', { cause: error, details });
  }
}

function partsOf(text: string): Part[] {
  const calendars = calendarsOf(text);
  if (calendars.some(hasEndlessZone)) throw fieldProblem('ics', 'icalZoneEndless');
  const parts = calendars.flatMap((calendar) => {
    const isCancelled = textOf(calendar, 'method').toUpperCase() === 'CANCEL';
    return calendar.getAllSubcomponents('vevent').map((component) => ({
      component,
      isCancelled: isCancelled || isCalledOff(component),
      sequence: sequenceOf(component),
    }));
  });
  if (parts.length === 0) throw fieldProblem('ics', 'icalEmpty');
  if (parts.length > MAX_EVENTS) throw fieldProblem('ics', 'icalTooMany', { n: MAX_EVENTS });
  return parts;
}

const isCalledOff = (component: ICAL.Component): boolean => textOf(component, 'status').toUpperCase() === 'CANCELLED';

/** One event with what is said of its single occurrences. */
function eventsOf(uid: string, parts: readonly Part[], reading: Reading): ReadEvent[] {
  const master = parts.find(({ component }) => component.getFirstProperty('recurrence-id') === null);
  try {
    const zone = master?.isCancelled === true ? reading.timeZone : seriesZoneOf(master?.component, reading.timeZone);
    const apart = new Map<string, Part>();
    const problems: ReadEvent[] = [];
    for (const part of parts) {
      if (part.component.getFirstProperty('recurrence-id') === null) continue;
      try {
        apart.set(apartOf(part.component, zone), inSeries(part, master));
      } catch (error) {
        problems.push(unreadable(part.component, uid, reading, error));
      }
    }
    const regular = master === undefined ? [] : regularOf(uid, master, { zone, apart, reading });
    const single = [...apart].flatMap(([occurrence, part]) =>
      part.isCancelled
        ? [{ ...cancellation(uid, part, reading), occurrence }]
        : lessonOf(part, { uid, occurrence, reading }),
    );
    return [...problems, ...regular, ...single];
  } catch (error) {
    return [unreadable(master?.component ?? parts[0]?.component, uid, reading, error)];
  }
}

/** The file has both as they were at one time, and not every program counts for the single ones. */
const inSeries = (part: Part, master: Part | undefined): Part =>
  master === undefined ? part : { ...part, sequence: Math.max(part.sequence, master.sequence) };

/** Which occurrence is meant. @throws EventProblem */
function apartOf(component: ICAL.Component, zone: string | null): string {
  // From there on all of them: such a file says twice what the rest of a series is, and programs disagree which one counts.
  if (component.getFirstProperty('recurrence-id')?.getParameter('range') !== undefined)
    throw new EventProblem('icalRangeUnsupported');
  const id = valueOf(component, 'recurrence-id');
  if (!(id instanceof ICAL.Time)) throw new EventProblem('icalBadValue', { property: 'RECURRENCE-ID' });
  return occurrenceOf(id, zone);
}

interface Series {
  readonly zone: string | null;
  readonly apart: ReadonlyMap<string, unknown>;
  readonly reading: Reading;
}

/** What takes place as the rule has it, and what EXDATE takes out of it. @throws EventProblem */
function regularOf(uid: string, part: Part, { zone, apart, reading }: Series): ReadEvent[] {
  const { component } = part;
  if (part.isCancelled) return [{ ...cancellation(uid, part, reading), occurrence: null }];
  const start = startOf(component);
  if (!isSeries(component)) {
    if (apart.has(occurrenceOf(start, zone))) return [];
    return lessonOf(part, { uid, occurrence: SINGLE, reading });
  }
  const excluded = new Set(
    valuesOf(component, 'exdate').flatMap((time) => (time instanceof ICAL.Time ? [occurrenceOf(time, zone)] : [])),
  );
  const isExcluded = (occurrence: string): boolean =>
    excluded.has(occurrence) || excluded.has(occurrence.slice(0, '2026-09-01'.length));
  const lessons = occurrencesOf(component, start, reading).flatMap((time) => {
    const occurrence = occurrenceOf(time, zone);
    if (apart.has(occurrence) || isExcluded(occurrence)) return [];
    return lessonOf(part, { uid, occurrence, reading, start: time });
  });
  const yesterday = new Date(reading.nowMs - 86_400_000).toISOString();
  const cancelled = [...excluded].filter((occurrence) => occurrence > yesterday && !apart.has(occurrence));
  const name = cancellation(uid, part, reading);
  return [
    ...lessons,
    ...cancelled.map((occurrence) => ({
      ...name,
      ...{ occurrence, startsAtMs: null, startText: occurrence.replace('T', ' ') },
    })),
  ];
}

const isSeries = (event: ICAL.Component): boolean =>
  event.getFirstProperty('rrule') !== null || event.getFirstProperty('rdate') !== null;

/** Where the rule puts it, from today on. @throws EventProblem */
function occurrencesOf(event: ICAL.Component, start: ICAL.Time, reading: Reading): ICAL.Time[] {
  for (const rule of valuesOf(event, 'rrule')) assertWeekly(rule);
  // Read before ical.js does, which would throw something of its own.
  valuesOf(event, 'rdate');
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
    const next = expansion.next() as unknown;
    if (next === null || next === undefined) return times;
    // A period (RDATE;VALUE=PERIOD) has a length of its own, and a date no time.
    if (!(next instanceof ICAL.Time) || next.isDate) throw new EventProblem('icalBadValue', { property: 'RDATE' });
    if (next.year < thisYear - 1) continue;
    const startsAtMs = instantIn(next, zone);
    if (startsAtMs > nowMs + MAX_AHEAD_MS) return times;
    if (startsAtMs > nowMs) times.push(next);
  }
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
  readonly reading: ReadOptions;
  /** Where the rule puts it; its own start when left out. */
  readonly start?: ICAL.Time;
}

/** Nothing for what is over. */
function lessonOf({ component, sequence }: Part, { uid, occurrence, reading, start }: Occurrence): ReadEvent[] {
  const { timeZone, nowMs } = reading;
  try {
    const startsAtMs = instantIn(start ?? startOf(component), zoneOf(component, timeZone));
    if (startsAtMs <= nowMs || startsAtMs > nowMs + MAX_AHEAD_MS) return [];
    const endsAtMs = startsAtMs + lengthOf(component, timeZone);
    return [{ kind: 'lesson', ...factsOf(component), uid, sequence, occurrence, startsAtMs, endsAtMs }];
  } catch (error) {
    return [unreadable(component, uid, reading, error)];
  }
}

const cancellation = (uid: string, { component, sequence }: Part, { timeZone }: ReadOptions) =>
  ({ kind: 'cancelled', uid, sequence, ...nameOf(component, timeZone) }) as const;

/** @throws whatever is no problem of the event's. */
function unreadable(
  component: ICAL.Component | undefined,
  uid: string,
  { timeZone }: ReadOptions,
  error: unknown,
): ReadProblem {
  if (!(error instanceof EventProblem) || component === undefined) throw error;
  const { code, values } = error;
  return { kind: 'unreadable', uid: uid.slice(0, MAX_UID), ...nameOf(component, timeZone), problem: { code, values } };
}
