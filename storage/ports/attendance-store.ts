import type { LessonId, PersonId, SeatId } from '../../signaling/protocol/ids.ts';

/**
 * Who was there, from when to when. Every method is idempotent, so that what was kept while the database was away can
 * be replayed. Errors as in `DirectoryStore`.
 */
export interface AttendanceStore {
  /** Opens a stay; none is opened while the seat has an open one. */
  joined(stay: { readonly lessonId: LessonId; readonly seatId: SeatId; readonly atMs: number }): Promise<void>;
  /** Closes the seat's open stay, if any. */
  left(seatId: SeatId, atMs: number): Promise<void>;
  /** Closes every open stay of a lesson. */
  allLeft(lessonId: LessonId, atMs: number): Promise<void>;
  /** By time of joining. */
  stays(lessonId: LessonId): Promise<Stay[]>;
  /** The roll as it stands at the end, or as a teacher corrected it; replaces what was said of the same persons. */
  saveRoll(lessonId: LessonId, entries: readonly RollMark[]): Promise<void>;
  roll(lessonId: LessonId): Promise<RollMark[]>;
}

export interface Stay {
  readonly seatId: SeatId;
  /** Null for sites and guests. */
  readonly personId: PersonId | null;
  readonly joinedAtMs: number;
  readonly leftAtMs: number | null;
}

export interface RollMark {
  readonly personId: PersonId;
  readonly state: 'present' | 'late' | 'absent';
}
