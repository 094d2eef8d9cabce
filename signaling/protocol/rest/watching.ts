import * as z from 'zod';
import { route } from '../define.ts';
import { PersonId, RecordingId } from '../ids.ts';
import { TimelineNumber } from './recordings.ts';
import { Nothing } from './shapes.ts';

/** Play time, ms. */
const PlayMs = z.int().min(0).max(86_400_000);

/** A stretch that was played without a jump, and how long that took by the clock. */
export const PlayedSpan = z.object({ fromMs: PlayMs, toMs: PlayMs, tookMs: z.int().min(0).max(3_600_000) });
export type PlayedSpan = z.infer<typeof PlayedSpan>;

const recordingParams = z.object({ recordingId: RecordingId });

export const watchingRoutes = {
  /** Seconds that the clock has not passed since the last report, or since the player was opened, are not counted. */
  reportWatching: route({
    method: 'POST',
    path: '/recordings/{recordingId}/watching',
    summary: 'What was really played since the last report',
    access: ['person'],
    params: recordingParams,
    body: z.object({ spans: z.array(PlayedSpan).max(200), timeline: TimelineNumber.optional() }),
    reply: Nothing,
    errors: ['notFound', 'invalidInput'],
  }),
  watchStatistics: route({
    method: 'GET',
    path: '/recordings/{recordingId}/statistics',
    summary: 'Who has watched what, for the teachers of the lesson',
    access: ['teacher', 'schoolAdmin', 'districtAdmin'],
    params: recordingParams,
    reply: z.object({
      title: z.string(),
      durationMs: z.int(),
      bucketMs: z.int(),
      /** How often each bucket was played, all viewers together. */
      curve: z.array(z.number()),
      viewers: z.array(
        z.object({
          personId: PersonId,
          displayName: z.string(),
          classGroup: z.string().nullable(),
          schoolName: z.string().nullable(),
          views: z.int(),
          playedMs: z.int(),
          /** 0–1 of the recording that was seen at least once. */
          completion: z.number(),
          lastMs: z.int(),
          firstAtMs: z.int(),
          lastAtMs: z.int(),
        }),
      ),
      /** Pupils of the lesson who have not opened it. */
      missing: z.array(z.object({ personId: PersonId, displayName: z.string(), classGroup: z.string() })),
    }),
    errors: ['forbidden', 'notFound'],
  }),
} as const;
