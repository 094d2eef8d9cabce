import { DelayedError, Queue, UnrecoverableError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { AppError, type ErrorCode } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import {
  DERIVE_QUEUE,
  PACKAGE_KEPT_MS,
  packageCancelKey,
  PackageJob,
  SlidesJob,
  slidesJobId,
  type PackageResult,
} from '../derive-contract.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import { makePackage } from '../package/make-package.ts';
import { inWorkFolder } from '../produce/work-folder.ts';
import { makeViewSlides } from '../slides/view-slides.ts';

const ATTEMPTS = 3;
const BACKOFF_MS = 10_000;
const LOCK_MS = 60_000;
const MAX_STALLED_COUNT = 2;
const CLOSE_LIMIT_MS = 15_000;
const HANDED_BACK_DELAY_MS = 1_000;
const CLOSING = 'closing';
const CANCEL_POLL_MS = 500;
const PROGRESS_STEP = 0.01;
const SWEEP_EVERY_MS = 3_600_000;
const PACKAGES_PREFIX = 'packages/';

/** Failures that another attempt would only repeat. */
const POINTLESS: ReadonlySet<ErrorCode> = new Set(['notFound', 'gone', 'conflict', 'invalidInput']);

export interface DeriveOptions {
  readonly redisUrl: string;
  readonly log: Log;
  readonly store: ObjectStore;
  readonly ffmpeg: FfmpegRunner;
  /** Folder below which each run of a job has its own, as those of production do. */
  readonly workFolder: string;
}

/** Takes the jobs of `DERIVE_QUEUE`, one at a time: nobody waits in front of a screen for what they make. */
export class DeriveWorker {
  readonly #options: DeriveOptions;
  readonly #redis: readonly Redis[];
  readonly #orders: Redis;
  readonly #sweeping: ReturnType<typeof setInterval>;
  readonly #queue: Queue;
  readonly #worker: Worker;
  #isClosing = false;
  #closing: Promise<void> | null = null;

  constructor(options: DeriveOptions) {
    this.#options = options;
    const { redisUrl: url, log } = options;
    const orders = createRedis({ url, name: 'derive', log, whenAway: 'fail' });
    const work = createRedis({ url, name: 'derive-worker', log, whenAway: 'wait' });
    this.#redis = [orders, work];
    this.#orders = orders;
    this.#sweeping = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS);
    this.#queue = new Queue(DERIVE_QUEUE, { connection: orders, skipWaitingForReady: true });
    this.#queue.on('error', () => undefined);
    this.#worker = new Worker(
      DERIVE_QUEUE,
      // Three parameters by name: BullMQ counts them to see whether a signal is wanted.
      async (job: Job, token: string | undefined, signal: AbortSignal | undefined) => {
        const stopping = signal ?? new AbortController().signal;
        try {
          return await this.#do(job, stopping);
        } catch (error) {
          throw await this.#verdict(job, token, stopping, error);
        }
      },
      {
        connection: work,
        concurrency: 1,
        lockDuration: LOCK_MS,
        stalledInterval: LOCK_MS / 2,
        maxStalledCount: MAX_STALLED_COUNT,
      },
    );
    this.#worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) this.#worker.cancelJob(jobId, 'lost lock');
    });
    this.#worker.on('error', (error) => log.debug({ err: error }, 'derive worker error'));
  }

  /** Orders the stills of a recording that has become playable; once more for one that was made again. Never throws: without them everything plays. */
  async orderSlides(recordingId: RecordingId, indexKey?: string): Promise<void> {
    try {
      const jobId = slidesJobId(recordingId, indexKey);
      const known = (await this.#queue.getJob(jobId)) as Job | undefined;
      if (known !== undefined && (await known.isActive())) return;
      await known?.remove();
      await this.#queue.add('slides', SlidesJob.parse({ recordingId, indexKey }), {
        jobId,
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
        removeOnComplete: true,
        removeOnFail: { count: 100 },
      });
    } catch (error) {
      this.#options.log.warn({ err: error, recordingId }, 'stills of a recording could not be ordered');
    }
  }

  /** Hands a running job back, so that another process takes it at once. Bounded; idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#isClosing = true;
      clearInterval(this.#sweeping);
      this.#worker.cancelAllJobs(CLOSING);
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_LIMIT_MS);
      });
      await Promise.race([Promise.allSettled([this.#worker.close(), this.#queue.close()]), limit]);
      clearTimeout(timer);
      for (const redis of this.#redis) redis.disconnect();
    })();
    return this.#closing;
  }

  async #do(job: Job, signal: AbortSignal): Promise<unknown> {
    if (job.name === 'slides') return this.#slides(job, signal);
    if (job.name === 'package') return this.#package(job, signal);
    throw new UnrecoverableError(`no job ${job.name}`);
  }

  async #slides(job: Job, signal: AbortSignal): Promise<{ readonly slides: number }> {
    const { recordingId, indexKey } = SlidesJob.parse(job.data);
    const { store, ffmpeg, log, workFolder } = this.#options;
    const { slides } = await inWorkFolder(workFolder, `slides-${recordingId}`, (folder) =>
      makeViewSlides({
        ...{ store, ffmpeg, recordingId, folder, signal },
        ...(indexKey === undefined ? {} : { indexKey }),
      }),
    );
    const bytes = slides.reduce((sum, slide) => sum + slide.bytes, 0);
    log.info({ jobId: job.id, recordingId, slides: slides.length, bytes }, 'stills of the board are made');
    return { slides: slides.length };
  }

  async #package(job: Job, lockSignal: AbortSignal): Promise<PackageResult> {
    const data = PackageJob.parse(job.data);
    const { recordingId } = data;
    const { store, ffmpeg, log, workFolder } = this.#options;
    const cancelling = new AbortController();
    const watch = async (): Promise<void> => {
      const isCancelled = await this.#orders.exists(packageCancelKey(recordingId)).catch(() => 0);
      if (isCancelled === 1) cancelling.abort(new UnrecoverableError('cancelled'));
    };
    const watching = setInterval(() => void watch(), CANCEL_POLL_MS);
    let told = 0;
    try {
      await watch();
      const result = await inWorkFolder(workFolder, `package-${recordingId}`, (folder) =>
        makePackage({
          ...{ store, ffmpeg, job: data, folder },
          signal: AbortSignal.any([lockSignal, cancelling.signal]),
          onProgress: (fraction) => {
            if (fraction - told < PROGRESS_STEP) return;
            told = fraction;
            job.updateProgress(Math.round(fraction * 100) / 100).catch(() => undefined);
          },
        }),
      );
      log.info({ jobId: job.id, recordingId, bytes: result.bytes }, 'a package is made');
      return result;
    } catch (error) {
      throw cancelling.signal.aborted ? new UnrecoverableError('cancelled') : error;
    } finally {
      clearInterval(watching);
    }
  }

  /** Packages that were there to be fetched for long enough. */
  async #sweep(): Promise<void> {
    const { store, log } = this.#options;
    try {
      for await (const { key, modifiedAtMs } of store.list(PACKAGES_PREFIX)) {
        if (Date.now() - modifiedAtMs > PACKAGE_KEPT_MS) await store.delete(key);
      }
    } catch (error) {
      log.warn({ err: error }, 'old packages stay in the store for now');
    }
  }

  async #verdict(job: Job, token: string | undefined, signal: AbortSignal, error: unknown): Promise<Error> {
    if (error instanceof UnrecoverableError) return error;
    if (this.#isClosing && signal.aborted) {
      await job.moveToDelayed(Date.now() + HANDED_BACK_DELAY_MS, token);
      return new DelayedError();
    }
    if (signal.aborted) return new Error(String(signal.reason));
    this.#options.log.warn({ err: error, jobId: job.id, job: job.name }, 'a derive job ended without a result');
    if (error instanceof AppError && POINTLESS.has(error.code)) return new UnrecoverableError(error.code);
    return error instanceof Error ? error : new Error(String(error));
  }
}
