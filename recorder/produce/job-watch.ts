import type { Redis } from 'ioredis';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { cancelKey } from '../produce-job-names.ts';
import { StallWatch } from './stall-watch.ts';

const CANCEL_POLL_MS = 500;
/** An order lies in the queue no longer than this. */
const CALLED_OFF_SECONDS = 7 * 24 * 3_600;
/** Longer than ffmpeg's own watchdog, and than the store's patience with one object. */
const STALL_LIMIT_MS = 180_000;

/** A job that made no progress for too long. */
export class StalledError extends Error {}
class CancelledError extends Error {}

export interface JobWatchOptions {
  readonly redis: Redis;
  readonly recordingId: RecordingId;
  /** BullMQ's: the lock is lost, or the process ends. */
  readonly lockSignal: AbortSignal;
  readonly isYielding: () => boolean;
  readonly stallLimitMs?: number;
}

/**
 * Watches over one running job: whether its production was cancelled, or called off since another part of it failed, and whether it gets on.
 * `signal` ends for these reasons and for those of BullMQ.
 */
export class JobWatch {
  readonly signal: AbortSignal;
  readonly #stopping = new AbortController();
  readonly #options: JobWatchOptions;
  readonly #stall: StallWatch;
  readonly #timer: NodeJS.Timeout;

  /** Resolves when it is known that the production was not cancelled before the job began. */
  static async create(options: JobWatchOptions): Promise<JobWatch> {
    const watch = new JobWatch(options);
    await watch.#poll();
    return watch;
  }

  private constructor(options: JobWatchOptions) {
    this.#options = options;
    this.signal = AbortSignal.any([options.lockSignal, this.#stopping.signal]);
    this.#timer = setInterval(() => void this.#poll(), CANCEL_POLL_MS);
    this.#stall = new StallWatch({
      limitMs: options.stallLimitMs ?? STALL_LIMIT_MS,
      isYielding: options.isYielding,
      onStall: () => this.#stopping.abort(new StalledError('no progress')),
    });
  }

  get isCancelled(): boolean {
    return this.#stopping.signal.reason instanceof CancelledError;
  }

  touch(): void {
    this.#stall.touch();
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#stall.close();
  }

  async #poll(): Promise<void> {
    const { redis, recordingId } = this.#options;
    const isCancelled = await redis.exists(cancelKey(recordingId)).catch(() => 0);
    if (isCancelled === 1) this.#stopping.abort(new CancelledError('cancelled'));
  }
}

/** Everybody who works on parts of this production stops, until it is ordered anew. */
export async function callOff(redis: Redis, recordingId: RecordingId): Promise<void> {
  await redis.set(cancelKey(recordingId), 'failed', 'EX', CALLED_OFF_SECONDS);
}
