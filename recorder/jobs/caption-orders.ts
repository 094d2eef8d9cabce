import type { Job } from 'bullmq';
import { Emitter } from '../../signaling/runtime/emitter.ts';
import type { Log } from '../../signaling/runtime/log.ts';
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
import { JobEvents, jobResult } from './job-events.ts';
import { JobOrders } from './job-orders.ts';
import type { SeenJob } from './seen-job.ts';

const ATTEMPTS = 3;
const BACKOFF_MS = 5_000;

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
  readonly #orders: JobOrders;
  readonly #events: JobEvents;
  readonly #emitter: Emitter<CaptionEvents>;
  #closing: Promise<void> | null = null;

  constructor(options: { readonly redisUrl: string; readonly log: Log }) {
    const { log } = options;
    this.#emitter = new Emitter((error, event) => log.error({ err: error, event }, 'a caption listener failed'));
    this.#orders = new JobOrders({ ...options, queue: CAPTION_QUEUE, name: 'caption-orders' });
    this.#events = new JobEvents({ ...options, queue: CAPTION_QUEUE, name: 'caption-events' });
    this.#events.on('completed', ({ returnvalue }) => {
      const result = jobResult(CaptionResult, returnvalue);
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
    await this.#events.ready();
  }

  /** What recorders offer now; undefined where none does, and while Redis is away. */
  async offer(): Promise<CaptionOffer | undefined> {
    const text = await this.#orders.redis.get(OFFER_KEY).catch(() => null);
    return text === null ? undefined : jobResult(CaptionOffer, text);
  }

  /** While the same is waiting or running nothing is added; what has ended is done again. @throws AppError `unavailable`. */
  async order(job: CaptionJob): Promise<void> {
    const data = CaptionJob.parse(job);
    await this.#orders.order({
      name: 'captions',
      data,
      cancelKey: captionCancelKey(data),
      options: { jobId: captionJobId(data), attempts: ATTEMPTS, backoff: { type: 'exponential', delay: BACKOFF_MS } },
    });
  }

  /** Idempotent. @throws AppError `unavailable`. */
  async cancel(job: CaptionJob): Promise<void> {
    await this.#orders.cancel(captionJobId(job), captionCancelKey(job), ['completed']);
  }

  /** @throws AppError `unavailable`. */
  async state(job: CaptionJob): Promise<CaptionState> {
    const seen = await this.#orders.seen(captionJobId(job));
    return seen === undefined ? { state: 'none' } : stateOf(seen);
  }

  /** What has been recognised of late, whether it was taken or not. @throws AppError `unavailable`. */
  async results(): Promise<readonly CaptionResult[]> {
    return this.#orders.ask(async () => {
      const jobs = (await this.#orders.queue.getJobs(['completed'])) as readonly Job[];
      return jobs.flatMap((job) => jobResult(CaptionResult, job.returnvalue) ?? []);
    });
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#emitter.removeAll();
      await Promise.all([this.#orders.close(), this.#events.close()]);
    })();
    return this.#closing;
  }
}

function stateOf({ job, state }: SeenJob): CaptionState {
  if (state === 'completed') {
    const result = jobResult(CaptionResult, job.returnvalue);
    return result === undefined ? { state: 'failed', failure: 'internal', detail: null } : { state: 'done', result };
  }
  if (state === 'failed') return { state: 'failed', ...failureOfText(job.failedReason) };
  if (state !== 'active') return { state: 'waiting' };
  return { state: 'running', fraction: CaptionProgress.safeParse(job.progress).data?.fraction ?? null };
}
