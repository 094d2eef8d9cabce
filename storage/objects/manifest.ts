import * as z from 'zod';
import { LessonId, ProducerId, RecordingId, RoomId, SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { RecordedSource } from '../../signaling/protocol/media.ts';

/**
 * A recording's manifest, `recordings/{id}/manifest.json`: what was captured and what can be played.
 * Capture owns `tracks`, `gaps`, `state` and `events`; the muxer and production own `renditions` and the clock maps. Both write by
 * read–modify–conditional put (ETag), so neither can undo the other's change.
 *
 * Times: `…Us` are integer microseconds of session time (since `startedAtUs`) unless the name says `Unix`.
 */
export const MANIFEST_VERSION = 1;

export const TrackSource = RecordedSource;
export type TrackSource = RecordedSource;

export const MediaKind = z.enum(['audio', 'video']);
export type MediaKind = z.infer<typeof MediaKind>;

export const TrackCodec = z.object({
  /** As in RFC 4855 / mediasoup: `audio/opus`, `video/H264`, `video/VP8`, `video/VP9`, `video/AV1`. */
  mimeType: z.string(),
  payloadType: z.int().min(0).max(127),
  clockRate: z.int().positive(),
  channels: z.int().positive().optional(),
  parameters: z.record(z.string(), z.unknown()).default({}),
});
export type TrackCodec = z.infer<typeof TrackCodec>;

export const ManifestChunk = z.object({
  n: z.int().nonnegative(),
  key: z.string(),
  bytes: z.int().nonnegative(),
  records: z.int().nonnegative(),
  /** Receive times on capture's wall clock, unix microseconds, of the first and last record. */
  firstReceivedUnixUs: z.int(),
  lastReceivedUnixUs: z.int(),
});
export type ManifestChunk = z.infer<typeof ManifestChunk>;

/**
 * Straight line from RTP time to session time of one epoch:
 * `sessionUs = anchorUs + (rtp - anchorRtp) * 1e6 / clockRate * (1 + skewPpm / 1e6)`; `anchorRtp` is unwrapped.
 */
export const ClockMap = z.object({
  anchorRtp: z.number(),
  anchorUs: z.int(),
  skewPpm: z.number(),
  basis: z.enum(['senderReports', 'receiveTimes']),
});
export type ClockMap = z.infer<typeof ClockMap>;

export const ManifestEpoch = z.object({
  epoch: z.int().positive(),
  producerId: ProducerId,
  ssrc: z.int().nonnegative(),
  codec: TrackCodec,
  chunks: z.array(ManifestChunk),
  clock: ClockMap.optional(),
  closed: z.boolean(),
});
export type ManifestEpoch = z.infer<typeof ManifestEpoch>;

export const ManifestTrack = z.object({
  trackId: TrackId,
  seatId: SeatId,
  /** Lesson seat of the sender, e.g. `lecturer`, `pupil`, `site`: decides the place in the layout. */
  seat: z.string(),
  displayName: z.string(),
  schoolName: z.string().optional(),
  kind: MediaKind,
  source: TrackSource,
  epochs: z.array(ManifestEpoch),
  /** Everything of it has been taken out of the store, at somebody's right. */
  erasedAtUnixMs: z.int().optional(),
});
export type ManifestTrack = z.infer<typeof ManifestTrack>;

export const ManifestGap = z.object({
  trackId: TrackId,
  fromUs: z.int(),
  toUs: z.int(),
  cause: z.enum(['captureDown', 'mediaLost', 'paused', 'unknown']),
});
export type ManifestGap = z.infer<typeof ManifestGap>;

export const Rendition = z.discriminatedUnion('kind', [
  /** Rolling mux: board and lecturer as separate views with one sound mix; `index` is a `PlayIndex`. */
  z.object({ kind: z.literal('views'), index: z.string(), durationUs: z.int(), createdAtUnixMs: z.int() }),
  z.object({
    kind: z.literal('composed'),
    attempt: z.string(),
    master: z.string(),
    mp4: z.string(),
    poster: z.string(),
    thumbnails: z.string(),
    chapters: z.string().optional(),
    waveform: z.string().optional(),
    durationUs: z.int(),
    mp4Bytes: z.int(),
    createdAtUnixMs: z.int(),
  }),
]);
export type Rendition = z.infer<typeof Rendition>;

/** A film that was uploaded: its parts lie under `objectKeys.rawUploadPrefix`, and all tracks are derived from it. */
export const UploadedFilm = z.object({
  fileName: z.string(),
  bytes: z.int().positive(),
  /** Of the whole file, in hex. Of the first uploads there is none. */
  sha256: z
    .string()
    .regex(/^[\da-f]{64}$/)
    .optional(),
  container: z.string(),
  videoCodec: z.string(),
  audioCodec: z.string().nullable(),
  /** Whether the picture is the uploaded one, or was encoded again so that it plays everywhere. */
  isPictureCopied: z.boolean(),
});
export type UploadedFilm = z.infer<typeof UploadedFilm>;

export const RecordingManifest = z.object({
  version: z.literal(MANIFEST_VERSION),
  recordingId: RecordingId,
  lessonId: LessonId,
  roomId: RoomId,
  title: z.string(),
  /** Highest fencing number that wrote; an older capture must not write any more. */
  fence: z.int().nonnegative(),
  /** Zero of session time, unix microseconds on the home sfu worker's clock. */
  startedAtUnixUs: z.int(),
  endedAtUs: z.int().optional(),
  state: z.enum(['capturing', 'captured']),
  tracks: z.array(ManifestTrack),
  /** `crc32` of the whole object, as zlib computes it. */
  events: z.object({
    chunks: z.array(z.object({ n: z.int(), key: z.string(), lines: z.int(), crc32: z.int().nonnegative().optional() })),
  }),
  gaps: z.array(ManifestGap),
  renditions: z.array(Rendition),
  upload: UploadedFilm.optional(),
});
export type RecordingManifest = z.infer<typeof RecordingManifest>;

/** Read by the browser too, so it stands with the protocol. */
export { PlayIndex, PlayRun, PlaySegment } from '../../signaling/protocol/play-index.ts';
