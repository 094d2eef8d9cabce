import type { Playback } from './playback.ts';
import type { SilenceFinder } from './silence-finder.ts';

/** Short silences are run through, so that writing on the board is still seen; longer ones are jumped over. */
const RUN_RATE = 4;
const MAX_RUN_RATE = 6;
const JUMP_OVER_S = 12;
const LAND_BEFORE_S = 0.5;
/** How late a state may be told: the run ends that much before the speech begins. */
const LATE_S = 0.15;
const TICK_MS = 100;

/** Passes over silence: the picture runs, nobody's words are touched. */
export class SilenceSkipper {
  readonly #playback: Playback;
  readonly #finder: SilenceFinder;
  readonly #ticking: ReturnType<typeof setInterval>;

  constructor(playback: Playback, finder: SilenceFinder) {
    this.#playback = playback;
    this.#finder = finder;
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  close(): void {
    clearInterval(this.#ticking);
    this.#finder.close();
    this.#playback.hurry(null);
  }

  #tick(): void {
    const { positionS, isPlaying, isWaiting, rate, phase } = this.#playback.state;
    if (phase === 'loading') return;
    this.#finder.lookAhead(positionS);
    const silence = this.#finder.silenceAt(positionS);
    const leftS = silence === undefined ? 0 : silence.toS - positionS;
    const runRate = Math.min(MAX_RUN_RATE, Math.max(RUN_RATE, rate * 2));
    if (!isPlaying || isWaiting || leftS <= LATE_S * runRate) {
      this.#playback.hurry(null);
    } else if (leftS > JUMP_OVER_S) {
      this.#playback.hurry(null);
      this.#playback.seek(positionS + leftS - LAND_BEFORE_S);
    } else {
      this.#playback.hurry(runRate);
    }
  }
}
