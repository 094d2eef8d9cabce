import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import { AppError } from '../signaling/protocol/errors.ts';
import { RecordingId } from '../signaling/protocol/ids.ts';
import type { Log } from '../signaling/runtime/log.ts';
import { createRedis } from '../signaling/runtime/redis.ts';
import {
  DERIVE_QUEUE,
  goingKey,
  packageCancelKey,
  PackageJob,
  packageJobId,
  PackageResult,
  type PackageState,
} from './derive-contract.ts';
import { hasEnded, seenJob } from './jobs/seen-job.ts';

const ATTEMPTS = 2;
const BACKOFF_MS = 5_000;
const KEPT_JOBS = 500;
/** As long as an order may lie in the queue. */
const CANCEL_TTL_SECONDS = 24 * 3_600;
const OfRecording = z.object({ recordingId: RecordingId });

/**
 * Orders packages and tells how far they are; asked whenever somebody looks, so that nothing has to be kept elsewhere. Of a recording that goes it
 * calls off everything.
 */
export class DeriveQueue {
  readonly #redis: Redis;
  readonly #queue: Queue;

  constructor({ redisUrl: url, log }: { readonly redisUrl: string; readonly log: Log }) {
    this.#redis = createRedis({ url, name: 'derive-queue', log, whenAway: 'fail' });
    this.#queue = new Queue(DERIVE_QUEUE, { connection: this.#redis, skipWaitingForReady: true });
    this.#queue.on('error', () => undefined);
  }

  /** While one is waiting or being made nothing is added; one that is there already is made again. @throws AppError `unavailable`. */
  async order(order: PackageJob): Promise<void> {
    const data = PackageJob.parse(order);
    await this.#ask(async () => {
      const jobId = packageJobId(data.recordingId);
      const seen = await seenJob(this.#queue, jobId);
      if (seen !== undefined) {
        if (!hasEnded(seen.state)) return;
        await seen.job.remove();
      }
      await this.#redis.del(packageCancelKey(data.recordingId));
      await this.#queue.add('package', data, {
        jobId,
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
        removeOnComplete: { count: KEPT_JOBS },
        removeOnFail: { count: KEPT_JOBS },
      });
    });
  }

  /** Out of the queue, or out of the hands of whoever makes it. Idempotent. @throws AppError `unavailable`. */
  async cancel(recordingId: RecordingId): Promise<void> {
    await this.#ask(async () => {
      const seen = await seenJob(this.#queue, packageJobId(recordingId));
      if (seen === undefined) return;
      await this.#redis.set(packageCancelKey(recordingId), '1', 'EX', CANCEL_TTL_SECONDS);
      // A job that is being made is locked; its owner sees the key.
      if (seen.state !== 'active') await seen.job.remove().catch(() => undefined);
    });
  }

  /** The recording goes: nothing more is begun, and what is being made of it ends soon. Idempotent. @throws AppError `unavailable`. */
  async callOff(recordingId: RecordingId): Promise<void> {
    await this.#ask(() => this.#redis.set(goingKey(recordingId), '1', 'EX', CANCEL_TTL_SECONDS));
  }

  /** Stills or a package. @throws AppError `unavailable`. */
  async isMaking(recordingId: RecordingId): Promise<boolean> {
    const running = await this.#ask(() => this.#queue.getActive());
    return running.some((job) => OfRecording.safeParse(job.data).data?.recordingId === recordingId);
  }

  /** @throws AppError `unavailable` while Redis is away. */
  async state(recordingId: RecordingId): Promise<PackageState> {
    return this.#ask(async () => {
      const seen = await seenJob(this.#queue, packageJobId(recordingId));
      if (seen === undefined) return { state: 'none' };
      const { job, state } = seen;
      if (state === 'completed') {
        const result = PackageResult.safeParse(job.returnvalue);
        return result.success ? { state: 'done', result: result.data } : { state: 'failed' };
      }
      if (state === 'failed') return { state: job.failedReason === 'cancelled' ? 'none' : 'failed' };
      if (state !== 'active') return { state: 'waiting' };
      return { state: 'making', progress: typeof job.progress === 'number' ? job.progress : 0 };
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#queue.close().catch(() => undefined);
    this.#redis.disconnect();
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new AppError('unavailable', { message: 'the job queue does not answer', cause });
    }
  }
}
