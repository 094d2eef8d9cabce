import * as z from 'zod';
import { route } from '../define.ts';
import { ClassGroupId, ClassroomId, FeedId, PersonId, SchoolId } from '../ids.ts';
import { Nothing } from './shapes.ts';

/** Under the API: `{token}.ics` answers as text/calendar to whoever has the link. */
export const CALENDAR_FEED_PATH = '/calendar/feed';

/** Of a class group or a classroom, else of the person who made it. */
export const CalendarFeed = z.object({
  feedId: FeedId,
  classGroupId: ClassGroupId.nullable(),
  classroomId: ClassroomId.nullable(),
  /** Whose lessons they are. */
  name: z.string(),
  createdAtMs: z.int(),
  /** When a calendar program last asked for it. */
  readAtMs: z.int().nullable(),
});
export type CalendarFeed = z.infer<typeof CalendarFeed>;

/** Most characters of a calendar file; beyond it `payloadTooLarge`. */
export const MAX_CALENDAR_CHARACTERS = 500_000;

const CalendarFacts = z.object({
  title: z.string(),
  subject: z.string().nullable(),
  startsAtMs: z.int().nullable(),
  endsAtMs: z.int().nullable(),
});

/** What becomes of an event of a calendar file, or why nothing does. */
export const CalendarLine = CalendarFacts.extend({
  uid: z.string(),
  lecturerName: z.string(),
  /** How the file names the start where no time can be made of it. */
  startText: z.string().nullable(),
  /**
   * `made`: what was `new`, in the answer to an import. `changed`, `cancelled`, `unchanged`: the lesson made from it before. `kept`: such a
   * lesson that does not follow the file. Each of these with the reasons in `problems`.
   */
  state: z.enum(['new', 'made', 'changed', 'cancelled', 'unchanged', 'kept', 'clash', 'unreadable']),
  /** Of `changed`: what the lesson was. */
  before: CalendarFacts.nullable(),
  problems: z.array(
    z.object({
      /** One of `PROBLEMS`, with the values that its words need. */
      code: z.string(),
      values: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
});
export type CalendarLine = z.infer<typeof CalendarLine>;

const CalendarFile = z.object({
  schoolId: SchoolId,
  /** RFC 5545. */
  ics: z.string().min(1),
  /** Who holds what the file names no teacher of the school for; the asking teacher when left out. */
  lecturerId: PersonId.optional(),
  classGroupIds: z.array(ClassGroupId).max(50).default([]),
  /** Whether lessons that were changed by hand since they were imported follow the file too. */
  overwritesEdited: z.boolean().default(false),
});

const importing = {
  method: 'POST',
  access: ['teacher', 'schoolAdmin', 'districtAdmin'],
  body: CalendarFile,
  errors: ['invalidInput', 'forbidden', 'payloadTooLarge', 'tooManyRequests'],
} as const;

export const calendarFeedRoutes = {
  listCalendarFeeds: route({
    method: 'GET',
    path: '/calendar/feeds',
    summary: 'Calendar links that the person has made',
    access: ['person'],
    reply: z.object({ feeds: z.array(CalendarFeed) }),
  }),
  createCalendarFeed: route({
    method: 'POST',
    path: '/calendar/feeds',
    summary:
      'A link that calendar programs subscribe to (iCalendar), of the own lessons, a class group or a classroom; shown once',
    access: ['person'],
    body: z.object({
      classGroupId: ClassGroupId.nullable().default(null),
      classroomId: ClassroomId.nullable().default(null),
    }),
    reply: CalendarFeed.extend({ url: z.string() }),
    status: 201,
    errors: ['invalidInput', 'forbidden', 'notFound', 'conflict'],
  }),
  revokeCalendarFeed: route({
    method: 'DELETE',
    path: '/calendar/feeds/{feedId}',
    summary: 'Make a calendar link invalid',
    access: ['person'],
    params: z.object({ feedId: FeedId }),
    reply: Nothing,
    errors: ['notFound'],
  }),
  previewCalendarImport: route({
    ...importing,
    path: '/calendar/import/preview',
    summary:
      'Read a calendar file (iCalendar) and say which lessons it would make, change and cancel, and what is wrong with the rest',
    reply: z.object({ lines: z.array(CalendarLine) }),
  }),
  importCalendar: route({
    ...importing,
    path: '/calendar/import',
    summary:
      'Make the lessons of a calendar file, and let those made before follow it; clashing and unreadable ones are left out',
    reply: z.object({
      lines: z.array(CalendarLine),
      made: z.int(),
      changed: z.int(),
      cancelled: z.int(),
      unchanged: z.int(),
    }),
    status: 201,
  }),
} as const;
