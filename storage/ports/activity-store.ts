import type { LessonId, SeatId } from '../../signaling/protocol/ids.ts';

/** What seats did in their lessons, in totals that only grow. Errors as in `DirectoryStore`. */
export interface ActivityStore {
  /** The greater of what is there and what is given stays, number by number; seats that are not there (any more) are left out. */
  save(seats: readonly SeatActivity[]): Promise<void>;
  list(lessonId: LessonId): Promise<SeatActivity[]>;
}

export interface SeatActivity {
  readonly seatId: SeatId;
  /** How long it was heard, ms. */
  readonly talkedMs: number;
  readonly handsRaised: number;
  /** How long its line was measured, for how much of that it was poor, and the sum of score (0–10) times ms. */
  readonly lineMs: number;
  readonly poorLineMs: number;
  readonly lineScoreMs: number;
}
