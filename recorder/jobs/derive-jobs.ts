import * as z from 'zod';
import { CaptionCues, LanguageTag } from '../../signaling/protocol/captions.ts';
import { RecordingId } from '../../signaling/protocol/ids.ts';
import { CaptionOrigin } from '../../signaling/protocol/rest/captions.ts';

/**
 * Jobs of recorder-produce that make something beside what is played (BullMQ). Job ids are deterministic, so that a second order finds the first.
 *
 * - `slides`: stills of the board for poor lines, ordered when a recording has become playable.
 * - `package`: a recording as an Opencast media package, ordered by a person.
 */
export const DERIVE_QUEUE = 'tongke-derive';

export const SlidesJob = z.object({
  recordingId: RecordingId,
  /** Key of the index of an edition's views; absent: of the whole recording. */
  indexKey: z.string().optional(),
});
export type SlidesJob = z.infer<typeof SlidesJob>;

export const slidesJobId = (recordingId: RecordingId, indexKey?: string): string =>
  indexKey === undefined ? `slides-${recordingId}` : `slides-${indexKey.replaceAll('/', '-')}`;

/** What goes into the package beside what the index names; only signaling knows it. */
export const PackageJob = z.object({
  recordingId: RecordingId,
  packageId: z.uuid(),
  /** Object key of the `PlayIndex` that may be shown: an edition's own where something is left out. */
  indexKey: z.string(),
  /** WebVTT in play time, of a film of the same edition. */
  chaptersKey: z.string().nullable(),
  /** What of them may be shown, in session time: who makes the package knows best where an instant lies in it. */
  captions: z.array(z.object({ language: LanguageTag, origin: CaptionOrigin, cues: CaptionCues })),
  facts: z.object({
    title: z.string(),
    lecturerName: z.string(),
    schoolName: z.string(),
    subject: z.string().nullable(),
    startedAtMs: z.int(),
  }),
});
export type PackageJob = z.infer<typeof PackageJob>;

export const PackageResult = z.object({ recordingId: RecordingId, key: z.string(), bytes: z.int(), madeAtMs: z.int() });
export type PackageResult = z.infer<typeof PackageResult>;

export const packageJobId = (recordingId: RecordingId): string => `package-${recordingId}`;

/** While it is there, whoever makes the package stops. */
export const packageCancelKey = (recordingId: RecordingId): string => `tongke:package:cancelled:${recordingId}`;

/** While it is there, the recording is going: nothing is made of it, and whoever makes something stops. */
export const goingKey = (recordingId: RecordingId): string => `tongke:derive:going:${recordingId}`;

/** A package is for being fetched, not for being kept. */
export const PACKAGE_KEPT_MS = 7 * 24 * 3_600_000;

/** Where the package of a recording stands. */
export type PackageState =
  | { readonly state: 'none' | 'waiting' | 'failed' }
  | { readonly state: 'making'; readonly progress: number }
  | { readonly state: 'done'; readonly result: PackageResult };
