import type { Log } from '../../../signaling/runtime/log.ts';
import { foregroundShare, type CpuTimes } from './cpu-times.ts';

const SAMPLE_MS = 2_000;
/** Live lessons are pressed when everything but production takes this much of the machine … */
const PRESSED_SHARE = 0.85;
/** … and have air again below this. */
const EASED_SHARE = 0.65;
/** Samples in a row that make a change. */
const SAMPLES = 3;
/** A lesson may last all day; production then takes turns with it, niced. */
const MAX_PAUSE_MS = 10 * 60 * 1_000;
const MIN_RUN_MS = 60_000;

export interface LiveGuardOptions {
  readonly pause: () => void;
  readonly resume: () => void;
  /** Whether this machine serves live lessons now. */
  readonly hasLiveWork: () => Promise<boolean>;
  /** Lessons have begun here, or the last has ended; told at each change. */
  readonly onLiveWork?: (hasLiveWork: boolean) => void;
  readonly readCpu: () => Promise<CpuTimes | undefined>;
  readonly log: Log;
  readonly sampleMs?: number;
  readonly nowMs?: () => number;
}

/**
 * Live work outranks production. Niceness gives it the CPU first; this guard gives it caches and memory too, by freezing all encoders
 * while lessons are live here and what is not production takes nearly the whole machine.
 */
export class LiveGuard {
  readonly #options: LiveGuardOptions;
  readonly #nowMs: () => number;
  #timer: NodeJS.Timeout | undefined;
  #last: CpuTimes | undefined;
  #against = 0;
  #changedAtMs = -Infinity;
  #isPausing = false;
  #hasLive = false;
  #isClosed = false;

  constructor(options: LiveGuardOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#schedule();
  }

  get isPausing(): boolean {
    return this.#isPausing;
  }

  /** Lets everything run again. Idempotent. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#isPausing) this.#change(false);
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.#sample()
        .catch((error: unknown) => this.#options.log.debug({ err: error }, 'live load cannot be read'))
        .finally(() => this.#schedule());
    }, this.#options.sampleMs ?? SAMPLE_MS);
  }

  async #sample(): Promise<void> {
    const cpu = await this.#options.readCpu();
    const hasLive = await this.#options.hasLiveWork().catch(() => false);
    if (hasLive !== this.#hasLive) {
      this.#hasLive = hasLive;
      this.#options.onLiveWork?.(hasLive);
    }
    const before = this.#last;
    this.#last = cpu;
    if (cpu === undefined || before === undefined || this.#isClosed) return;
    this.#judge(foregroundShare(before, cpu), hasLive);
  }

  #judge(share: number, hasLive: boolean): void {
    const sinceChangeMs = this.#nowMs() - this.#changedAtMs;
    const wantsChange = this.#isPausing
      ? !hasLive || share < EASED_SHARE
      : hasLive && share >= PRESSED_SHARE && sinceChangeMs >= MIN_RUN_MS;
    this.#against = wantsChange ? this.#against + 1 : 0;
    const isOverdue = this.#isPausing && sinceChangeMs >= MAX_PAUSE_MS;
    if (this.#against < SAMPLES && !isOverdue) return;
    this.#change(!this.#isPausing);
    this.#options.log.info(
      { pausing: this.#isPausing, foregroundShare: share },
      'production yields to live work or goes on',
    );
  }

  #change(pausing: boolean): void {
    this.#isPausing = pausing;
    this.#against = 0;
    this.#changedAtMs = this.#nowMs();
    if (pausing) this.#options.pause();
    else this.#options.resume();
  }
}
