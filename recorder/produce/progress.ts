import type { ProduceProgress } from '../contract.ts';

type Stage = ProduceProgress['stage'];

/** Shares of a typical production's time. */
const WEIGHTS: Readonly<Record<Stage, number>> = {
  prepare: 0.03,
  compose: 0.82,
  audio: 0.06,
  join: 0.03,
  pictures: 0.02,
  upload: 0.04,
};
/** Before this share is done nothing sensible can be said about the rest. */
const MIN_MEASURED_SHARE = 0.02;

/** Sums up what the stages report into one fraction that never falls, and guesses the time left from the pace so far. */
export class StageProgress {
  readonly #report: (progress: ProduceProgress) => void;
  readonly #nowMs: () => number;
  readonly #done = new Map<Stage, number>();
  #measuredFrom: { readonly atMs: number; readonly fraction: number } | undefined;

  constructor(report: (progress: ProduceProgress) => void, nowMs: () => number = Date.now) {
    this.#report = report;
    this.#nowMs = nowMs;
  }

  /** `fraction` of that stage; `shown` is what people are told is being done, when it differs. */
  set(stage: Stage, fraction: number, shown: Stage = stage): void {
    const bounded = Math.min(1, Math.max(fraction, this.#done.get(stage) ?? 0));
    this.#done.set(stage, bounded);
    const total = this.#total();
    if (stage !== 'prepare') this.#measuredFrom ??= { atMs: this.#nowMs(), fraction: total };
    this.#report({ stage: shown, fraction: total, secondsLeft: this.#secondsLeft(total) });
  }

  #total(): number {
    const sum = Array.from(this.#done, ([stage, fraction]) => WEIGHTS[stage] * fraction).reduce((a, b) => a + b, 0);
    return Math.min(1, sum);
  }

  #secondsLeft(total: number): number | null {
    if (this.#measuredFrom === undefined) return null;
    const share = total - this.#measuredFrom.fraction;
    if (share < MIN_MEASURED_SHARE) return null;
    const elapsedMs = this.#nowMs() - this.#measuredFrom.atMs;
    return Math.round((elapsedMs * (1 - total)) / share / 1_000);
  }
}
