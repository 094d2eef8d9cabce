/**
 * How long the chaos tests torment the system: `npm run test:chaos` gives them the whole of what they are named after, the ordinary suite as little as shows the same.
 */
export interface ChaosPlan {
  readonly isFull: boolean;
  /** Simulated lessons on lossy lines. */
  readonly lessonSeconds: number;
  /** Each condition of a real line between Chromium and the sfu. */
  readonly lineMs: number;
  /** A line that is cut. */
  readonly outageMs: number;
  /** How long a producer stays before the next one comes, and how many do so. */
  readonly stayMs: number;
  readonly comings: number;
  /** All tracks of a full room at once. */
  readonly fullRoomMs: number;
  /** The object store takes nothing. */
  readonly storeAwayMs: number;
  /** Everybody is back in a room whose process was killed. */
  readonly backWithinMs: number;
  /**
   * How often as much as DESIGN promises may be missing from a recording, in time and in pictures: a process that starts again, and a browser that sends again in
   * time, need a core to do so.
   */
  readonly holeFactor: number;
}

const FULL: ChaosPlan = {
  isFull: true,
  lessonSeconds: 45 * 60,
  lineMs: 60_000,
  outageMs: 30_000,
  stayMs: 5_000,
  comings: 24,
  fullRoomMs: 120_000,
  storeAwayMs: 600_000,
  // Three times the budget of DESIGN §9.
  backWithinMs: 15_000,
  holeFactor: 1,
};

const SHORT: ChaosPlan = {
  isFull: false,
  lessonSeconds: 20,
  lineMs: 4_000,
  outageMs: 7_000,
  stayMs: 700,
  comings: 8,
  fullRoomMs: 5_000,
  storeAwayMs: 10_000,
  // Beside a second file of tests a process has less than one core to start on.
  backWithinMs: 60_000,
  holeFactor: 3,
};

export const plan: ChaosPlan = process.env['TONGKE_CHAOS'] === 'full' ? FULL : SHORT;
