import type { JobsOptions } from 'bullmq';
import type { NumberedEdition } from '../../signaling/protocol/edition.ts';
import type { RecordingId, SeatId } from '../../signaling/protocol/ids.ts';
import { Emitter } from '../../signaling/runtime/emitter.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { EDITION_QUEUE, EditionJob, EditionResult } from '../contract.ts';
import { JobEvents, jobResult } from './job-events.ts';
import { JobOrders } from './job-orders.ts';

const VIEWS_BACKOFF = { type: 'exponential', delay: 2_000 } as const;
const VIEWS_ATTEMPTS = 8;
/** Somebody's right, and nobody may be shown the recording until it is done. */
const ERASE_ATTEMPTS = 120;
const ERASE_BACKOFF = { type: 'fixed', delay: 15_000 } as const;
const FACTS_ATTEMPTS = 2;
/** The greater the later (BullMQ); 0 is first. */
const FACTS_PRIORITY = 10;

interface EditionQueueEvents {
  readonly done: readonly [EditionResult];
}

/**
 * Orders what decides what of a recording is shown, and tells when it is done. An order that is waiting or running already is not made twice. What was done while nobody
 * listened is found by who looks at what is missing, and ordered again.
 */
export class EditionQueue {
  readonly #orders: JobOrders;
  readonly #events: JobEvents;
  readonly #emitter: Emitter<EditionQueueEvents>;
  readonly #log: Log;
  #closing: Promise<void> | null = null;

  /** Resolves when events are being listened to, or soon when Redis is away. */
  static async create(options: { readonly redisUrl: string; readonly log: Log }): Promise<EditionQueue> {
    const queue = new EditionQueue(options);
    await queue.#events.ready();
    return queue;
  }

  private constructor(options: { readonly redisUrl: string; readonly log: Log }) {
    const { log } = options;
    this.#log = log;
    this.#emitter = new Emitter((error, event) => log.error({ err: error, event }, 'an edition listener failed'));
    this.#orders = new JobOrders({ ...options, queue: EDITION_QUEUE, name: 'edition-queue' });
    this.#events = new JobEvents({ ...options, queue: EDITION_QUEUE, name: 'edition-events' });
    this.#events.on('completed', ({ returnvalue }) => this.#tell(returnvalue));
  }

  /** Returns the function that takes the listener off again. */
  on<Name extends keyof EditionQueueEvents>(
    event: Name,
    listener: (...args: EditionQueueEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(event, listener);
  }

  /** @throws AppError `unavailable` while Redis is away. */
  orderViews(recordingId: RecordingId, edition: NumberedEdition): Promise<void> {
    const id = `views-${recordingId}-${edition.version}`;
    const retry = { attempts: VIEWS_ATTEMPTS, backoff: VIEWS_BACKOFF };
    return this.#order(id, { kind: 'views', recordingId, edition }, retry);
  }

  /** @throws AppError `unavailable` while Redis is away. */
  orderErasure(recordingId: RecordingId, seatId: SeatId): Promise<void> {
    const retry = { attempts: ERASE_ATTEMPTS, backoff: ERASE_BACKOFF };
    return this.#order(`erase-${recordingId}-${seatId}`, { kind: 'erase', recordingId, seatId }, retry);
  }

  /** @throws AppError `unavailable` while Redis is away. */
  orderFacts(recordingId: RecordingId): Promise<void> {
    const options = { attempts: FACTS_ATTEMPTS, priority: FACTS_PRIORITY };
    return this.#order(`facts-${recordingId}`, { kind: 'facts', recordingId }, options);
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#emitter.removeAll();
      await Promise.all([this.#orders.close(), this.#events.close()]);
    })();
    return this.#closing;
  }

  async #order(jobId: string, job: EditionJob, options: JobsOptions): Promise<void> {
    const data = EditionJob.parse(job);
    await this.#orders.order({ name: job.kind, data, options: { ...options, jobId } });
  }

  #tell(value: unknown): void {
    const result = jobResult(EditionResult, value);
    if (result !== undefined) this.#emitter.emit('done', result);
    else this.#log.error({ value }, 'an edition job has an unknown result');
  }
}
