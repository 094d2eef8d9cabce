import type { DtlsParameters, IceParameters, RtpCapabilities, RtpParameters } from 'mediasoup/types';
import type { RecordingEvent, RecordingGoal } from '../../recorder/contract.ts';
import type {
  ConsumerId,
  CoursewareId,
  Fence,
  LessonId,
  MessageId,
  PersonId,
  PollId,
  ProducerId,
  RecordingId,
  ReportId,
  RequestId,
  RoomId,
  SeatId,
  SiteId,
  TrackId,
  TransportId,
} from '../protocol/ids.ts';
import type { ConsumerOffer, ProducerInfo, Source, TransportPair } from '../protocol/media.ts';
import type { PollAnswer, PollQuestion } from '../protocol/polls.ts';
import type {
  ChatMessage,
  CloseReason,
  LessonFacts,
  RecordingDisk,
  RoomNotice,
  RoomNoticeName,
} from '../protocol/room.ts';
import type { EditionRange } from '../protocol/edition.ts';
import type { JoinClaims } from './join-claims.ts';
import type { AnswerRecord, PollRecord } from './poll-record.ts';
import type { BoardFile } from './page-board.ts';
import type { RoomState } from './room-state.ts';

/**
 * What a room needs from outside. The rules know nothing of Socket.IO, mediasoup or SQL; the adapters are in
 * `signaling/nodes` and `signaling/socket`. Every refusal is an `AppError`; `unavailable` means "try again".
 */

export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Runs once after the delay; returns the function that cancels. */
  after(delayMs: number, run: () => void): () => void;
}

/** What a media node held of a room when its link came (back) up. */
export interface MediaDescription {
  readonly seats: readonly {
    readonly seatId: SeatId;
    readonly sendTransportId: TransportId | null;
    readonly recvTransportId: TransportId | null;
    readonly consumers: readonly { readonly consumerId: ConsumerId; readonly producerId: ProducerId }[];
  }[];
  readonly producers: readonly ProducerInfo[];
}

/** Facts from the media node. */
export interface MediaListener {
  onProducerClosed(producerId: ProducerId): void;
  onConsumersClosed(seatId: SeatId, consumerIds: readonly ConsumerId[]): void;
  onTransportClosed(seatId: SeatId, transportId: TransportId): void;
  onLineQuality(seatId: SeatId, up: number | null, down: number | null): void;
  onActiveSpeaker(seatId: SeatId | null): void;
  /** How long seats were heard, since the last time it was told. */
  onTalked(seats: readonly { readonly seatId: SeatId; readonly ms: number }[]): void;
  /** The link was away; this is what the node holds now, and whatever else was known is gone. */
  onAdopted(description: MediaDescription): void;
  /** The node lost the room; it has been opened anew, empty, maybe elsewhere. */
  onReset(): void;
  /** The node of these seats is gone, and their media with it; the room is well. */
  onSeatsReset(seatIds: readonly SeatId[]): void;
  /** `branchNodeIds` has changed. */
  onBranchesChanged(): void;
}

/** A consumer as the node offers it; whose it is and of what source, the room knows. */
export type NodeConsumerOffer = Omit<ConsumerOffer, 'seatId' | 'source'>;

/**
 * One room on the media node that holds it at the moment (SPEC M). The stand-in moves the room by itself when a node or worker
 * dies. While nothing holds the room, every method rejects with `unavailable`.
 */
export interface MediaNode {
  /** Null until the room is open somewhere. */
  readonly routerRtpCapabilities: RtpCapabilities | null;
  /** Which node, and its inner URL for the recorder; null while there is none. */
  readonly place: { readonly nodeId: string; readonly sfuUrl: string } | null;
  /** Further nodes that hold a part of the room: those of other regions with seats in them. */
  readonly branchNodeIds: readonly string[];
  /** Resolves when the room is open on a node; rejects with `unavailable` when none took it in time. */
  opened(timeoutMs: number): Promise<void>;
  /** On the node of the seat's region, if it has one, else where the room is at home. */
  createTransports(
    seatId: SeatId,
    wants: { readonly send: boolean; readonly keepRecv: boolean; readonly region: string | null },
  ): Promise<TransportPair>;
  /** The seat's browser has arrived: transports that nothing uses yet stay. */
  claimTransports(seatId: SeatId): Promise<void>;
  connectTransport(seatId: SeatId, transportId: TransportId, dtlsParameters: DtlsParameters): Promise<void>;
  restartIce(seatId: SeatId, transportId: TransportId): Promise<IceParameters>;
  removeSeat(seatId: SeatId): Promise<void>;
  produce(
    seatId: SeatId,
    producer: {
      readonly producerId: ProducerId;
      readonly kind: 'audio' | 'video';
      readonly source: Source;
      readonly rtpParameters: RtpParameters;
      readonly paused: boolean;
    },
  ): Promise<void>;
  setProducerPaused(producerId: ProducerId, paused: boolean): Promise<void>;
  closeProducer(producerId: ProducerId): Promise<void>;
  consume(
    seatId: SeatId,
    rtpCapabilities: RtpCapabilities,
    producerIds: readonly ProducerId[],
  ): Promise<readonly NodeConsumerOffer[]>;
  setConsumersPaused(seatId: SeatId, consumerIds: readonly ConsumerId[], paused: boolean): Promise<void>;
  setPreferredLayers(
    seatId: SeatId,
    consumerId: ConsumerId,
    layers: { readonly spatialLayer: number; readonly temporalLayer?: number | undefined },
  ): Promise<void>;
  closeConsumers(seatId: SeatId, consumerIds: readonly ConsumerId[]): Promise<void>;
  /** Microseconds to add to our wall clock to get the node's. */
  clockOffsetUs(): Promise<number>;
  /** Closes the room on the node and ends the stand-in. Idempotent, never rejects. */
  close(): Promise<void>;
  /** Ends the stand-in and leaves the room on the node for its next owner. */
  abandon(): void;
}

export interface OpenMediaOptions {
  readonly roomId: RoomId;
  readonly fence: Fence;
  readonly region: string | null;
  /** Where the room was when another process owned it; adopted there if it still is. */
  readonly wasOnNodeId: string | null;
  readonly wasOnBranches: readonly string[];
  readonly listener: MediaListener;
}
/** Starts opening at once and returns the stand-in. */
export type OpenMedia = (options: OpenMediaOptions) => MediaNode;

/** The recorder's capture process (SPEC R). Rejects with `unavailable` while there is none. */
export interface RecordingControl {
  setGoal(goal: RecordingGoal): Promise<void>;
  /** Returns the highest number stored. */
  appendEvents(recordingId: RecordingId, fence: Fence, events: readonly RecordingEvent[]): Promise<number>;
  finish(recordingId: RecordingId, fence: Fence, endedAtUs: number): Promise<{ readonly stored: boolean }>;
  /** Told at each (re)connection: the other side may have forgotten the goal. Returns the function that takes the listener off. */
  onOpen(listener: () => void): () => void;
  /** The disk of the process that holds these recordings. */
  onDiskLevel(listener: (level: RecordingDisk, recordingIds: ReadonlySet<RecordingId>) => void): () => void;
  /** As it was told last by the process that holds this recording; `ok` while none does. */
  diskLevelOf(recordingId: RecordingId): RecordingDisk;
  /** Whether other tracks of this recording than before are sent and do not come. */
  onSilentTracks(listener: (recordingId: RecordingId) => void): () => void;
  /** As they were told last. */
  silentTracksOf(recordingId: RecordingId): ReadonlySet<TrackId>;
}

export interface ExpectedPerson {
  readonly personId: PersonId;
  /** What tells that it has come: the key of its identity or, in a meeting, of the ward (see `roll.ts`). */
  readonly rollKey: string;
  readonly displayName: string;
  readonly classGroup: string | null;
  readonly schoolName: string | null;
}

export interface RoomLesson {
  readonly facts: LessonFacts;
  readonly state: 'scheduled' | 'live' | 'ended' | 'cancelled';
  /** Of the lecturing school: the room is placed near it. */
  readonly region: string | null;
  /** The school's setting for its recordings. */
  readonly allowsDownload: boolean;
  /** Whether others than teachers may be in its recordings: the guardians' consent is on file (SPEC R7). */
  readonly recordsPupils: boolean;
  /** Whether the school has the class wall (SPEC V1). */
  readonly allowsWall: boolean;
  /** Who is on the roll. */
  readonly expected: readonly ExpectedPerson[];
}

/** What a seat did in the lesson, in all. */
export interface SeatActivity {
  readonly seatId: SeatId;
  /** Heard by the media node. */
  readonly talkedMs: number;
  readonly handsRaised: number;
  /** How long its line was measured, for how much of that it was poor, and the sum of score (0–10) times ms. */
  readonly lineMs: number;
  readonly poorLineMs: number;
  readonly lineScoreMs: number;
}

export interface RollMark {
  readonly personId: PersonId;
  readonly state: 'present' | 'late' | 'absent';
}

/** A question of this lesson as it was stored, with its answers. */
export interface StoredPoll {
  readonly poll: PollRecord;
  readonly answers: readonly {
    readonly voter: string;
    readonly seatId: SeatId | null;
    readonly displayName: string;
    readonly answer: PollAnswer;
    readonly answeredAtMs: number;
  }[];
}

/**
 * What survives in the database. A write that resolves is durable, also while the database is away (SPEC C2); reads reject with
 * `unavailable` then.
 */
export interface RoomStore {
  /** @throws notFound */
  lesson(lessonId: LessonId): Promise<RoomLesson>;
  /** The seat of this holder in this lesson, the same each time; a guest under another name is not admitted any more. @throws removedFromRoom, notFound */
  claimSeat(claims: JoinClaims, atMs: number): Promise<{ readonly seatId: SeatId; readonly isAdmitted: boolean }>;
  markAdmitted(seatId: SeatId, atMs: number): Promise<void>;
  keepOut(seatId: SeatId): Promise<void>;
  markLessonLive(lessonId: LessonId, atMs: number): Promise<void>;
  markLessonEnded(lessonId: LessonId, atMs: number): Promise<void>;
  /** The message as stored: a repeated `requestId` of a seat gets the first one. */
  appendChat(lessonId: LessonId, requestId: RequestId, message: ChatMessage): Promise<ChatMessage>;
  /** The newest `limit` messages before the moment (null: all there are), oldest first. */
  chatBefore(lessonId: LessonId, beforeMs: number | null, limit: number): Promise<readonly ChatMessage[]>;
  recordJoin(lessonId: LessonId, seatId: SeatId, atMs: number): Promise<void>;
  recordLeave(lessonId: LessonId, seatId: SeatId, atMs: number): Promise<void>;
  saveRoll(lessonId: LessonId, marks: readonly RollMark[]): Promise<void>;
  /** Totals, which only grow: of two writes about a seat the greater counts. Not durable while the database is away: `unavailable`, to be said again. */
  saveActivity(lessonId: LessonId, seats: readonly SeatActivity[]): Promise<void>;
  /** As `saveActivity`, for good: durable also while the database is away. */
  closeActivity(lessonId: LessonId, seats: readonly SeatActivity[]): Promise<void>;
  activity(lessonId: LessonId): Promise<readonly SeatActivity[]>;
  /** Of two writes of one question the one with the greater `changedAtMs` stays. */
  savePoll(lessonId: LessonId, poll: PollRecord): Promise<void>;
  /** Only a prepared one. */
  removePoll(pollId: PollId): Promise<void>;
  /** One per question and voter: the one with the greatest `answeredAtMs`. */
  saveAnswer(answer: AnswerRecord): Promise<void>;
  /** Everything asked in the lesson so far, first asked first; `unavailable` while something of it is still to be written. */
  polls(lessonId: LessonId): Promise<readonly StoredPoll[]>;
  /** What the person of this seat has asked, in other lessons too, newest first, each once. */
  pastQuestions(seatId: SeatId, limit: number): Promise<PollQuestion[]>;
  /** A file of this lesson that is shown from now on. @throws notFound for any other, and for one whose pages are not there */
  pagesOf(lessonId: LessonId, coursewareId: CoursewareId): Promise<BoardFile>;
  /** Whether this person's phone is paired with the screen of a classroom now (SPEC F4). */
  isPhoneOf(siteId: SiteId, personId: PersonId): Promise<boolean>;
  /** Which of these screens are enrolled now (SPEC F5). */
  enrolledSites(siteIds: readonly SiteId[]): Promise<ReadonlySet<SiteId>>;
  /** Where browsers find the pictures of its pages, for as long as a lesson may last. */
  pagesUrl(coursewareId: CoursewareId): string;
  /** Once durable. Idempotent by its id. */
  saveReport(report: ReportFacts): Promise<void>;
  /** What the school of the lesson refuses. */
  refusedWords(lessonId: LessonId): Promise<readonly string[]>;
  openRecording(recording: {
    readonly recordingId: RecordingId;
    readonly lessonId: LessonId;
    readonly title: string;
    readonly startedAtUnixUs: number;
    readonly allowsDownload: boolean;
  }): Promise<void>;
  /** What is played of it has no part in these ranges of session time. Idempotent; once the recording has ended it changes nothing. @throws unavailable, notFound */
  leaveOut(recordingId: RecordingId, ranges: readonly EditionRange[]): Promise<void>;
  endRecording(recordingId: RecordingId, endedAtMs: number): Promise<void>;
}

/** A report as it is kept. */
export interface ReportFacts {
  readonly reportId: ReportId;
  readonly lessonId: LessonId;
  readonly reporterSeatId: SeatId;
  readonly reporterName: string;
  readonly aboutSeatId: SeatId;
  readonly aboutName: string;
  readonly message: { readonly messageId: MessageId; readonly text: string; readonly sentAtMs: number } | null;
  readonly reason: string;
  readonly reportedAtMs: number;
}

export type Claim =
  | { readonly kind: 'mine'; readonly fence: Fence; readonly state: RoomState | null }
  | { readonly kind: 'elsewhere'; readonly homePath: string };

/** Who holds which room, and the snapshot another process takes it over from. In Redis; live rooms go on while it is away. */
export interface RoomDirectory {
  /** Takes the room for this process with a new fencing number, and hands over the last snapshot. */
  claim(roomId: RoomId): Promise<Claim>;
  /** `lost` when a process with a higher fence has the room now: this one must let go. Rejects while Redis is away. */
  save(roomId: RoomId, fence: Fence, state: RoomState): Promise<'saved' | 'lost'>;
  forget(roomId: RoomId, fence: Fence): Promise<void>;
  /** Rooms that were held under this process's home path. */
  heldHere(): Promise<readonly RoomId[]>;
  /** `lost`: another process has the room now. `forgotten`: the snapshot is gone (Redis came back empty); save it again. */
  onChange(listener: (roomId: RoomId, change: 'lost' | 'forgotten') => void): () => void;
}

/** One socket of one seat. */
export interface Connection {
  readonly connectionId: string;
  tell<N extends RoomNoticeName>(name: N, data: RoomNotice<N>): void;
  /** From now on it hears what everybody inside hears; with `teachers` also what only they hear. */
  enterRoom(hears: { readonly teachers: boolean }): void;
  /** Says `closed` and disconnects. */
  close(reason: CloseReason): void;
}

/** To many at once; the gateway encodes such a notice only once. */
export interface Broadcast {
  toInside<N extends RoomNoticeName>(name: N, data: RoomNotice<N>): void;
  toTeachers<N extends RoomNoticeName>(name: N, data: RoomNotice<N>): void;
}
