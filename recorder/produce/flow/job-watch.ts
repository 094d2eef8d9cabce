import type { Redis } from 'ioredis';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { cancelKey } from '../../jobs/produce-job-names.ts';
import { CancelWatch, setCancelKey } from '../../jobs/cancelling.ts';
import { StallWatch } from './stall-watch.ts';

/** Longer than ffmpeg's own watchdog, and than the store's patience with one object. */
const STALL_LIMIT_MS = 180_000;

/** A job that made no progress for too long. */
export class StalledError extends Error {}

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
  readonly #cancel: CancelWatch;
  readonly #stall: StallWatch;

  /** Resolves when it is known whether the production was cancelled before the job began. */
  static async create(options: JobWatchOptions): Promise<JobWatch> {
    return new JobWatch(options, await CancelWatch.create(options.redis, cancelKey(options.recordingId)));
  }

  private constructor(options: JobWatchOptions, cancel: CancelWatch) {
    this.#cancel = cancel;
    const stalling = new AbortController();
    this.signal = AbortSignal.any([options.lockSignal, cancel.signal, stalling.signal]);
    this.#stall = new StallWatch({
      limitMs: options.stallLimitMs ?? STALL_LIMIT_MS,
      isYielding: options.isYielding,
      onStall: () => stalling.abort(new StalledError('no progress')),
    });
  }

  get isCancelled(): boolean {
    return this.#cancel.isCancelled;
  }

  touch(): void {
    this.#stall.touch();
  }

  /** Idempotent. */
  close(): void {
    this.#cancel.close();
    this.#stall.close();
  }
}

/** Everybody who works on parts of this production stops, until it is ordered anew. */
export async function callOff(redis: Redis, recordingId: RecordingId): Promise<void> {
  await setCancelKey(redis, cancelKey(recordingId));
}
