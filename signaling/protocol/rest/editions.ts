import * as z from 'zod';
import { route } from '../define.ts';
import { Edition } from '../edition.ts';
import { RecordingId, SeatId, TrackId } from '../ids.ts';
import { RecordedSource } from '../media.ts';
import { RecordingSummary } from './recordings.ts';
import { BaseVersion } from './shapes.ts';

/** What of a recording is published, and the right to be erased from it. */
const recordingParams = z.object({ recordingId: RecordingId });
const managers = ['teacher', 'schoolAdmin', 'districtAdmin'] as const;

const EditedTrack = z.object({
  trackId: TrackId,
  seatId: SeatId,
  seat: z.string(),
  displayName: z.string(),
  schoolName: z.string().nullable(),
  kind: z.enum(['audio', 'video']),
  source: RecordedSource,
  isErased: z.boolean(),
});
export type EditedTrack = z.infer<typeof EditedTrack>;

export const EditorView = z.object({
  recording: RecordingSummary,
  version: z.int(),
  edition: Edition,
  durationMs: z.int(),
  tracks: z.array(EditedTrack),
  /** The full views, with everything that the edition leaves out. */
  viewsIndexUrl: z.string(),
  /** `EditorFacts` JSON; null while it is being made: ask again. */
  factsUrl: z.string().nullable(),
  /** Thumbnails of the film that there is; their time line is that of the edition it was made of. */
  thumbnails: z.object({ url: z.string(), edition: Edition }).nullable(),
  expiresAtMs: z.int(),
  /** May order that somebody's tracks be erased. */
  mayErase: z.boolean(),
});
export type EditorView = z.infer<typeof EditorView>;

export const editionRoutes = {
  openEditor: route({
    method: 'GET',
    path: '/recordings/{recordingId}/edition',
    summary: 'The edition that is published, and what an editor needs to change it',
    access: managers,
    params: recordingParams,
    reply: EditorView,
    errors: ['forbidden', 'notFound', 'conflict', 'unavailable'],
  }),
  /** Viewers get nothing that is newly left out from this moment on; `conflict` when somebody else has saved since `basedOn`. */
  saveEdition: route({
    method: 'PUT',
    path: '/recordings/{recordingId}/edition',
    summary: 'Publish another edition; what changed is made anew',
    access: managers,
    params: recordingParams,
    body: z.object({ basedOn: BaseVersion, edition: Edition }),
    reply: z.object({ version: z.int(), edition: Edition, recording: RecordingSummary }),
    errors: ['forbidden', 'notFound', 'invalidInput', 'conflict', 'unavailable'],
  }),
  listEditions: route({
    method: 'GET',
    path: '/recordings/{recordingId}/editions',
    summary: 'Every edition that there was, newest first',
    access: managers,
    params: recordingParams,
    reply: z.object({
      editions: z.array(
        z.object({ version: z.int(), edition: Edition, savedByName: z.string().nullable(), savedAtMs: z.int() }),
      ),
    }),
    errors: ['forbidden', 'notFound'],
  }),
  /** Right of erasure: picture, sound, events and chat of the seat, in everything that is stored. It cannot be undone. */
  eraseSeat: route({
    method: 'POST',
    path: '/recordings/{recordingId}/erasures',
    summary: "Erase one person's tracks from a recording",
    access: ['schoolAdmin', 'districtAdmin'],
    params: recordingParams,
    body: z.object({ seatId: SeatId }),
    reply: RecordingSummary,
    status: 202,
    errors: ['forbidden', 'notFound', 'invalidInput', 'conflict', 'unavailable'],
  }),
} as const;
