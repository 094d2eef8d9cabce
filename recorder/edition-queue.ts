import { Queue, QueueEvents, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { NumberedEdition } from '../signaling/protocol/edition.ts';
import { AppError } from '../signaling/protocol/errors.ts';
import type { RecordingId, SeatId } from '../signaling/protocol/ids.ts';
import { Emitter } from '../signaling/runtime/emitter.ts';
import type { Log } from '../signaling/runtime/log.ts';
import { createRedis } from '../signaling/runtime/redis.ts';
import { EDITION_QUEUE, EditionJob, EditionResult } from './contract.ts';
import { hasEnded, seenJob } from './jobs/seen-job.ts';

const VIEWS_BACKOFF = { type: 'exponential', delay: 2_000 } as const;
const KEPT_JOBS = 1_000;
const VIEWS_ATTEMPTS = 8;
/** Somebody's right, and nobody may be shown the recording until it is done. */
const ERASE_ATTEMPTS = 120;
const ERASE_BACKOFF = { type: 'fixed', delay: 15_000 } as const;
const FACTS_ATTEMPTS = 2;
/** The greater the later (BullMQ); 0 is first. */
const FACTS_PRIORITY = 10;
const LISTEN_LIMIT_MS = 2_000;

interface EditionQueueEvents {
  readonly done: readonly [EditionResult];
}

/**
 * Orders what decides what of a recording is shown, and tells when it is done. An order that is waiting or running already is not made twice. What was done while nobody
 * listened is found by who looks at what is missing, and ordered again.
 */
export class EditionQueue {
  readonly #redis: Redis;
  readonly #eventRedis: Redis;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #emitter: Emitter<EditionQueueEvents>;
  readonly #log: Log;
  #closing: Promise<void> | null = null;

  /** Resolves when events are being listened to, or soon when Redis is away. */
  static async create(options: { readonly redisUrl: string; readonly log: Log }): Promise<EditionQueue> {
    const queue = new EditionQueue(options.redisUrl, options.log);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LISTEN_LIMIT_MS);
    });
    await Promise.race([queue.#events.waitUntilReady().catch(() => undefined), limit]);
    clearTimeout(timer);
    return queue;
  }

  private constructor(redisUrl: string, log: Log) {
    this.#log = log;
    this.#emitter = new Emitter((error, event) => log.error({ err: error, event }, 'an edition listener failed'));
    this.#redis = createRedis({ url: redisUrl, name: 'edition-queue', log, whenAway: 'fail' });
    this.#queue = new Queue(EDITION_QUEUE, { connection: this.#redis, skipWaitingForReady: true });
    this.#queue.on('error', () => undefined);
    this.#eventRedis = createRedis({ url: redisUrl, name: 'edition-events', log, whenAway: 'wait' });
    this.#events = new QueueEvents(EDITION_QUEUE, { connection: this.#eventRedis });
    this.#events.on('error', () => undefined);
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
      await Promise.allSettled([this.#queue.close(), this.#events.close()]);
      this.#redis.disconnect();
      this.#eventRedis.disconnect();
    })();
    return this.#closing;
  }

  async #order(jobId: string, job: EditionJob, options: JobsOptions): Promise<void> {
    try {
      const seen = await seenJob(this.#queue, jobId);
      if (seen !== undefined) {
        if (!hasEnded(seen.state)) return;
        await seen.job.remove();
      }
      await this.#queue.add(job.kind, EditionJob.parse(job), {
        ...options,
        jobId,
        removeOnComplete: { count: KEPT_JOBS },
        removeOnFail: { count: KEPT_JOBS },
      });
    } catch (cause) {
      throw new AppError('unavailable', { message: 'the job queue does not answer', cause });
    }
  }

  #tell(value: unknown): void {
    const parsed = EditionResult.safeParse(typeof value === 'string' ? parsedJson(value) : value);
    if (parsed.success) this.#emitter.emit('done', parsed.data);
    else this.#log.error({ err: parsed.error }, 'an edition job has an unknown result');
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
