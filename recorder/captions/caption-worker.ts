import { UnrecoverableError, type Job } from 'bullmq';
import type { Log } from '../../signaling/runtime/log.ts';
import {
  CAPTION_QUEUE,
  CaptionJob,
  captionCancelKey,
  failureText,
  OFFER_KEY,
  OFFER_TTL_SECONDS,
  type CaptionOffer,
  type CaptionResult,
} from '../jobs/caption-jobs.ts';
import { CancelWatch } from '../jobs/cancelling.ts';
import { dataOf, JobWorkers, type JobRun } from '../jobs/job-workers.ts';
import { attemptName } from '../produce/publish/attempt.ts';
import { recognise, type RecognitionDeps } from './recognition.ts';
import { RecognitionError } from './recognition-error.ts';

const OFFER_EVERY_MS = 5_000;

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
  readonly #jobs: JobWorkers;
  readonly #offering: NodeJS.Timeout;

  constructor(options: CaptionWorkerOptions) {
    this.#options = options;
    const { redisUrl, log, lockMs } = options;
    this.#jobs = new JobWorkers({ redisUrl, name: 'captions', log });
    this.#jobs.open({
      queue: CAPTION_QUEUE,
      lockMs,
      work: (run) => this.#recognise(run),
      // What the surroundings do is tried again.
      verdict: (cause) => new Error(failureText({ failure: 'internal', detail: null }), { cause }),
    });
    const offer = (): void => void this.#offer();
    offer();
    this.#offering = setInterval(offer, OFFER_EVERY_MS);
  }

  /** Hands a running job back. Bounded; idempotent. */
  close(): Promise<void> {
    clearInterval(this.#offering);
    return this.#jobs.close();
  }

  async #offer(): Promise<void> {
    const text = JSON.stringify(this.#options.offer);
    await this.#jobs.redis.set(OFFER_KEY, text, 'EX', OFFER_TTL_SECONDS).catch(() => undefined);
  }

  async #recognise({ job, signal: lockSignal }: JobRun): Promise<CaptionResult> {
    const data = dataOf(CaptionJob, job);
    const attempt = attemptName({ orderedAtMs: job.timestamp, tryNumber: job.attemptsStarted });
    const log = this.#options.log.child({ jobId: job.id, recordingId: data.recordingId, attempt });
    const watch = await CancelWatch.create(this.#jobs.redis, captionCancelKey(data));
    const signal = AbortSignal.any([lockSignal, watch.signal]);
    try {
      log.info({ try: job.attemptsStarted, language: data.language }, 'speech recognition starts');
      const run = { job: data, attempt, signal, onProgress: (fraction: number) => void tell(job, fraction) };
      const result = await recognise({ ...this.#options.recognition, log }, run);
      log.info('speech recognition done');
      return result;
    } catch (caught) {
      const error = watch.isCancelled ? new RecognitionError('cancelled') : caught;
      log.warn({ err: error, cause: causeOf(error) }, 'speech recognition ended without captions');
      // What the command says is said for good.
      throw error instanceof RecognitionError ? finalOf(error) : error;
    } finally {
      watch.close();
    }
  }
}

const finalOf = ({ failure, detail }: RecognitionError): Error =>
  new UnrecoverableError(failureText({ failure, detail }));

const causeOf = (error: unknown): unknown => (error instanceof RecognitionError ? error.cause : undefined);

const tell = (job: Job, fraction: number): Promise<void> => job.updateProgress({ fraction }).catch(() => undefined);
