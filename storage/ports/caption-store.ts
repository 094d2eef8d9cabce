import type { CaptionCue } from '../../signaling/protocol/captions.ts';
import type { PersonId, RecordingId, SeatId } from '../../signaling/protocol/ids.ts';
import type { CaptionOrigin } from '../../signaling/protocol/rest/captions.ts';

/** So many versions of a language are kept, the newest ones; all of them while the recording is held. */
export const KEPT_CAPTION_VERSIONS = 20;

/**
 * Captions of recordings by language, every save a version of its own. They go with their recording. Errors as in `DirectoryStore`.
 */
export interface CaptionStore {
  /** The newest version of each language, by language. */
  list(recordingId: RecordingId): Promise<CaptionVersion[]>;
  /** The newest one unless said otherwise. */
  find(recordingId: RecordingId, language: string, version?: number): Promise<StoredCaptions | undefined>;
  /** What is kept of a language, newest first. */
  versions(recordingId: RecordingId, language: string): Promise<CaptionVersion[]>;
  /**
   * The version after `baseVersion` (0: the first). What one attempt of speech recognition has made is saved once: the second time answers what is there.
   *
   * @throws AppError `conflict` when `baseVersion` is not the newest.
   */
  save(captions: NewCaptions): Promise<CaptionVersion>;
  /** Takes what was recognised of a seat's sound out of every version. Idempotent. */
  eraseSeat(recordingId: RecordingId, seatId: SeatId): Promise<void>;
  /** All versions. Idempotent. @throws AppError `conflict` (`details.field`: `hold`) while the recording is held. */
  delete(recordingId: RecordingId, language: string): Promise<void>;
}

export interface NewCaptions {
  readonly recordingId: RecordingId;
  /** BCP 47, canonical. */
  readonly language: string;
  readonly label: string;
  readonly baseVersion: number;
  readonly origin: CaptionOrigin;
  /** Of speech recognition. */
  readonly attempt: string | null;
  readonly savedBy: PersonId | null;
  readonly savedAtMs: number;
  /** In session time, in order. */
  readonly cues: readonly CaptionCue[];
}

export interface CaptionVersion {
  readonly language: string;
  readonly label: string;
  readonly version: number;
  readonly origin: CaptionOrigin;
  readonly cueCount: number;
  readonly savedAtMs: number;
  readonly savedByName: string | null;
}

export interface StoredCaptions extends CaptionVersion {
  readonly cues: readonly CaptionCue[];
}
