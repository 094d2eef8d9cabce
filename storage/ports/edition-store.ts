import type { Edition, EditionRange } from '../../signaling/protocol/edition.ts';
import type { PersonId, RecordingId, SeatId } from '../../signaling/protocol/ids.ts';
import type { Recording } from './recording-store.ts';

/**
 * What of recordings is published, with everything that was before, and which seats' tracks are erased. Each recording has one edition that counts; whoever changes it
 * names the one they saw. Errors as in `DirectoryStore`.
 */
export interface EditionStore {
  /**
   * Makes `edition` the one that counts.
   *
   * @throws AppError `conflict` with `details.version` when another one counts than `basedOn`.
   */
  save(recordingId: RecordingId, change: NewEdition): Promise<Recording>;
  /** Takes ranges out of the edition of a recording that is still being made, under the number that it has. Idempotent; ignored once the recording has ended. */
  leaveOut(recordingId: RecordingId, ranges: readonly EditionRange[]): Promise<void>;
  /** Every edition, newest first. */
  history(recordingId: RecordingId): Promise<SavedEdition[]>;
  /** The views of an edition can be played. Ignored when the views of a later one already can. */
  markViews(recordingId: RecordingId, views: EditionViews): Promise<Recording>;
  /** Recordings that have ended whose edition leaves something out, and whose views of it are not there yet. */
  listWithoutViews(): Promise<Recording[]>;

  /**
   * Orders the erasure of a seat's tracks. Until it is done nothing of the recording is shown to viewers, and nothing made before ever again. Idempotent while it
   * is open; a seat whose tracks are erased already is done again.
   */
  orderErasure(recordingId: RecordingId, order: NewErasure): Promise<Recording>;
  /** Idempotent. */
  markErased(recordingId: RecordingId, seatId: SeatId, doneAtMs: number): Promise<void>;
  /** Of one recording, or all that are open. */
  erasures(recordingId: RecordingId): Promise<Erasure[]>;
  listOpenErasures(): Promise<Erasure[]>;
}

export interface NewEdition {
  readonly basedOn: number;
  readonly edition: Edition;
  readonly savedBy: PersonId;
  readonly savedAtMs: number;
}

export interface SavedEdition {
  readonly version: number;
  readonly edition: Edition;
  /** Null: the school's setting, or somebody who is not known any more. */
  readonly savedBy: PersonId | null;
  readonly savedByName: string | null;
  readonly savedAtMs: number;
}

export interface EditionViews {
  readonly version: number;
  /** Object key of the `PlayIndex` that names what viewers may play, and nothing else. */
  readonly indexKey: string;
  readonly durationMs: number;
}

/** The edition of a recording that counts, and what of older ones may be shown as long as nothing newer has been made. */
export interface RecordingEdition {
  readonly version: number;
  readonly edition: Edition;
  /** What was made of this version or a later one leaves out at least what the edition that counts leaves out. */
  readonly shownFrom: number;
  /** What was made of this version or a later one leaves out exactly the same. */
  readonly sameFrom: number;
  readonly views: EditionViews | null;
  /** Somebody's tracks are being erased. */
  readonly isErasing: boolean;
}

export interface NewErasure {
  readonly seatId: SeatId;
  readonly orderedBy: PersonId;
  readonly orderedAtMs: number;
}

export interface Erasure {
  readonly recordingId: RecordingId;
  readonly seatId: SeatId;
  readonly orderedAtMs: number;
  readonly doneAtMs: number | null;
}
