import type { TimeRange } from './playback.ts';

const S_PER_US = 1e-6;
/** What is played between two cuts, or before the first, and is shorter than a picture is nothing: there is no sound to wait for, and no film has it. */
const FRAME_S = 0.04;
/** Media elements count whole microseconds and round down: 8.345 is read back as 8.344999, and is there. */
const ROUNDED_S = 0.001;

interface LeftOut {
  readonly fromUs: number;
  readonly toUs: number;
}

/**
 * Between session time (of every segment) and play time (of the viewer's clock and of the composed film): pauses of the
 * recording are left out. All in seconds.
 */
export class SessionTimeline {
  /** Sorted, apart from each other. */
  readonly #leftOut: readonly TimeRange[];
  readonly #sessionEndS: number;

  constructor(durationUs: number, leftOut: readonly LeftOut[] = []) {
    this.#sessionEndS = durationUs * S_PER_US;
    const sorted = leftOut
      .map(({ fromUs, toUs }) => ({ fromS: fromUs * S_PER_US, toS: toUs * S_PER_US }))
      .filter(({ fromS, toS }) => toS > fromS)
      .sort((one, other) => one.fromS - other.fromS);
    const merged: TimeRange[] = [];
    for (const { fromS, toS } of sorted) {
      const last = merged.at(-1);
      if (fromS >= (last?.toS ?? 0) + FRAME_S) merged.push({ fromS, toS });
      else merged[Math.max(0, merged.length - 1)] = { fromS: last?.fromS ?? 0, toS: Math.max(last?.toS ?? 0, toS) };
    }
    this.#leftOut = merged;
  }

  get sessionEndS(): number {
    return this.#sessionEndS;
  }

  get durationS(): number {
    return this.toPlayS(this.#sessionEndS);
  }

  /** Inside of what is left out: where play goes on. */
  toPlayS(sessionS: number): number {
    let playS = sessionS;
    for (const { fromS, toS } of this.#leftOut) {
      if (sessionS <= fromS) break;
      playS -= Math.min(sessionS, toS) - fromS;
    }
    return playS;
  }

  toSessionS(playS: number): number {
    let sessionS = playS;
    for (const { fromS, toS } of this.#leftOut) {
      if (sessionS < fromS) break;
      sessionS += toS - fromS;
    }
    return Math.min(sessionS, this.#sessionEndS);
  }

  /** Where to jump from an instant that is left out; undefined for one that is played. */
  skipFrom(sessionS: number): number | undefined {
    return this.#leftOut.find(({ fromS, toS }) => sessionS >= fromS && sessionS < toS - ROUNDED_S)?.toS;
  }
}
