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

/** What a lesson of a calendar file is, or why it is none. */
export const CalendarLine = z.object({
  uid: z.string(),
  title: z.string(),
  subject: z.string().nullable(),
  lecturerName: z.string(),
  startsAtMs: z.int().nullable(),
  endsAtMs: z.int().nullable(),
  /** `known`: made from this file before, or from an earlier state of it. `made`: in the answer to an import. */
  state: z.enum(['new', 'known', 'made', 'clash', 'unreadable']),
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
    summary: 'Read a calendar file (iCalendar) and say which lessons it would make and what is wrong with the rest',
    reply: z.object({ lines: z.array(CalendarLine) }),
  }),
  importCalendar: route({
    ...importing,
    path: '/calendar/import',
    summary: 'Make the lessons of a calendar file; those made before, clashing and unreadable ones are left out',
    reply: z.object({ lines: z.array(CalendarLine), made: z.int() }),
    status: 201,
  }),
} as const;
