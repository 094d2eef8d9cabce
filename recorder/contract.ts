import * as z from 'zod';
import { ClassRules } from '../signaling/protocol/class-order.ts';
import { NumberedEdition } from '../signaling/protocol/edition.ts';
import {
  CoursewareId,
  Fence,
  LessonId,
  PollId,
  ProducerId,
  RecordingId,
  RoomId,
  SeatId,
  StrokeId,
  TrackId,
} from '../signaling/protocol/ids.ts';
import { InkStroke } from '../signaling/protocol/ink.ts';
import { RecordingDisk } from '../signaling/protocol/room.ts';
import { defineInnerContract } from '../signaling/runtime/inner-contract.ts';
import { MediaKind, TrackSource } from '../storage/objects/manifest.ts';

/**
 * The wire between signaling (client) and recorder-capture (server), one authenticated WebSocket, and the jobs of
 * recorder-produce. signaling states the goal; capture reconciles towards it and reports what is.
 */

/** Who sends what: one producer that is to be recorded. The same seat and source keep the same track. */
export const RecordedProducer = z.object({
  producerId: ProducerId,
  trackId: TrackId,
  seatId: SeatId,
  seat: z.string(),
  displayName: z.string(),
  schoolName: z.string().optional(),
  kind: MediaKind,
  source: TrackSource,
});
export type RecordedProducer = z.infer<typeof RecordedProducer>;

/** The whole truth about one recording, repeated at each change and after each reconnect; never a difference. */
export const RecordingGoal = z.object({
  recordingId: RecordingId,
  lessonId: LessonId,
  roomId: RoomId,
  title: z.string(),
  fence: Fence,
  startedAtUnixUs: z.int(),
  /** Inner URL of the sfu node that holds the room. */
  sfuUrl: z.url(),
  producers: z.array(RecordedProducer),
});
export type RecordingGoal = z.infer<typeof RecordingGoal>;

/**
 * One line of `events.jsonl`: numbered without holes by signaling, kept there until acknowledged.
 * `atUs` is session time.
 */
const line = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ n: z.int().nonnegative(), atUs: z.int(), type: z.literal(type), data });

export const RecordingEvent = z.discriminatedUnion('type', [
  line(
    'joined',
    z.object({ seatId: SeatId, seat: z.string(), displayName: z.string(), schoolName: z.string().optional() }),
  ),
  line('left', z.object({ seatId: SeatId })),
  line('producerAdded', z.object({ seatId: SeatId, trackId: TrackId, source: TrackSource, kind: MediaKind })),
  line('producerPaused', z.object({ trackId: TrackId })),
  line('producerResumed', z.object({ trackId: TrackId })),
  /** `continuesAs`: it is sent on, as another track from here on; capture may not know so yet. */
  line('producerClosed', z.object({ trackId: TrackId, continuesAs: TrackId.optional() })),
  line('activeSpeaker', z.object({ seatId: SeatId.nullable() })),
  line('stage', z.object({ seatIds: z.array(SeatId) })),
  line('layout', z.object({ layout: z.enum(['board', 'gallery', 'speaker']) })),
  line('chat', z.object({ seatId: SeatId, displayName: z.string(), text: z.string() })),
  /** A page on the board: of a file of pages, or of whatever else turns pages. */
  line('slide', z.object({ page: z.int(), title: z.string().optional(), coursewareId: CoursewareId.optional() })),
  /** A stroke on a page, or more of it; and a stroke taken away, or (null) all of a page. */
  line('ink', InkStroke.extend({ coursewareId: CoursewareId, page: z.int() })),
  line('inkRemoved', z.object({ coursewareId: CoursewareId, page: z.int(), strokeId: StrokeId.nullable() })),
  /** Whatever page was on the board is off it. */
  line('slideHidden', z.object({})),
  /** Recording paused or resumed by a teacher: what lies between is captured but left out of what is played. */
  line('paused', z.object({})),
  /** `isTake`: a take of a micro-lesson begins, which is no chapter. */
  line('resumed', z.object({ isTake: z.boolean().optional() })),
  /** The take of a micro-lesson that began then is done again: it is captured but left out of what is played. */
  line('retaken', z.object({ fromUs: z.int() })),
  line('marker', z.object({ title: z.string() })),
  /** A question to the class: asked, closed to answers, its result shown to everybody. Told again when it is opened again. */
  line('poll', z.object({ pollId: PollId, question: z.string(), state: z.enum(['opened', 'closed', 'published']) })),
  line('picked', z.object({ seatId: SeatId, displayName: z.string() })),
  /** Who of a listening classroom speaks; null once nobody does. */
  line('classSpeaker', z.object({ seatId: SeatId, displayName: z.string().nullable() })),
  /** `leftMs` is null once it is taken away. */
  line('countdown', z.object({ leftMs: z.int().nullable(), isPaused: z.boolean() })),
  /** An answering race; whose, once somebody has won. */
  line(
    'race',
    z.object({
      state: z.enum(['ready', 'open', 'won', 'ended']),
      seatId: SeatId.nullable(),
      displayName: z.string().nullable(),
    }),
  ),
  /** The class is in groups: nothing said in one is captured, and what pupils send is not either until they are back. */
  line('groupsOpened', z.object({ count: z.int() })),
  line('groupsClosed', z.object({})),
  /** Another one lectures from now on, and whoever did is a co-teacher. */
  line('lecturer', z.object({ seatId: SeatId, displayName: z.string(), cause: z.enum(['handedOver', 'takenOver']) })),
  line('coTeacher', z.object({ seatId: SeatId, displayName: z.string() })),
  /** What the class may do by itself. */
  line('rules', ClassRules),
  line('mediaReset', z.object({})),
]);
export type RecordingEvent = z.infer<typeof RecordingEvent>;

export const TrackStatus = z.object({
  trackId: TrackId,
  epoch: z.int().nonnegative(),
  lastPacketUnixMs: z.int().nullable(),
  bytes: z.int().nonnegative(),
  /** As `trackSilent` told it last. */
  isSilent: z.boolean().default(false),
});
export type TrackStatus = z.infer<typeof TrackStatus>;

/** What the disk guard says: `low` warns the teachers, `full` means that the recording has stopped before damage. */
export const DiskState = z.object({ level: RecordingDisk, freeBytes: z.int() });
export type DiskState = z.infer<typeof DiskState>;

export const captureContract = defineInnerContract({
  requests: {
    /** Idempotent. An older fence is refused with `staleFence`. Throws `storageFull` when the disk guard is on. */
    setGoal: { params: RecordingGoal, result: z.object({}) },
    /** Durable (fsynced) when acknowledged; repeated numbers are ignored. `upTo` is the highest number stored. */
    appendEvents: {
      params: z.object({ recordingId: RecordingId, fence: Fence, events: z.array(RecordingEvent).max(1000) }),
      result: z.object({ upTo: z.int() }),
    },
    /**
     * Ends the recording: taps closed, tail chunks in the object store, manifest `captured`, production queued.
     * Idempotent. When the store is away it answers `{ stored: false }` at once and goes on by itself.
     */
    finish: {
      params: z.object({ recordingId: RecordingId, fence: Fence, endedAtUs: z.int() }),
      result: z.object({ stored: z.boolean() }),
    },
    /** What this process holds, for a signaling process that has just started. */
    describe: {
      params: z.object({}),
      result: z.object({
        recordings: z.array(z.object({ recordingId: RecordingId, fence: Fence, tracks: z.array(TrackStatus) })),
        disk: DiskState,
      }),
    },
  },
  notices: {
    /** Nothing of a live producer has come for ≥ 5 s, or it cannot be tapped at all; then that it came back, or that it is not to come any more. */
    trackSilent: z.object({ recordingId: RecordingId, trackId: TrackId, silent: z.boolean() }),
    /** At each change of level. */
    disk: DiskState,
    stored: z.object({ recordingId: RecordingId }),
  },
});

/**
 * Jobs of recorder-produce, queue names and payloads (BullMQ). Job ids are deterministic: `{name}-{recordingId}[-…]`.
 *
 * - `mux`: one incremental step of the rolling muxer (`final` after class); result says what is playable.
 * - `produce`: the composed MP4, HLS ladder, poster, thumbnails. It plans, waits for its parts, joins them and publishes.
 * - `part`: one cut of a film, or its sound; whoever has a hand free makes it.
 */
export const MUX_QUEUE = 'tongke-mux';
export const PRODUCE_QUEUE = 'tongke-produce';
export const PARTS_QUEUE = 'tongke-produce-parts';

export const MuxJob = z.object({ recordingId: RecordingId, final: z.boolean() });
export type MuxJob = z.infer<typeof MuxJob>;
export const MuxResult = z.object({
  recordingId: RecordingId,
  final: z.boolean(),
  durationUs: z.int(),
  index: z.string(),
});
export type MuxResult = z.infer<typeof MuxResult>;

/** What stands on the card a film begins with, beside the title; lines as people read them. */
export const TitleCard = z.object({
  subject: z.string().nullable(),
  teacher: z.string(),
  school: z.string(),
  /** In the school's local time. */
  date: z.string(),
});
export type TitleCard = z.infer<typeof TitleCard>;

export const ProduceJob = z.object({
  recordingId: RecordingId,
  title: z.string(),
  /** Absent: the film begins with the lesson. */
  card: TitleCard.optional(),
  /** What of it is published; absent: all. */
  edition: NumberedEdition.optional(),
});
export type ProduceJob = z.infer<typeof ProduceJob>;
export const ProduceResult = z.object({
  recordingId: RecordingId,
  attempt: z.string(),
  durationUs: z.int(),
  mp4Bytes: z.int(),
  /** Object keys, all under `produced/{recording}/{attempt}/`. */
  master: z.string(),
  mp4: z.string(),
  poster: z.string(),
  thumbnails: z.string(),
  chapters: z.string().optional(),
  /** Of which edition it was made; absent: the first. */
  editionVersion: z.int().optional(),
  /** A `Waveform`. */
  waveform: z.string().optional(),
});
export type ProduceResult = z.infer<typeof ProduceResult>;
/** `plan` and `part` are names in the object store, see `objectKeys.part`. */
export const PartJob = z.object({ recordingId: RecordingId, plan: z.string(), part: z.string() });
export type PartJob = z.infer<typeof PartJob>;

/**
 * Makes a recording of a film that was uploaded: checks it by its content and derives what the muxer derives of a lesson, so that
 * everything behind it is the same. The result is a `MuxResult`; a job that fails has the `RecordingFailure` as its reason.
 */
export const IMPORT_QUEUE = 'tongke-import';
export const ImportJob = z.object({
  recordingId: RecordingId,
  lessonId: LessonId,
  title: z.string(),
  fileName: z.string(),
  displayName: z.string(),
  schoolName: z.string(),
  startedAtUnixUs: z.int(),
});
export type ImportJob = z.infer<typeof ImportJob>;
export const ImportProgress = z.object({ fraction: z.number().min(0).max(1), secondsLeft: z.number().nullable() });
export type ImportProgress = z.infer<typeof ImportProgress>;

/** BullMQ `progress` of a produce job: 0–1 over all its stages, seconds left when known. */
export const ProduceProgress = z.object({
  stage: z.enum(['prepare', 'compose', 'audio', 'join', 'pictures', 'upload']),
  fraction: z.number().min(0).max(1),
  secondsLeft: z.number().nullable(),
});
export type ProduceProgress = z.infer<typeof ProduceProgress>;

/**
 * Jobs of recorder-produce for what of a recording is shown. All take seconds, are idempotent, and go before production.
 *
 * - `views`: the views of an edition that leaves something out.
 * - `erase`: a seat's tracks are taken out of everything that is stored, and what is played is derived again.
 * - `facts`: what the editor draws of the whole recording.
 */
export const EDITION_QUEUE = 'tongke-edition';

export const EditionJob = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('views'), recordingId: RecordingId, edition: NumberedEdition }),
  z.object({ kind: z.literal('erase'), recordingId: RecordingId, seatId: SeatId }),
  z.object({ kind: z.literal('facts'), recordingId: RecordingId }),
]);
export type EditionJob = z.infer<typeof EditionJob>;

export const EditionResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('views'),
    recordingId: RecordingId,
    version: z.int(),
    index: z.string(),
    durationUs: z.int(),
  }),
  z.object({ kind: z.literal('erase'), recordingId: RecordingId, seatId: SeatId }),
  z.object({ kind: z.literal('facts'), recordingId: RecordingId }),
]);
export type EditionResult = z.infer<typeof EditionResult>;
