import type { CoursewareId } from '../../signaling/protocol/ids.ts';
import { CoursewareFailure } from '../../signaling/protocol/rest/courseware.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import {
  COURSEWARE_QUEUE,
  CoursewareJob,
  coursewareJobId,
  CoursewareResult,
  type CoursewareProgress,
} from './courseware-jobs.ts';
import { JobOrders } from './job-orders.ts';

const ATTEMPTS = 2;
const BACKOFF_MS = 2_000;

/** Orders the pictures of pages and tells how far they are; asked whenever somebody looks, as `DeriveQueue` is. */
export class CoursewareQueue {
  readonly #orders: JobOrders;

  constructor(options: { readonly redisUrl: string; readonly log: Log }) {
    this.#orders = new JobOrders({ ...options, queue: COURSEWARE_QUEUE, name: 'courseware-queue' });
  }

  /** Idempotent. @throws AppError `unavailable`. */
  async order(order: CoursewareJob): Promise<void> {
    const data = CoursewareJob.parse(order);
    const options = {
      jobId: coursewareJobId(data.coursewareId),
      attempts: ATTEMPTS,
      backoff: { type: 'fixed', delay: BACKOFF_MS },
    };
    await this.#orders.ask(() => this.#orders.add({ name: 'pages', data, options }));
  }

  /** False while its pages are being made: whoever does that holds it. @throws AppError `unavailable`. */
  async cancel(coursewareId: CoursewareId): Promise<boolean> {
    const seen = await this.#orders.seen(coursewareJobId(coursewareId));
    if (seen?.state === 'active') return false;
    await this.#orders.ask(async () => seen?.job.remove());
    return true;
  }

  /** @throws AppError `unavailable`. */
  async progress(coursewareId: CoursewareId): Promise<CoursewareProgress> {
    const seen = await this.#orders.seen(coursewareJobId(coursewareId));
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
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#orders.close();
  }
}
