import type { Redis } from 'ioredis';

const POLL_MS = 500;
/** As long as an order may lie in the queue. */
const KEPT_SECONDS = 7 * 24 * 3_600;

/** `failedReason` of a job that somebody cancelled. */
export const CANCELLED_REASON = 'cancelled';

/** While its key is there, whoever works on a job stops: a key outlives the connection over which a message would be lost. */
export async function setCancelKey(redis: Redis, key: string): Promise<void> {
  await redis.set(key, '1', 'EX', KEPT_SECONDS);
}

/** Looks again and again whether a running job has been cancelled. */
export class CancelWatch {
  readonly #redis: Redis;
  readonly #keys: readonly string[];
  readonly #cancelling = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** Resolves when it is known whether the job was cancelled before it began. */
  static async create(redis: Redis, ...keys: readonly string[]): Promise<CancelWatch> {
    const watch = new CancelWatch(redis, keys);
    await watch.#poll();
    return watch;
  }

  private constructor(redis: Redis, keys: readonly string[]) {
    this.#redis = redis;
    this.#keys = keys;
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
  }

  /** Ends when the job is cancelled. */
  get signal(): AbortSignal {
    return this.#cancelling.signal;
  }

  get isCancelled(): boolean {
    return this.#cancelling.signal.aborted;
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    const found = await this.#redis.exists(...this.#keys).catch(() => 0);
    if (found > 0) this.#cancelling.abort(new Error(CANCELLED_REASON));
  }
}
