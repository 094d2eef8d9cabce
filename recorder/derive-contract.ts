import * as z from 'zod';
import { RecordingId } from '../signaling/protocol/ids.ts';

/**
 * Jobs of recorder-produce that make something beside what is played (BullMQ). Job ids are deterministic, so that a second order finds the first.
 *
 * - `slides`: stills of the board for poor lines, ordered when a recording has become playable.
 * - `package`: a recording as an Opencast media package, ordered by a person.
 */
export const DERIVE_QUEUE = 'tongke-derive';

export const SlidesJob = z.object({ recordingId: RecordingId });
export type SlidesJob = z.infer<typeof SlidesJob>;

export const slidesJobId = (recordingId: RecordingId): string => `slides-${recordingId}`;
