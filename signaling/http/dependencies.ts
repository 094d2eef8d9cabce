import type { Redis } from 'ioredis';
import type { ObjectStore, Recording, Stores } from '../../storage/ports.ts';
import type { CaptionOrders } from '../../recorder/jobs/caption-orders.ts';
import type { ProduceJob } from '../../recorder/contract.ts';
import type { PackageJob, PackageState } from '../../recorder/jobs/derive-jobs.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { TokenSigner } from '../auth/signed-token.ts';
import type { TurnConfig } from '../auth/turn-credentials.ts';
import type { LessonId, RecordingId, SchoolId, SeatId } from '../protocol/ids.ts';
import type { CoursewareDesk } from '../courseware/courseware-desk.ts';
import type { RtpCapabilities } from 'mediasoup/types';
import type { TransportPair } from '../protocol/media.ts';
import type { JoinClaims } from '../rooms/join-claims.ts';
import type { RecordingTimes } from '../recordings/recording-times.ts';
import type { RecordingCaptions } from '../recordings/recording-captions.ts';
import type { Log } from '../runtime/log.ts';
import type { UploadIntake } from '../uploads/upload-intake.ts';
import type { ConnectionChecks } from './connection-checks.ts';
import type { DemoEntrances } from './demo-sign-ins.ts';
import type { RateLimits } from './rate-limits.ts';

/** What a seat gets when it is taken. */
export interface EnteredSeat {
  readonly seatId: SeatId;
  readonly seatToken: string;
  readonly phase: 'waiting' | 'inside';
  readonly routerRtpCapabilities: RtpCapabilities | null;
  readonly transports: TransportPair | null;
}

/** The rooms of this process, as far as REST needs them. */
export interface RoomsDesk {
  /** Of the router of any room; null until a media node was there. */
  readonly roomCapabilities: RtpCapabilities | null;
  enter(claims: JoinClaims): Promise<EnteredSeat>;
  /** Null when no room is open for the lesson. */
  presentCount(lessonId: LessonId): number | null;
  endLesson(lessonId: LessonId): Promise<void>;
  /** A phone was unpaired, or a screen unenrolled: its seat goes at once from the rooms of this process, within seconds from others. Never rejects. */
  dropStraySeats(): Promise<void>;
}

/** Production of recordings, as far as REST orders it. */
export interface ProductionQueue {
  /** Composes, again when it was composed before. */
  addProduce(job: ProduceJob): Promise<void>;
  /** Idempotent. */
  cancelProduce(recordingId: RecordingId): Promise<void>;
}

/** What becomes of removed recordings. */
export interface RecordingClearance {
  /** Whatever cannot go yet goes later, by itself. */
  clearNow(recordingId: RecordingId): Promise<void>;
}

/** Packages of recordings for other systems, as far as REST orders them. */
export interface PackageOrders {
  /** While one is waiting or being made nothing is added. */
  order(job: PackageJob): Promise<void>;
  /** Idempotent. */
  cancel(recordingId: RecordingId): Promise<void>;
  state(recordingId: RecordingId): Promise<PackageState>;
}

/** What of recordings is shown, as far as REST decides it. */
export interface EditionDesk {
  /** Another edition counts: makes what it shows. */
  apply(recording: Recording): Promise<void>;
  erase(recordingId: RecordingId, seatId: SeatId): Promise<void>;
  orderFacts(recordingId: RecordingId): Promise<void>;
}

/** Import of uploaded films, as far as REST orders it. */
export interface ImportDesk {
  order(recordingId: RecordingId): void;
  /** Idempotent. */
  cancel(recordingId: RecordingId): Promise<void>;
}

/** What follows a change of a calendar. */
export interface TimetableDesk {
  /** Ends when the lessons of that school have followed; those of all schools (null) do so behind the answer. */
  changed(schoolId: SchoolId | null): Promise<void>;
}

/** Everything that REST handlers are made of. */
export interface RestDependencies {
  readonly stores: Stores;
  readonly timetableKeeper: TimetableDesk;
  readonly objects: ObjectStore;
  readonly sessions: Sessions;
  readonly limits: RateLimits;
  readonly rooms: RoomsDesk;
  readonly queue: ProductionQueue;
  readonly keeper: RecordingClearance;
  readonly packages: PackageOrders;
  readonly editions: EditionDesk;
  readonly uploads: UploadIntake;
  readonly imports: ImportDesk;
  readonly times: RecordingTimes;
  readonly courseware: CoursewareDesk;
  readonly captions: RecordingCaptions;
  readonly captionOrders: CaptionOrders;
  readonly redis: Redis;
  readonly connectionChecks: ConnectionChecks;
  readonly joinTokens: TokenSigner<typeof JoinClaims>;
  readonly mediaSecret: string;
  readonly turn: TurnConfig | undefined;
  readonly demo: DemoEntrances;
  readonly isDemo: boolean;
  readonly hasLocalAuthority: boolean;
  readonly version: string;
  readonly log: Log;
  readonly nowMs: () => number;
}
