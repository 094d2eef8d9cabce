import * as z from 'zod';
import { route } from '../define.ts';
import { ClassGroupId, ClassroomId, FeedId } from '../ids.ts';
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
} as const;
