import { join } from 'node:path';
import { UnrecoverableError, type Job, type Queue } from 'bullmq';
import { AppError, type ErrorCode } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import {
  DERIVE_QUEUE,
  goingKey,
  PACKAGE_KEPT_MS,
  packageCancelKey,
  PackageJob,
  SlidesJob,
  slidesJobId,
  type PackageResult,
} from '../jobs/derive-jobs.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import { CANCELLED_REASON, CancelWatch } from '../jobs/cancelling.ts';
import { dataOf, JobWorkers, type JobRun } from '../jobs/job-workers.ts';
import { makePackage } from '../package/make-package.ts';
import { inWorkFolder } from '../produce/work-folder.ts';
import { makeViewSlides } from '../slides/view-slides.ts';

const ATTEMPTS = 3;
const BACKOFF_MS = 10_000;
const LOCK_MS = 60_000;
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
  /** As in `ProductionDeps`. */
  readonly drawsInk: boolean;
  /** Folder below which each run of a job has its own, as those of production do. */
  readonly workFolder: string;
}

/** Takes the jobs of `DERIVE_QUEUE`, one at a time: nobody waits in front of a screen for what they make. */
export class DeriveWorker {
  readonly #options: DeriveOptions;
  readonly #jobs: JobWorkers;
  readonly #queue: Queue;
  readonly #sweeping: NodeJS.Timeout;

  constructor(options: DeriveOptions) {
    this.#options = options;
    const { redisUrl, log } = options;
    this.#jobs = new JobWorkers({ redisUrl, name: 'derive', log });
    this.#queue = this.#jobs.queue(DERIVE_QUEUE);
    this.#jobs.open({
      queue: DERIVE_QUEUE,
      lockMs: LOCK_MS,
      work: (run) => this.#do(run),
      verdict: (error, run) => this.#verdict(error, run),
    });
    this.#sweeping = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS);
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
    clearInterval(this.#sweeping);
    return this.#jobs.close();
  }

  async #do(run: JobRun): Promise<unknown> {
    const { job } = run;
    if (job.name === 'slides') return this.#slides(run);
    if (job.name === 'package') return this.#package(run);
    throw new UnrecoverableError(`no job ${job.name}`);
  }

  async #slides({ job, signal: lockSignal }: JobRun): Promise<{ readonly slides: number }> {
    const { recordingId, indexKey } = dataOf(SlidesJob, job);
    const { store, ffmpeg, drawsInk, log, workFolder } = this.#options;
    const { slides } = await this.#unlessCancelled([goingKey(recordingId)], lockSignal, (signal) =>
      inWorkFolder(workFolder, `slides-${recordingId}`, (folder) =>
        makeViewSlides({
          ...{ store, ffmpeg, drawsInk, recordingId, folder, signal },
          ...(indexKey === undefined ? {} : { indexKey }),
        }),
      ),
    );
    const bytes = slides.reduce((sum, slide) => sum + slide.bytes, 0);
    log.info({ jobId: job.id, recordingId, slides: slides.length, bytes }, 'stills of the board are made');
    return { slides: slides.length };
  }

  async #package({ job, signal: lockSignal }: JobRun): Promise<PackageResult> {
    const data = dataOf(PackageJob, job);
    const { recordingId } = data;
    const { store, ffmpeg, log, workFolder } = this.#options;
    let told = 0;
    const onProgress = (fraction: number): void => {
      if (fraction - told < PROGRESS_STEP) return;
      told = fraction;
      job.updateProgress(Math.round(fraction * 100) / 100).catch(() => undefined);
    };
    const cancelKeys = [packageCancelKey(recordingId), goingKey(recordingId)];
    const result = await this.#unlessCancelled(cancelKeys, lockSignal, (signal) =>
      inWorkFolder(workFolder, `package-${recordingId}`, async (folder) => {
        await this.#ensureSlides(data, join(folder, 'slides'), signal);
        return makePackage({ store, ffmpeg, job: data, folder, signal, onProgress });
      }),
    );
    log.info({ jobId: job.id, recordingId, bytes: result.bytes }, 'a package is made');
    return result;
  }

  /** The board's pages in a package are its stills, which it may have been ordered before. Without them it is made all the same. */
  async #ensureSlides({ recordingId, indexKey }: PackageJob, folder: string, signal: AbortSignal): Promise<void> {
    const { store, ffmpeg, drawsInk, log } = this.#options;
    if ((await store.stat(objectKeys.slidesBeside(indexKey))) !== undefined) return;
    try {
      await makeViewSlides({ store, ffmpeg, drawsInk, recordingId, indexKey, folder, signal });
    } catch (error) {
      signal.throwIfAborted();
      // The views are being made anew: so would the package be, without its pages.
      if (error instanceof AppError && error.code === 'unavailable') throw error;
      log.warn({ err: error, recordingId }, 'a package is made without stills of its pages');
    }
  }

  /** @throws UnrecoverableError `cancelled` as soon as one of the keys is there. */
  async #unlessCancelled<T>(
    keys: readonly string[],
    lockSignal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const watch = await CancelWatch.create(this.#jobs.redis, ...keys);
    try {
      watch.signal.throwIfAborted();
      return await work(AbortSignal.any([lockSignal, watch.signal]));
    } catch (error) {
      throw watch.isCancelled ? new UnrecoverableError(CANCELLED_REASON) : error;
    } finally {
      watch.close();
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

  #verdict(error: unknown, { job }: JobRun): Error {
    this.#options.log.warn({ err: error, jobId: job.id, job: job.name }, 'a derive job ended without a result');
    if (error instanceof AppError && POINTLESS.has(error.code)) return new UnrecoverableError(error.code);
    return error instanceof Error ? error : new Error(String(error));
  }
}
