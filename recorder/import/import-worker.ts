import { DelayedError, UnrecoverableError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import { IMPORT_QUEUE, ImportJob, type ImportProgress, type MuxResult } from '../contract.ts';
import { importCancelKey } from '../import-job-names.ts';
import { failureOf, isPointless } from '../produce/failure.ts';
import { importFilm, type ImportDeps } from './import-film.ts';
import { Refused } from './refused.ts';

const MAX_STALLED_COUNT = 2;
const CANCEL_POLL_MS = 1_000;
const PROGRESS_EVERY_MS = 2_000;
const CLOSE_LIMIT_MS = 15_000;
const HANDED_BACK_DELAY_MS = 1_000;
const CANCELLED_REASON = 'cancelled';

export interface ImportWorkerOptions extends ImportDeps {
  readonly redisUrl: string;
  /** After so long without a sign of life of its owner an import is taken over by another process. */
  readonly lockMs: number;
}

/** Takes uploaded films, one at a time: each is read by an ffmpeg of its own. */
export class ImportWorker {
  readonly #options: ImportWorkerOptions;
  readonly #redis: Redis;
  readonly #workerRedis: Redis;
  readonly #worker: Worker;
  #isClosing = false;
  #closing: Promise<void> | null = null;

  constructor(options: ImportWorkerOptions) {
    const { redisUrl: url, log, lockMs } = options;
    this.#options = options;
    this.#redis = createRedis({ url, name: 'import', log, whenAway: 'fail' });
    this.#workerRedis = createRedis({ url, name: 'import-worker', log, whenAway: 'wait' });
    this.#worker = new Worker(
      IMPORT_QUEUE,
      // Three parameters by name: BullMQ counts them to see whether a signal is wanted.
      async (job: Job, token: string | undefined, signal: AbortSignal | undefined) => {
        const stopping = signal ?? new AbortController().signal;
        try {
          return await this.#import(job, stopping);
        } catch (error) {
          throw await this.#verdict(job, token, stopping, error);
        }
      },
      {
        connection: this.#workerRedis,
        lockDuration: lockMs,
        stalledInterval: Math.ceil(lockMs / 2),
        maxStalledCount: MAX_STALLED_COUNT,
      },
    );
    this.#worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) this.#worker.cancelJob(jobId, 'lost lock');
    });
    this.#worker.on('error', (error) => log.debug({ err: error, queue: IMPORT_QUEUE }, 'worker error'));
  }

  /** Hands a running import back, so that another process takes it at once. Bounded; idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#isClosing = true;
      this.#worker.cancelAllJobs('closing');
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_LIMIT_MS);
      });
      await Promise.race([this.#worker.close().catch(() => undefined), limit]);
      clearTimeout(timer);
      this.#redis.disconnect();
      this.#workerRedis.disconnect();
    })();
    return this.#closing;
  }

  async #import(job: Job, lockSignal: AbortSignal): Promise<MuxResult> {
    const data = ImportJob.safeParse(job.data);
    if (!data.success) throw new UnrecoverableError(`bad job data: ${data.error.message}`);
    const { recordingId } = data.data;
    const log = this.#options.log.child({ jobId: job.id, recordingId });
    const cancelling = new AbortController();
    const signal = AbortSignal.any([lockSignal, cancelling.signal]);
    const watch = setInterval(() => void this.#watchCancel(recordingId, cancelling), CANCEL_POLL_MS);
    const progress = new LatestProgress(job);
    try {
      await this.#watchCancel(recordingId, cancelling);
      log.info({ try: job.attemptsStarted }, 'import starts');
      const run = { job: data.data, signal, onProgress: (latest: ImportProgress) => progress.note(latest) };
      const result = await importFilm({ ...this.#options, log }, run);
      log.info({ durationUs: result.durationUs }, 'import done');
      return result;
    } catch (error) {
      if (cancelling.signal.aborted) {
        // The recording is being deleted, or is gone: nobody else would delete what was written meanwhile.
        await this.#options.store.deletePrefix(objectKeys.playPrefix(recordingId));
        throw new UnrecoverableError(CANCELLED_REASON);
      }
      log.warn({ err: error, lost: lockSignal.aborted }, 'import attempt ended without a result');
      throw error;
    } finally {
      clearInterval(watch);
      progress.close();
    }
  }

  async #watchCancel(recordingId: RecordingId, cancelling: AbortController): Promise<void> {
    const isCancelled = await this.#redis.exists(importCancelKey(recordingId)).catch(() => 0);
    if (isCancelled === 1) cancelling.abort(new UnrecoverableError(CANCELLED_REASON));
  }

  /** What BullMQ is to make of a failure. */
  async #verdict(job: Job, token: string | undefined, signal: AbortSignal, error: unknown): Promise<Error> {
    if (error instanceof UnrecoverableError) return error;
    if (this.#isClosing && signal.aborted) {
      await job.moveToDelayed(Date.now() + HANDED_BACK_DELAY_MS, token);
      return new DelayedError();
    }
    if (signal.aborted) return new Error(String(signal.reason));
    if (error instanceof Refused) return new UnrecoverableError(error.refusal);
    const failure = failureOf(error);
    return isPointless(failure) ? new UnrecoverableError(failure) : new Error(failure);
  }
}

/** Writes the latest progress every 2 s, and never waits for it. */
class LatestProgress {
  readonly #timer: NodeJS.Timeout;
  #latest: ImportProgress | undefined;

  constructor(job: Job) {
    this.#timer = setInterval(() => {
      const latest = this.#latest;
      this.#latest = undefined;
      if (latest !== undefined) void job.updateProgress(latest).catch(() => undefined);
    }, PROGRESS_EVERY_MS);
  }

  note(progress: ImportProgress): void {
    this.#latest = progress;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
