/** Short enough to be told soon, long enough that a page which is busy for a moment is forgiven. */
const WINDOW_MS = 4_000;
const SLOW_WINDOWS = 2;
/** Half of the pictures that are wanted are still a moving face. */
const ENOUGH = 0.5;
/** A camera in the dark gives few pictures, and the computer waits for them; one that falls behind has no time to wait. */
const NO_REST = 0.8;

/** Tells a computer that cannot keep pace from a camera that gives less than it promised. Times in milliseconds of one clock. */
export class BlurPace {
  readonly #wantedPerSecond: () => number;
  #beganMs: number | null = null;
  #busyMs = 0;
  #pictures = 0;
  #slowWindows = 0;

  /** Asked anew each time: some cameras know their rate only after a while. */
  constructor(wantedPerSecond: () => number) {
    this.#wantedPerSecond = wantedPerSecond;
  }

  /** True once the pictures have been too few for several seconds. */
  isTooSlow(startedMs: number, endedMs: number): boolean {
    // The first one also pays for what is made once.
    if (this.#beganMs === null) {
      this.#beganMs = endedMs;
      return false;
    }
    this.#busyMs += endedMs - startedMs;
    this.#pictures += 1;
    const passedMs = endedMs - this.#beganMs;
    if (passedMs < WINDOW_MS) return false;
    const isEnough = (this.#pictures * 1000) / passedMs >= this.#wantedPerSecond() * ENOUGH;
    const rests = this.#busyMs / passedMs < NO_REST;
    this.#slowWindows = isEnough || rests ? 0 : this.#slowWindows + 1;
    this.#beganMs = endedMs;
    this.#busyMs = 0;
    this.#pictures = 0;
    return this.#slowWindows >= SLOW_WINDOWS;
  }
}
