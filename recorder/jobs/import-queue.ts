import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { RecordingFailure } from '../../signaling/protocol/rest/recordings.ts';
import { Emitter } from '../../signaling/runtime/emitter.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { IMPORT_QUEUE, ImportJob, ImportProgress, MuxResult } from '../contract.ts';
import { importCancelKey, importJobId, recordingOfImportJob } from './import-job-names.ts';
import { JobEvents, jobResult } from './job-events.ts';
import { JobOrders } from './job-orders.ts';

const ATTEMPTS = 3;
const BACKOFF_MS = 10_000;

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
  readonly #orders: JobOrders;
  readonly #events: JobEvents;
  readonly #emitter: Emitter<ImportQueueEvents>;
  readonly #log: Log;
  #closing: Promise<void> | null = null;

  constructor(options: { readonly redisUrl: string; readonly log: Log }) {
    const { log } = options;
    this.#log = log;
    this.#emitter = new Emitter((error, event) => log.error({ err: error, event }, 'an import listener failed'));
    this.#orders = new JobOrders({ ...options, queue: IMPORT_QUEUE, name: 'import-queue' });
    this.#events = new JobEvents({ ...options, queue: IMPORT_QUEUE, name: 'import-events' });
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
    await this.#orders.order({
      name: 'import',
      data,
      cancelKey: importCancelKey(data.recordingId),
      options: {
        jobId: importJobId(data.recordingId),
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
      },
    });
  }

  /** Idempotent. @throws AppError `unavailable` */
  async cancelImport(recordingId: RecordingId): Promise<void> {
    await this.#orders.cancel(importJobId(recordingId), importCancelKey(recordingId));
  }

  /** @throws AppError `unavailable` */
  async importState(recordingId: RecordingId): Promise<ImportState> {
    const seen = await this.#orders.seen(importJobId(recordingId));
    if (seen === undefined) return { state: 'none' };
    const { job, state } = seen;
    if (state === 'failed') return { state: 'failed', failure: failureOf(job.failedReason) };
    if (state !== 'completed') return { state: 'working' };
    const result = MuxResult.safeParse(job.returnvalue);
    return result.success ? { state: 'done', result: result.data } : { state: 'failed', failure: 'unknown' };
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#emitter.removeAll();
      await Promise.all([this.#orders.close(), this.#events.close()]);
    })();
    return this.#closing;
  }

  #tellImported(value: unknown): void {
    const result = jobResult(MuxResult, value);
    if (result !== undefined) this.#emitter.emit('imported', result);
    else this.#log.error({ value }, 'an import has an unknown result');
  }
}

/** The worker's reason is the failure; BullMQ has words of its own for a worker that died. */
function failureOf(reason: string | undefined): RecordingFailure {
  return RecordingFailure.catch('workerLost').parse(reason);
}
