import type { Lesson } from '../../storage/ports.ts';

/** RFC 5545 §3.1: a content line has at most 75 octets without its break. */
const MAX_OCTETS = 75;
const HOUR_MS = 3_600_000;

export interface CalendarFacts {
  readonly name: string;
  /** Of the district's server, without a slash behind; lessons link to it. */
  readonly origin: string;
  readonly nowMs: number;
}

/**
 * Lessons as an iCalendar (RFC 5545) to subscribe to. Each is an event of its own at instants in UTC: what was moved, cancelled or left out for
 * a holiday is simply as it is, and no reader has to know time zones or recurrence rules.
 */
export function icalendar(lessons: readonly Lesson[], { name, origin, nowMs }: CalendarFacts): string {
  // To the hour, so that a reader that asks again soon is told that nothing has changed.
  const stamp = utc(Math.floor(nowMs / HOUR_MS) * HOUR_MS);
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Tongke//Tongke 同课//ZH',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${text(name)}`,
    `X-WR-CALNAME:${text(name)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    ...lessons.flatMap((lesson) => eventLines(lesson, stamp, origin)),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

function eventLines(lesson: Lesson, stamp: string, origin: string): string[] {
  const groups = lesson.classGroups.map((group) => group.name).join('、');
  const places = lesson.classrooms.map((room) => `${room.schoolName} ${room.name}`).join('、');
  const about = [lesson.lecturerName, lesson.schoolName, groups].filter((part) => part !== '').join('\n');
  return [
    'BEGIN:VEVENT',
    `UID:${lesson.lessonId}@tongke`,
    `DTSTAMP:${stamp}`,
    `DTSTART:${utc(lesson.startsAtMs)}`,
    `DTEND:${utc(lesson.endsAtMs)}`,
    `SUMMARY:${text(lesson.title)}`,
    `DESCRIPTION:${text(about)}`,
    ...(places === '' ? [] : [`LOCATION:${text(places)}`]),
    ...(lesson.subject === null ? [] : [`CATEGORIES:${text(lesson.subject)}`]),
    `URL:${origin}/room/${lesson.lessonId}`,
    'STATUS:CONFIRMED',
    'END:VEVENT',
  ];
}

/** `20260907T000000Z` */
const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/** §3.3.11; control characters may not stand in a value at all. */
const text = (value: string): string =>
  value
    .replaceAll(/[\\;,]/g, String.raw`\$&`)
    .replaceAll(/\r\n|\r|\n/g, String.raw`\n`)
    .replaceAll(/\p{Cc}/gu, '');

/** Goes on in the next line behind a space; never within a character, which has up to four octets. */
function folded(line: string): string {
  let result = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > MAX_OCTETS) {
      result += '\r\n ';
      octets = 1;
    }
    result += character;
    octets += size;
  }
  return result;
}
