import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../protocol/errors.ts';
import type { Log } from '../runtime/log.ts';

const RETRY_MS = 1_000;

export interface PatientStepsOptions {
  /** Of whom is told when a step fails. */
  readonly log: Log;
  /** Failures that pass by themselves; where nothing is said: storage is away. */
  readonly passing?: readonly ErrorCode[];
}

/** Carries steps out in the order they come, those with the same key one after another. While storage is away a step waits and is tried again, so that none is lost. */
export class PatientSteps {
  readonly #log: Log;
  readonly #passing: ReadonlySet<ErrorCode>;
  readonly #tails = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor({ log, passing = ['unavailable'] }: PatientStepsOptions) {
    this.#log = log;
    this.#passing = new Set(passing);
  }

  add(key: string, step: () => Promise<unknown>): void {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const tail = before.then(() => this.#untilDone(key, step));
    this.#tails.set(key, tail);
    void tail.finally(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
  }

  /** Waits for the running steps and gives up what waits. Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#tails.values());
  }

  async #untilDone(key: string, step: () => Promise<unknown>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await step();
        return;
      } catch (error) {
        if (!(error instanceof AppError && this.#passing.has(error.code))) {
          this.#log.error({ err: error, key }, 'what was reported could not be followed');
          return;
        }
        this.#log.warn({ err: error, key }, 'what was reported is followed later');
        await sleep(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }
}
