import { DelayedError, UnrecoverableError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import { attemptName } from '../produce/attempt.ts';
import {
  CAPTION_QUEUE,
  CaptionJob,
  captionCancelKey,
  failureText,
  OFFER_KEY,
  OFFER_TTL_SECONDS,
  type CaptionOffer,
  type CaptionResult,
} from '../caption-jobs.ts';
import { recognise, type RecognitionDeps } from './recognition.ts';
import { RecognitionError } from './recognition-error.ts';

const MAX_STALLED_COUNT = 2;
const CANCEL_POLL_MS = 500;
const OFFER_EVERY_MS = 5_000;
const CLOSE_LIMIT_MS = 5_000;
const HANDED_BACK_DELAY_MS = 1_000;
const STOP_REASONS = { lostLock: 'lost lock', closing: 'closing' } as const;

export interface CaptionWorkerOptions {
  readonly redisUrl: string;
  readonly log: Log;
  readonly recognition: Omit<RecognitionDeps, 'log'>;
  readonly offer: CaptionOffer;
  readonly lockMs: number;
}

/** Takes jobs of speech recognition, one at a time, and tells signaling that there is somebody who does. */
export class CaptionWorker {
  readonly #options: CaptionWorkerOptions;
  readonly #redis: Redis;
  readonly #workerRedis: Redis;
  readonly #worker: Worker;
  readonly #offering: NodeJS.Timeout;
  #isClosing = false;
  #closing: Promise<void> | null = null;

  constructor(options: CaptionWorkerOptions) {
    this.#options = options;
    const { redisUrl: url, log, lockMs } = options;
    this.#redis = createRedis({ url, name: 'captions', log, whenAway: 'fail' });
    this.#workerRedis = createRedis({ url, name: 'captions-worker', log, whenAway: 'wait' });
    this.#worker = new Worker(
      CAPTION_QUEUE,
      // Three parameters by name: BullMQ counts them to see whether a signal is wanted.
      async (job: Job, token: string | undefined, signal: AbortSignal | undefined) => {
        const stopping = signal ?? new AbortController().signal;
        try {
          return await this.#recognise(job, stopping);
        } catch (error) {
          throw await this.#verdict(job, token, stopping, error);
        }
      },
      {
        connection: this.#workerRedis,
        concurrency: 1,
        lockDuration: lockMs,
        stalledInterval: Math.ceil(lockMs / 2),
        maxStalledCount: MAX_STALLED_COUNT,
      },
    );
    // Whoever lost the lock may have a successor already.
    this.#worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) this.#worker.cancelJob(jobId, STOP_REASONS.lostLock);
    });
    this.#worker.on('error', (error) => log.debug({ err: error, queue: CAPTION_QUEUE }, 'worker error'));
    const offer = (): void => void this.#offer();
    offer();
    this.#offering = setInterval(offer, OFFER_EVERY_MS);
  }

  /** Takes no more jobs and hands the running one back. Bounded; idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#isClosing = true;
      clearInterval(this.#offering);
      this.#worker.cancelAllJobs(STOP_REASONS.closing);
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

  async #offer(): Promise<void> {
    const text = JSON.stringify(this.#options.offer);
    await this.#redis.set(OFFER_KEY, text, 'EX', OFFER_TTL_SECONDS).catch(() => undefined);
  }

  async #recognise(job: Job, lockSignal: AbortSignal): Promise<CaptionResult> {
    const data = CaptionJob.parse(job.data);
    const attempt = attemptName({ orderedAtMs: job.timestamp, tryNumber: job.attemptsStarted });
    const log = this.#options.log.child({ jobId: job.id, recordingId: data.recordingId, attempt });
    const cancelling = new AbortController();
    const signal = AbortSignal.any([lockSignal, cancelling.signal]);
    const watchCancel = async (): Promise<void> => {
      const isCancelled = await this.#redis.exists(captionCancelKey(data)).catch(() => 0);
      if (isCancelled === 1) cancelling.abort(new RecognitionError('cancelled'));
    };
    const watch = setInterval(() => void watchCancel(), CANCEL_POLL_MS);
    try {
      await watchCancel();
      log.info({ try: job.attemptsStarted, language: data.language }, 'speech recognition starts');
      const run = { job: data, attempt, signal, onProgress: (fraction: number) => void tell(job, fraction) };
      const result = await recognise({ ...this.#options.recognition, log }, run);
      log.info('speech recognition done');
      return result;
    } catch (error) {
      log.warn({ err: error, cause: causeOf(error) }, 'speech recognition ended without captions');
      throw error;
    } finally {
      clearInterval(watch);
    }
  }

  /** What BullMQ is to make of a failure: what the command says is said for good, what the surroundings do is tried again. */
  async #verdict(job: Job, token: string | undefined, signal: AbortSignal, error: unknown): Promise<Error> {
    if (error instanceof RecognitionError) {
      return new UnrecoverableError(failureText({ failure: error.failure, detail: error.detail }));
    }
    if (this.#isClosing && signal.aborted) {
      await job.moveToDelayed(Date.now() + HANDED_BACK_DELAY_MS, token);
      return new DelayedError();
    }
    return new Error(failureText({ failure: 'internal', detail: null }), { cause: error });
  }
}

const causeOf = (error: unknown): unknown => (error instanceof RecognitionError ? error.cause : undefined);

const tell = (job: Job, fraction: number): Promise<void> => job.updateProgress({ fraction }).catch(() => undefined);
