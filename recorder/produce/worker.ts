import { DelayedError, UnrecoverableError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type * as z from 'zod';
import { AppError, type ErrorCode } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import {
  MUX_QUEUE,
  MuxJob,
  PRODUCE_QUEUE,
  ProduceJob,
  type MuxResult,
  type ProduceProgress,
  type ProduceResult,
} from '../contract.ts';
import type { Muxer } from '../mux/muxer.ts';
import { CANCELLED_REASON, cancelKey } from '../produce-job-names.ts';
import { attemptName } from './attempt.ts';
import { produce } from './production.ts';
import type { ProductionDeps } from './production-context.ts';
import { discardWork } from './work-folder.ts';

const MUX_CONCURRENCY = 2;
const MAX_STALLED_COUNT = 2;
const PROGRESS_EVERY_MS = 2_000;
const CANCEL_POLL_MS = 500;
/** Longer than ffmpeg's own grace, shorter than a supervisor's patience. */
const CLOSE_LIMIT_MS = 15_000;
const HANDED_BACK_DELAY_MS = 1_000;

/** Failures of a production that another attempt would only repeat. */
const POINTLESS: ReadonlySet<ErrorCode> = new Set(['notFound', 'gone', 'conflict']);

/** Why a running job was told to stop. */
const STOP_REASONS = { cancelled: CANCELLED_REASON, lostLock: 'lost lock', closing: 'closing' } as const;

export interface WorkersOptions {
  readonly redisUrl: string;
  readonly log: Log;
  readonly production: Omit<ProductionDeps, 'log'>;
  readonly muxer: Muxer;
  /** A recording has become playable as a whole. */
  readonly onPlayable: (recordingId: RecordingId) => Promise<void>;
  readonly produceConcurrency: number;
  readonly produceLockMs: number;
  readonly muxLockMs: number;
}

/** Takes jobs of both queues. One process supervises its ffmpegs; encoding itself is their work. */
export class ProduceWorkers {
  readonly #options: WorkersOptions;
  readonly #redis: Redis;
  readonly #workerRedis: Redis;
  readonly #workers: readonly Worker[];
  #running = 0;
  #isClosing = false;
  #closing: Promise<void> | null = null;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#redis = createRedis({ url: options.redisUrl, name: 'produce', log: options.log, whenAway: 'fail' });
    this.#workerRedis = createRedis({
      url: options.redisUrl,
      name: 'produce-worker',
      log: options.log,
      whenAway: 'wait',
    });
    this.#workers = [
      this.#open(MUX_QUEUE, MUX_CONCURRENCY, options.muxLockMs, (job) => this.#mux(job)),
      this.#open(PRODUCE_QUEUE, options.produceConcurrency, options.produceLockMs, (job, signal) =>
        this.#produce(job, signal),
      ),
    ];
  }

  /** 0 idle … 1 full. */
  get load(): number {
    return Math.min(1, this.#running / this.#options.produceConcurrency);
  }

  /** Takes no more jobs and hands the running ones back, so that another process takes them at once. Bounded; idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#isClosing = true;
      for (const worker of this.#workers) worker.cancelAllJobs(STOP_REASONS.closing);
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_LIMIT_MS);
      });
      await Promise.race([Promise.allSettled(this.#workers.map((worker) => worker.close())), limit]);
      clearTimeout(timer);
      this.#redis.disconnect();
      this.#workerRedis.disconnect();
    })();
    return this.#closing;
  }

  #open(
    queue: string,
    concurrency: number,
    lockMs: number,
    process: (job: Job, signal: AbortSignal) => Promise<unknown>,
  ): Worker {
    const worker = new Worker(
      queue,
      // Three parameters by name: BullMQ counts them to see whether a signal is wanted.
      async (job: Job, token: string | undefined, signal: AbortSignal | undefined) => {
        const stopping = signal ?? new AbortController().signal;
        try {
          return await process(job, stopping);
        } catch (error) {
          throw await this.#verdict(job, token, stopping, error);
        }
      },
      {
        connection: this.#workerRedis,
        concurrency,
        lockDuration: lockMs,
        stalledInterval: Math.ceil(lockMs / 2),
        maxStalledCount: MAX_STALLED_COUNT,
      },
    );
    // Whoever lost the lock may have a successor already: its encoders end at once.
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) worker.cancelJob(jobId, STOP_REASONS.lostLock);
    });
    worker.on('error', (error) => this.#options.log.debug({ err: error, queue }, 'worker error'));
    return worker;
  }

  async #mux(job: Job): Promise<MuxResult> {
    const { recordingId, final } = parseData(MuxJob, job);
    const result = await this.#options.muxer.step(recordingId, { final });
    if (final) await this.#options.onPlayable(recordingId);
    return result;
  }

  async #produce(job: Job, lockSignal: AbortSignal): Promise<ProduceResult> {
    const data = parseData(ProduceJob, job);
    const attempt = attemptName({ orderedAtMs: job.timestamp, tryNumber: job.attemptsStarted });
    const log = this.#options.log.child({ jobId: job.id, recordingId: data.recordingId, attempt });
    const cancelling = new AbortController();
    const signal = AbortSignal.any([lockSignal, cancelling.signal]);
    const watch = setInterval(() => void this.#watchCancel(data.recordingId, cancelling), CANCEL_POLL_MS);
    const reporter = new ProgressReporter(job);
    this.#running += 1;
    try {
      await this.#watchCancel(data.recordingId, cancelling);
      log.info({ try: job.attemptsStarted }, 'production starts');
      const result = await produce(
        { ...this.#options.production, log },
        { job: data, attempt, signal, onProgress: (progress) => reporter.report(progress) },
      );
      log.info({ durationUs: result.durationUs, mp4Bytes: result.mp4Bytes }, 'production done');
      return result;
    } catch (error) {
      if (cancelling.signal.aborted) {
        await discardWork(this.#options.production.workFolder, data.recordingId);
        throw new UnrecoverableError(CANCELLED_REASON);
      }
      log.warn({ err: error, lost: lockSignal.aborted }, 'production attempt ended without a result');
      throw error;
    } finally {
      this.#running -= 1;
      clearInterval(watch);
      reporter.close();
    }
  }

  async #watchCancel(recordingId: RecordingId, cancelling: AbortController): Promise<void> {
    const isCancelled = await this.#redis.exists(cancelKey(recordingId)).catch(() => 0);
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
    if (job.queueName === PRODUCE_QUEUE && error instanceof AppError && POINTLESS.has(error.code)) {
      return new UnrecoverableError(error.code);
    }
    return error instanceof Error ? error : new Error(String(error));
  }
}

function parseData<S extends z.ZodType>(schema: S, job: Job): z.output<S> {
  const parsed = schema.safeParse(job.data);
  if (!parsed.success) throw new UnrecoverableError(`bad job data: ${parsed.error.message}`);
  return parsed.data;
}

/** Writes at most one progress every 2 s, never two at a time, and never waits for it. */
class ProgressReporter {
  readonly #job: Job;
  #latest: ProduceProgress | undefined;
  #lastAtMs = 0;
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(job: Job) {
    this.#job = job;
  }

  report(progress: ProduceProgress): void {
    this.#latest = progress;
    this.#timer ??= setTimeout(() => this.#write(), Math.max(0, this.#lastAtMs + PROGRESS_EVERY_MS - Date.now()));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#latest = undefined;
  }

  #write(): void {
    this.#timer = undefined;
    if (this.#latest === undefined || this.#isWriting) return;
    this.#lastAtMs = Date.now();
    this.#isWriting = true;
    void this.#job
      .updateProgress(this.#latest)
      .catch(() => undefined)
      .finally(() => {
        this.#isWriting = false;
      });
  }
}
