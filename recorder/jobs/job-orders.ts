import { Queue, type JobsOptions, type JobState } from 'bullmq';
import type { Redis } from 'ioredis';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import { setCancelKey } from './cancelling.ts';
import { hasEnded, seenJob, type SeenJob } from './seen-job.ts';

const KEPT_JOBS = 1_000;

export interface JobOrdersOptions {
  readonly redisUrl: string;
  readonly queue: string;
  /** Of the connection. */
  readonly name: string;
  readonly log: Log;
}

/** The id makes a second order find the first. */
export interface JobOrder {
  readonly name: string;
  readonly data: unknown;
  readonly options: JobsOptions & { readonly jobId: string };
  /** Taken away: what is ordered is not cancelled any more. */
  readonly cancelKey?: string;
}

/** The jobs of one queue as those see them who order them. While Redis is away everything is refused with `unavailable`. */
export class JobOrders {
  /** For commands of those who order. */
  readonly redis: Redis;
  readonly queue: Queue;

  constructor({ redisUrl: url, queue, name, log }: JobOrdersOptions) {
    this.redis = createRedis({ url, name, log, whenAway: 'fail' });
    this.queue = new Queue(queue, { connection: this.redis, skipWaitingForReady: true });
    this.queue.on('error', () => undefined);
  }

  /** @throws AppError `unavailable` for whatever goes wrong. */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new AppError('unavailable', { message: 'the job queue does not answer', cause });
    }
  }

  /** Undefined where there is no such job. @throws AppError `unavailable`. */
  seen(jobId: string): Promise<SeenJob | undefined> {
    return this.ask(() => seenJob(this.queue, jobId));
  }

  /** While the same is waiting or being done nothing is added; what has ended is done again. @throws AppError `unavailable`. */
  async order(order: JobOrder): Promise<void> {
    await this.ask(async () => {
      if (order.cancelKey !== undefined) await this.redis.del(order.cancelKey);
      const seen = await seenJob(this.queue, order.options.jobId);
      if (seen !== undefined) {
        if (!hasEnded(seen.state)) return;
        await seen.job.remove();
      }
      await this.add(order);
    });
  }

  /** Where it is known that there is none. */
  async add({ name, data, options }: JobOrder): Promise<void> {
    const kept = { removeOnComplete: { count: KEPT_JOBS }, removeOnFail: { count: KEPT_JOBS } };
    await this.queue.add(name, data, { ...kept, ...options });
  }

  /**
   * Takes an order back: from the queue, or out of the hands of whoever works on it. What has come to an end in one of the states that are
   * kept stays as it is. Idempotent. @throws AppError `unavailable`.
   */
  async cancel(jobId: string, cancelKey: string, kept: readonly JobState[] = []): Promise<void> {
    await this.ask(async () => {
      const seen = await seenJob(this.queue, jobId);
      if (seen === undefined || kept.includes(seen.state)) return;
      await setCancelKey(this.redis, cancelKey);
      // A job that is being done is locked; its owner sees the key. What nobody holds is removed with all its parts.
      if (seen.state !== 'active') await seen.job.remove().catch(() => undefined);
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.queue.close().catch(() => undefined);
    this.redis.disconnect();
  }
}
