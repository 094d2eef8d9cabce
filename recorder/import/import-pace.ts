import type { ImportProgress } from '../contract.ts';

/** Shares of a typical import's time. */
const WEIGHTS = { fetch: 0.15, make: 0.7, store: 0.15 } as const;
type Stage = keyof typeof WEIGHTS;
/** Before this share is done nothing sensible can be said about the rest. */
const MIN_MEASURED_SHARE = 0.05;

/** Sums up the stages into one fraction that never falls, and guesses the time left from the pace so far. */
export class ImportPace {
  readonly #report: (progress: ImportProgress) => void;
  readonly #startedAtMs = Date.now();
  readonly #done = new Map<Stage, number>();

  constructor(report: (progress: ImportProgress) => void) {
    this.#report = report;
  }

  set(stage: Stage, fraction: number): void {
    this.#done.set(stage, Math.min(1, Math.max(fraction, this.#done.get(stage) ?? 0)));
    const total = Array.from(this.#done, ([each, done]) => WEIGHTS[each] * done).reduce((sum, share) => sum + share, 0);
    const elapsedMs = Date.now() - this.#startedAtMs;
    const secondsLeft = total < MIN_MEASURED_SHARE ? null : Math.round((elapsedMs * (1 - total)) / total / 1_000);
    this.#report({ fraction: Math.min(1, total), secondsLeft });
  }
}
