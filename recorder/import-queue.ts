import { Queue, QueueEvents, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { AppError } from '../signaling/protocol/errors.ts';
import type { RecordingId } from '../signaling/protocol/ids.ts';
import { RecordingFailure } from '../signaling/protocol/rest/recordings.ts';
import { Emitter } from '../signaling/runtime/emitter.ts';
import type { Log } from '../signaling/runtime/log.ts';
import { createRedis } from '../signaling/runtime/redis.ts';
import { IMPORT_QUEUE, ImportJob, ImportProgress, MuxResult } from './contract.ts';
import { importCancelKey, importJobId, recordingOfImportJob } from './import-job-names.ts';
import { hasEnded, seenJob } from './jobs/seen-job.ts';

const ATTEMPTS = 3;
const BACKOFF_MS = 10_000;
const KEPT_JOBS = 1_000;
const CANCEL_TTL_SECONDS = 7 * 24 * 3_600;

export type ImportState =
  | { readonly state: 'none' | 'working' }
  | { readonly state: 'done'; readonly result: MuxResult }
  | { readonly state: 'failed'; readonly failure: RecordingFailure };

export interface ImportQueueEvents {
  readonly importing: readonly [{ readonly recordingId: RecordingId; readonly progress: ImportProgress }];
  /** The film can be played, and produced. */
  readonly imported: readonly [MuxResult];
  /** Failed for good. */
  readonly importFailed: readonly [{ readonly recordingId: RecordingId; readonly failure: RecordingFailure }];
}

/** Imports of uploaded films as signaling sees them; the manners are those of `RecordingQueue`. */
export class ImportQueue {
  readonly #redis: Redis;
  readonly #eventRedis: Redis;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #emitter: Emitter<ImportQueueEvents>;
  readonly #log: Log;
  #closing: Promise<void> | null = null;

  constructor(options: { readonly redisUrl: string; readonly log: Log }) {
    const { redisUrl: url, log } = options;
    this.#log = log;
    this.#emitter = new Emitter((error, event) => log.error({ err: error, event }, 'an import listener failed'));
    this.#redis = createRedis({ url, name: 'import-queue', log, whenAway: 'fail' });
    this.#queue = new Queue(IMPORT_QUEUE, { connection: this.#redis, skipWaitingForReady: true });
    this.#queue.on('error', () => undefined);
    this.#eventRedis = createRedis({ url, name: 'import-events', log, whenAway: 'wait' });
    this.#events = new QueueEvents(IMPORT_QUEUE, { connection: this.#eventRedis });
    this.#events.on('error', () => undefined);
    this.#events.on('completed', ({ returnvalue }) => this.#tellImported(returnvalue));
    this.#events.on('progress', ({ jobId, data }) => {
      const recordingId = recordingOfImportJob(jobId);
      const progress = ImportProgress.safeParse(data);
      if (recordingId !== undefined && progress.success) {
        this.#emitter.emit('importing', { recordingId, progress: progress.data });
      }
    });
    this.#events.on('failed', ({ jobId, failedReason }) => {
      const recordingId = recordingOfImportJob(jobId);
      if (recordingId === undefined) return;
      this.#emitter.emit('importFailed', { recordingId, failure: failureOf(failedReason) });
    });
  }

  /** Returns the function that takes the listener off again. */
  on<Name extends keyof ImportQueueEvents>(
    event: Name,
    listener: (...args: ImportQueueEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(event, listener);
  }

  /** While one is waiting or running nothing is added; a finished or failed one is done again. @throws AppError `unavailable` */
  async addImport(job: ImportJob): Promise<void> {
    const data = ImportJob.parse(job);
    await this.#ask(async () => {
      const jobId = importJobId(data.recordingId);
      await this.#redis.del(importCancelKey(data.recordingId));
      const seen = await seenJob(this.#queue, jobId);
      if (seen !== undefined) {
        if (!hasEnded(seen.state)) return;
        await seen.job.remove();
      }
      await this.#queue.add('import', data, {
        jobId,
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
        removeOnComplete: { count: KEPT_JOBS },
        removeOnFail: { count: KEPT_JOBS },
      });
    });
  }

  /** Idempotent. @throws AppError `unavailable` */
  async cancelImport(recordingId: RecordingId): Promise<void> {
    await this.#ask(async () => {
      const known = (await this.#queue.getJob(importJobId(recordingId))) as Job | undefined;
      if (known === undefined) return;
      await this.#redis.set(importCancelKey(recordingId), '1', 'EX', CANCEL_TTL_SECONDS);
      // A running job is locked; its owner sees the key.
      await known.remove().catch(() => undefined);
    });
  }

  /** @throws AppError `unavailable` */
  async importState(recordingId: RecordingId): Promise<ImportState> {
    return this.#ask(async () => {
      const seen = await seenJob(this.#queue, importJobId(recordingId));
      if (seen === undefined) return { state: 'none' };
      const { job, state } = seen;
      if (state === 'failed') return { state: 'failed', failure: failureOf(job.failedReason) };
      if (state !== 'completed') return { state: 'working' };
      const result = MuxResult.safeParse(job.returnvalue);
      return result.success ? { state: 'done', result: result.data } : { state: 'failed', failure: 'unknown' };
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

  #tellImported(value: unknown): void {
    const parsed = MuxResult.safeParse(typeof value === 'string' ? parseJson(value) : value);
    if (parsed.success) this.#emitter.emit('imported', parsed.data);
    else this.#log.error({ err: parsed.error }, 'an import has an unknown result');
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw new AppError('unavailable', { message: 'the import queue does not answer', cause });
    }
  }
}

/** The worker's reason is the failure; BullMQ has words of its own for a worker that died. */
function failureOf(reason: string | undefined): RecordingFailure {
  return RecordingFailure.catch('workerLost').parse(reason);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
