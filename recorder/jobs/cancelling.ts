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
  readonly #key: string;
  readonly #cancelling = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** Resolves when it is known whether the job was cancelled before it began. */
  static async create(redis: Redis, key: string): Promise<CancelWatch> {
    const watch = new CancelWatch(redis, key);
    await watch.#poll();
    return watch;
  }

  private constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
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
    const isCancelled = await this.#redis.exists(this.#key).catch(() => 0);
    if (isCancelled === 1) this.#cancelling.abort(new Error(CANCELLED_REASON));
  }
}
