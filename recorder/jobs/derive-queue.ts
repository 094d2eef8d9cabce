import * as z from 'zod';
import { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import {
  DERIVE_QUEUE,
  goingKey,
  packageCancelKey,
  PackageJob,
  packageJobId,
  PackageResult,
  type PackageState,
} from './derive-jobs.ts';
import { CANCELLED_REASON, setCancelKey } from './cancelling.ts';
import { JobOrders } from './job-orders.ts';

const ATTEMPTS = 2;
const BACKOFF_MS = 5_000;
const OfRecording = z.object({ recordingId: RecordingId });

/**
 * Orders packages and tells how far they are; asked whenever somebody looks, so that nothing has to be kept elsewhere. Of a recording that goes it
 * calls off everything.
 */
export class DeriveQueue {
  readonly #orders: JobOrders;

  constructor(options: { readonly redisUrl: string; readonly log: Log }) {
    this.#orders = new JobOrders({ ...options, queue: DERIVE_QUEUE, name: 'derive-queue' });
  }

  /** While one is waiting or being made nothing is added; one that is there already is made again. @throws AppError `unavailable`. */
  async order(order: PackageJob): Promise<void> {
    const data = PackageJob.parse(order);
    await this.#orders.order({
      name: 'package',
      data,
      cancelKey: packageCancelKey(data.recordingId),
      options: {
        jobId: packageJobId(data.recordingId),
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
      },
    });
  }

  /** Out of the queue, or out of the hands of whoever makes it. Idempotent. @throws AppError `unavailable`. */
  async cancel(recordingId: RecordingId): Promise<void> {
    await this.#orders.cancel(packageJobId(recordingId), packageCancelKey(recordingId));
  }

  /** The recording goes: nothing more is begun, and what is being made of it ends soon. Idempotent. @throws AppError `unavailable`. */
  async callOff(recordingId: RecordingId): Promise<void> {
    await this.#orders.ask(() => setCancelKey(this.#orders.redis, goingKey(recordingId)));
  }

  /** Stills or a package. @throws AppError `unavailable`. */
  async isMaking(recordingId: RecordingId): Promise<boolean> {
    const running = await this.#orders.ask(() => this.#orders.queue.getActive());
    return running.some((job) => OfRecording.safeParse(job.data).data?.recordingId === recordingId);
  }

  /** @throws AppError `unavailable` while Redis is away. */
  async state(recordingId: RecordingId): Promise<PackageState> {
    const seen = await this.#orders.seen(packageJobId(recordingId));
    if (seen === undefined) return { state: 'none' };
    const { job, state } = seen;
    if (state === 'completed') {
      const result = PackageResult.safeParse(job.returnvalue);
      return result.success ? { state: 'done', result: result.data } : { state: 'failed' };
    }
    if (state === 'failed') return { state: job.failedReason === CANCELLED_REASON ? 'none' : 'failed' };
    if (state !== 'active') return { state: 'waiting' };
    return { state: 'making', progress: typeof job.progress === 'number' ? job.progress : 0 };
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#orders.close();
  }
}
