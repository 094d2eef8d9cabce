import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { AppError } from '../signaling/protocol/errors.ts';
import type { CoursewareId } from '../signaling/protocol/ids.ts';
import { CoursewareFailure } from '../signaling/protocol/rest/courseware.ts';
import type { Log } from '../signaling/runtime/log.ts';
import { createRedis } from '../signaling/runtime/redis.ts';
import {
  COURSEWARE_QUEUE,
  CoursewareJob,
  coursewareJobId,
  CoursewareResult,
  type CoursewareProgress,
} from './courseware-contract.ts';
import { seenJob } from './jobs/seen-job.ts';

const ATTEMPTS = 2;
const BACKOFF_MS = 2_000;
const KEPT_JOBS = 1_000;

/** Orders the pictures of pages and tells how far they are; asked whenever somebody looks, as `PackageQueue` is. */
export class CoursewareQueue {
  readonly #redis: Redis;
  readonly #queue: Queue;

  constructor({ redisUrl: url, log }: { readonly redisUrl: string; readonly log: Log }) {
    this.#redis = createRedis({ url, name: 'courseware-queue', log, whenAway: 'fail' });
    this.#queue = new Queue(COURSEWARE_QUEUE, { connection: this.#redis, skipWaitingForReady: true });
    this.#queue.on('error', () => undefined);
  }

  /** Idempotent. @throws AppError `unavailable`. */
  async order(order: CoursewareJob): Promise<void> {
    const data = CoursewareJob.parse(order);
    await this.#ask(() =>
      this.#queue.add('pages', data, {
        jobId: coursewareJobId(data.coursewareId),
        attempts: ATTEMPTS,
        backoff: { type: 'fixed', delay: BACKOFF_MS },
        removeOnComplete: { count: KEPT_JOBS },
        removeOnFail: { count: KEPT_JOBS },
      }),
    );
  }

  /** False while its pages are being made: whoever does that holds it. @throws AppError `unavailable`. */
  async cancel(coursewareId: CoursewareId): Promise<boolean> {
    return this.#ask(async () => {
      const seen = await seenJob(this.#queue, coursewareJobId(coursewareId));
      if (seen?.state === 'active') return false;
      await seen?.job.remove();
      return true;
    });
  }

  /** @throws AppError `unavailable`. */
  async progress(coursewareId: CoursewareId): Promise<CoursewareProgress> {
    return this.#ask(async () => {
      const seen = await seenJob(this.#queue, coursewareJobId(coursewareId));
      if (seen === undefined) return { state: 'none' };
      const { job, state } = seen;
      if (state === 'failed') {
        return { state: 'failed', failure: CoursewareFailure.catch('unknown').parse(job.failedReason) };
      }
      if (state === 'completed') {
        const result = CoursewareResult.safeParse(job.returnvalue);
        return result.success ? { state: 'done', result: result.data } : { state: 'failed', failure: 'unknown' };
      }
      return { state: 'preparing', pagesDone: typeof job.progress === 'number' ? job.progress : 0 };
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
      throw new AppError('unavailable', { message: 'the courseware queue does not answer', cause });
    }
  }
}
