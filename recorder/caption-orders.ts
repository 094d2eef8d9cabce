import { Queue, QueueEvents, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { AppError } from '../signaling/protocol/errors.ts';
import { Emitter } from '../signaling/runtime/emitter.ts';
import type { Log } from '../signaling/runtime/log.ts';
import { createRedis } from '../signaling/runtime/redis.ts';
import {
  CAPTION_QUEUE,
  CaptionJob,
  captionCancelKey,
  captionJobId,
  CaptionOffer,
  CaptionProgress,
  CaptionResult,
  failureOfText,
  OFFER_KEY,
  type CaptionFailure,
} from './caption-jobs.ts';
import { hasEnded, seenJob, type SeenJob } from './jobs/seen-job.ts';

const ATTEMPTS = 3;
const BACKOFF_MS = 5_000;
const KEPT_JOBS = 1_000;
const CANCEL_TTL_SECONDS = 7 * 24 * 3_600;

export type CaptionState =
  | { readonly state: 'none' }
  | { readonly state: 'waiting' }
  | { readonly state: 'running'; readonly fraction: number | null }
  | { readonly state: 'done'; readonly result: CaptionResult }
  | ({ readonly state: 'failed' } & CaptionFailure);

interface CaptionEvents {
  readonly recognised: readonly [CaptionResult];
}

/**
 * Speech recognition as signaling sees it. Every subscriber is told of every result while it is connected; `results` says what was missed. While Redis is away orders are
 * refused with `unavailable`.
 */
export class CaptionOrders {
  readonly #redis: Redis;
  readonly #eventRedis: Redis;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #emitter: Emitter<CaptionEvents>;
  #closing: Promise<void> | null = null;

  constructor(options: { readonly redisUrl: string; readonly log: Log }) {
    const { redisUrl: url, log } = options;
    this.#emitter = new Emitter((error, event) => log.error({ err: error, event }, 'a caption listener failed'));
    this.#redis = createRedis({ url, name: 'caption-orders', log, whenAway: 'fail' });
    this.#eventRedis = createRedis({ url, name: 'caption-events', log, whenAway: 'wait' });
    this.#queue = new Queue(CAPTION_QUEUE, { connection: this.#redis, skipWaitingForReady: true });
    this.#queue.on('error', () => undefined);
    this.#events = new QueueEvents(CAPTION_QUEUE, { connection: this.#eventRedis });
    this.#events.on('error', () => undefined);
    this.#events.on('completed', ({ returnvalue }) => {
      const result = resultOf(returnvalue);
      if (result !== undefined) this.#emitter.emit('recognised', result);
      else log.error({ returnvalue }, 'speech recognition has an unknown result');
    });
  }

  /** Returns the function that takes the listener off again. */
  onRecognised(listener: (result: CaptionResult) => void): () => void {
    return this.#emitter.on('recognised', listener);
  }

  /** Resolves once results are being listened to. */
  async ready(): Promise<void> {
    await this.#events.waitUntilReady();
  }

  /** What recorders offer now; undefined where none does, and while Redis is away. */
  async offer(): Promise<CaptionOffer | undefined> {
    const text = await this.#redis.get(OFFER_KEY).catch(() => null);
    return text === null ? undefined : CaptionOffer.safeParse(parseJson(text)).data;
  }

  /** While the same is waiting or running nothing is added; what has ended is done again. @throws AppError `unavailable`. */
  async order(job: CaptionJob): Promise<void> {
    const data = CaptionJob.parse(job);
    await this.#ask(async () => {
      await this.#redis.del(captionCancelKey(data));
      const seen = await seenJob(this.#queue, captionJobId(data));
      if (seen !== undefined) {
        if (!hasEnded(seen.state)) return;
        await seen.job.remove();
      }
      await this.#queue.add('captions', data, {
        jobId: captionJobId(data),
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
        removeOnComplete: { count: KEPT_JOBS },
        removeOnFail: { count: KEPT_JOBS },
      });
    });
  }

  /** Idempotent. @throws AppError `unavailable`. */
  async cancel(job: CaptionJob): Promise<void> {
    await this.#ask(async () => {
      const seen = await seenJob(this.#queue, captionJobId(job));
      if (seen === undefined || seen.state === 'completed') return;
      await this.#redis.set(captionCancelKey(job), '1', 'EX', CANCEL_TTL_SECONDS);
      // An active job is locked; its owner sees the key.
      if (seen.state !== 'active') await seen.job.remove().catch(() => undefined);
    });
  }

  /** @throws AppError `unavailable`. */
  async state(job: CaptionJob): Promise<CaptionState> {
    return this.#ask(async () => {
      const seen = await seenJob(this.#queue, captionJobId(job));
      return seen === undefined ? { state: 'none' } : stateOf(seen);
    });
  }

  /** What has been recognised of late, whether it was taken or not. @throws AppError `unavailable`. */
  async results(): Promise<readonly CaptionResult[]> {
    return this.#ask(async () => {
      const jobs = (await this.#queue.getJobs(['completed'])) as readonly Job[];
      return jobs.flatMap((job) => resultOf(job.returnvalue) ?? []);
    });
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#emitter.removeAll();
      await Promise.allSettled([this.#queue.close(), this.#events.close()]);
      this.#redis.disconnect();
      this.#eventRedis.disconnect();
    })();
    return this.#closing;
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new AppError('unavailable', { message: 'the job queue does not answer', cause });
    }
  }
}

function stateOf({ job, state }: SeenJob): CaptionState {
  if (state === 'completed') {
    const result = resultOf(job.returnvalue);
    return result === undefined ? { state: 'failed', failure: 'internal', detail: null } : { state: 'done', result };
  }
  if (state === 'failed') return { state: 'failed', ...failureOfText(job.failedReason) };
  if (state !== 'active') return { state: 'waiting' };
  return { state: 'running', fraction: CaptionProgress.safeParse(job.progress).data?.fraction ?? null };
}

/** Some versions hand the value on as they found it in the stream. */
const resultOf = (value: unknown): CaptionResult | undefined =>
  CaptionResult.safeParse(typeof value === 'string' ? parseJson(value) : value).data;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
