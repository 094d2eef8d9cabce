import type { Job } from 'bullmq';
import type * as z from 'zod';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { Emitter } from '../../signaling/runtime/emitter.ts';
import { ProductionFailure } from '../../signaling/protocol/rest/recordings.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { MUX_QUEUE, MuxResult, PRODUCE_QUEUE, ProduceJob, ProduceProgress, ProduceResult } from '../contract.ts';
import { CANCELLED_REASON } from './cancelling.ts';
import { JobEvents, jobResult } from './job-events.ts';
import { JobOrders } from './job-orders.ts';
import { hasEnded, type SeenJob } from './seen-job.ts';
import { cancelKey, produceJobId, recordingOfFinalMuxJob, recordingOfProduceJob } from './produce-job-names.ts';

const ATTEMPTS = 3;
const BACKOFF_MS = 5_000;
/** States in which nobody works on a job, but somebody will. */
const WAITING_STATES = new Set(['waiting', 'wait', 'delayed', 'prioritized', 'paused', 'waiting-children']);

export type ProduceFailure = 'cancelled' | ProductionFailure;

/** Where the production of a recording stands. */
export type ProduceState =
  | { readonly state: 'none' }
  | { readonly state: 'waiting' }
  | { readonly state: 'running'; readonly progress: ProduceProgress | null }
  | { readonly state: 'done'; readonly result: ProduceResult }
  | { readonly state: 'failed'; readonly failure: ProduceFailure };

export interface RecordingQueueEvents {
  /** A step of the muxer is done; after the `final` one the recording is playable and may be produced. */
  readonly muxed: readonly [MuxResult];
  /** The last step failed for good. */
  readonly muxFailed: readonly [{ readonly recordingId: RecordingId }];
  readonly producing: readonly [{ readonly recordingId: RecordingId; readonly progress: ProduceProgress }];
  readonly produced: readonly [ProduceResult];
  /** Failed for good, or cancelled; attempts that are repeated are not told. */
  readonly produceFailed: readonly [{ readonly recordingId: RecordingId; readonly failure: ProduceFailure }];
}

/**
 * The recorder's jobs as signaling sees them: orders production, and tells what became of it. Every subscriber gets every event while it is connected; after a
 * start or a break `produceState` says what was missed. While Redis is away orders are refused with `unavailable`, events come when it is back.
 */
export class RecordingQueue {
  readonly #orders: JobOrders;
  readonly #muxEvents: JobEvents;
  readonly #produceEvents: JobEvents;
  readonly #emitter: Emitter<RecordingQueueEvents>;
  readonly #log: Log;
  #closing: Promise<void> | null = null;

  /** Resolves when events are being listened to, or soon when Redis is away. */
  static async create(options: { readonly redisUrl: string; readonly log: Log }): Promise<RecordingQueue> {
    const queue = new RecordingQueue(options);
    await Promise.all([queue.#muxEvents.ready(), queue.#produceEvents.ready()]);
    return queue;
  }

  private constructor(options: { readonly redisUrl: string; readonly log: Log }) {
    const { log } = options;
    this.#log = log;
    this.#emitter = new Emitter((error, event) => log.error({ err: error, event }, 'a queue listener failed'));
    this.#orders = new JobOrders({ ...options, queue: PRODUCE_QUEUE, name: 'recording-queue' });
    this.#muxEvents = new JobEvents({ ...options, queue: MUX_QUEUE, name: `${MUX_QUEUE}-events` });
    this.#produceEvents = new JobEvents({ ...options, queue: PRODUCE_QUEUE, name: `${PRODUCE_QUEUE}-events` });
    this.#listen();
  }

  /** Returns the function that takes the listener off again. */
  on<Name extends keyof RecordingQueueEvents>(
    event: Name,
    listener: (...args: RecordingQueueEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(event, listener);
  }

  /**
   * Orders a production. While one is waiting or running no other is added: it makes what was ordered last, of another edition say. A finished, failed or cancelled one
   * is done again.
   *
   * @throws AppError `unavailable` while Redis is away.
   */
  async addProduce(job: ProduceJob): Promise<void> {
    const data = ProduceJob.parse(job);
    const { recordingId } = data;
    await this.#orders.ask(async () => {
      await this.#orders.redis.del(cancelKey(recordingId));
      const seen = await this.#orders.seen(produceJobId(recordingId));
      if (seen !== undefined) {
        const known = seen.job;
        if (!hasEnded(seen.state)) {
          if (isSameOrder(known, data)) return;
          await known.updateData(data);
          // Parts that nobody has begun are planned anew.
          await known.removeUnprocessedChildren();
          // Whoever works on it looks once more before it is done, which may have been just before.
          if (!hasEnded(await known.getState())) return;
        }
        // A part that somebody still works on is taken over by the new order.
        await known.remove({ removeChildren: false });
      }
      await this.#orders.add({
        name: 'produce',
        data,
        options: {
          jobId: produceJobId(recordingId),
          attempts: ATTEMPTS,
          backoff: { type: 'exponential', delay: BACKOFF_MS },
        },
      });
    });
  }

  /** Takes an order back: from the queue, or out of the hands of whoever works on it. Idempotent. @throws AppError `unavailable`. */
  async cancelProduce(recordingId: RecordingId): Promise<void> {
    await this.#orders.cancel(produceJobId(recordingId), cancelKey(recordingId), ['completed', 'failed']);
  }

  /** @throws AppError `unavailable` while Redis is away. */
  async produceState(recordingId: RecordingId): Promise<ProduceState> {
    const seen = await this.#orders.seen(produceJobId(recordingId));
    return seen === undefined ? { state: 'none' } : stateOf(seen);
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#emitter.removeAll();
      await Promise.all([this.#orders.close(), this.#muxEvents.close(), this.#produceEvents.close()]);
    })();
    return this.#closing;
  }

  #listen(): void {
    const [mux, produce] = [this.#muxEvents, this.#produceEvents];
    mux.on('completed', ({ returnvalue }) => this.#tell('muxed', MuxResult, returnvalue));
    mux.on('failed', ({ jobId }) => {
      const recordingId = recordingOfFinalMuxJob(jobId);
      if (recordingId !== undefined) this.#emitter.emit('muxFailed', { recordingId });
    });
    produce.on('completed', ({ returnvalue }) => this.#tell('produced', ProduceResult, returnvalue));
    produce.on('progress', ({ jobId, data }) => {
      const recordingId = recordingOfProduceJob(jobId);
      const progress = ProduceProgress.safeParse(data);
      if (recordingId !== undefined && progress.success) {
        this.#emitter.emit('producing', { recordingId, progress: progress.data });
      }
    });
    produce.on('failed', ({ jobId, failedReason }) => this.#tellFailure(jobId, failureOf(failedReason)));
    produce.on('removed', ({ jobId, prev }) => {
      if (WAITING_STATES.has(prev)) this.#tellFailure(jobId, 'cancelled');
    });
  }

  #tell<Name extends 'muxed' | 'produced'>(
    event: Name,
    schema: z.ZodType<RecordingQueueEvents[Name][0]>,
    value: unknown,
  ): void {
    const result = jobResult(schema, value);
    if (result === undefined) this.#log.error({ event, value }, 'a job has an unknown result');
    else this.#emitter.emit(event, ...([result] as unknown as RecordingQueueEvents[Name]));
  }

  #tellFailure(jobId: string, failure: ProduceFailure): void {
    const recordingId = recordingOfProduceJob(jobId);
    if (recordingId !== undefined) this.#emitter.emit('produceFailed', { recordingId, failure });
  }
}

function isSameOrder(job: Job, data: ProduceJob): boolean {
  return JSON.stringify(ProduceJob.safeParse(job.data).data) === JSON.stringify(data);
}

function stateOf({ job, state }: SeenJob): ProduceState {
  if (state === 'completed') {
    const result = ProduceResult.safeParse(job.returnvalue);
    return result.success ? { state: 'done', result: result.data } : { state: 'failed', failure: 'unknown' };
  }
  if (state === 'failed') return { state: 'failed', failure: failureOf(job.failedReason) };
  const progress = ProduceProgress.safeParse(job.progress);
  if (progress.success) return { state: 'running', progress: progress.data };
  return state === 'active' || state === 'waiting-children'
    ? { state: 'running', progress: null }
    : { state: 'waiting' };
}

/** A job whose workers died more often than it may is failed by BullMQ, in its own words. */
const STALLED_TOO_OFTEN = 'stalled more than allowable limit';

function failureOf(reason: string | undefined): ProduceFailure {
  if (reason === CANCELLED_REASON) return reason;
  if (reason?.includes(STALLED_TOO_OFTEN) === true) return 'workerLost';
  const known = ProductionFailure.safeParse(reason);
  return known.success ? known.data : 'unknown';
}
