import * as z from 'zod';
import { RecordingId, TrackId } from '../../signaling/protocol/ids.ts';
import { MediaKind } from '../../storage/objects/manifest.ts';
import { ClockState } from './clock.ts';
import { TimelinePoint } from './rtp-timeline.ts';
import { WithheldSpan } from './withheld.ts';

/**
 * What the muxer remembers of a recording between two steps, `play/{recording}/state.json`: what has been published, and from where each epoch goes on. It is written by
 * conditional put after the segments it names and before the index that shows them; segments are named by their content. So a step that dies
 * half-way leaves nothing but unnamed objects, and is simply done again.
 */
export const MUX_STATE_VERSION = 1;

/** `uri` is relative to `play/{recording}/`. */
export const StoredSegment = z.object({ uri: z.string(), startUs: z.int(), endUs: z.int(), bytes: z.int() });
export type StoredSegment = z.infer<typeof StoredSegment>;

export const StoredRun = z.object({
  container: z.enum(['fmp4', 'webm']),
  mimeType: z.string(),
  init: z.string(),
  width: z.int().optional(),
  height: z.int().optional(),
  segments: z.array(StoredSegment),
});
export type StoredRun = z.infer<typeof StoredRun>;

/** Where reading goes on: chunks from `chunk`, packets from `sequence` (extended), time from `point`. */
export const ResumePoint = z.object({
  chunk: z.int().nonnegative(),
  sequence: z.int().nullable(),
  point: TimelinePoint.nullable(),
  clockOffsetUs: z.number(),
});
export type ResumePoint = z.infer<typeof ResumePoint>;

export const EpochState = z.object({
  trackId: TrackId,
  epoch: z.int().positive(),
  kind: MediaKind,
  /** The first chunk that has never been read. */
  nextChunk: z.int().nonnegative(),
  resume: ResumePoint,
  clock: ClockState,
  /** Receive time (session) of the last packet read. */
  receivedUs: z.number(),
  /** Everything that was there has been let go; late chunks may still follow. */
  isEnded: z.boolean(),
  runs: z.array(StoredRun),
});
export type EpochState = z.infer<typeof EpochState>;

export const SoundState = z.object({
  init: z.string(),
  /** One per window, in order from 0; only the last may be shorter than a window. */
  windows: z.array(StoredSegment),
});
export type SoundState = z.infer<typeof SoundState>;

export const LeftOutRange = z.object({ fromUs: z.int(), toUs: z.int() });
export type LeftOutRange = z.infer<typeof LeftOutRange>;

export const MuxState = z.object({
  version: z.literal(MUX_STATE_VERSION),
  recordingId: RecordingId,
  epochs: z.array(EpochState),
  sound: SoundState.optional(),
  /** Pauses of the recording. One that has not ended yet reaches to the end of time. */
  leftOut: z.array(LeftOutRange),
  /** Absent in a state of an older version: then the events are read again. */
  withheld: z.array(WithheldSpan).optional(),
  /** The first chunk of events that has not been read. */
  nextEvents: z.int().nonnegative(),
  /** How many chunks of events before that one have been read: one more means that an earlier one came late. */
  eventChunks: z.int().nonnegative().optional(),
  /** Names of what has been replaced and is not to be kept, until it is removed: a step may die before it has done so. */
  toRemove: z.array(z.string()).optional(),
  /** The step after class is done. */
  isFinished: z.boolean().optional(),
});
export type MuxState = z.infer<typeof MuxState>;

export function emptyMuxState(recordingId: RecordingId): MuxState {
  return { version: MUX_STATE_VERSION, recordingId, epochs: [], leftOut: [], nextEvents: 0 };
}
