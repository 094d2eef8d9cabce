import { setTimeout as sleep } from 'node:timers/promises';
import type { ImportJob, MuxResult, ProduceJob } from '../../recorder/contract.ts';
import type { ImportQueueEvents, ImportState } from '../../recorder/import-queue.ts';
import type { Recording, Stores } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import type { RecordingId } from '../protocol/ids.ts';
import type { RecordingFailure } from '../protocol/rest/recordings.ts';
import type { Log } from '../runtime/log.ts';
import { produceOrder } from './produce-order.ts';

const US_PER_MS = 1_000;
const RETRY_MS = 1_000;

/** The recorder's imports, as far as a recording's phase follows them. */
export interface FollowedImports {
  on<N extends keyof ImportQueueEvents>(event: N, listener: (...args: ImportQueueEvents[N]) => void): () => void;
  addImport(job: ImportJob): Promise<void>;
  cancelImport(recordingId: RecordingId): Promise<void>;
  importState(recordingId: RecordingId): Promise<ImportState>;
}

export interface ImportFollowerOptions {
  readonly stores: Pick<Stores, 'recordings' | 'uploads'>;
  readonly imports: FollowedImports;
  /** Composes the film of what can be played now. */
  readonly addProduce: (job: ProduceJob) => Promise<void>;
  readonly log: Log;
}

/** A film that waits to be imported, or is being imported. */
export const isBeingImported = ({ lessonOrigin, viewsIndexKey, phase }: Recording): boolean =>
  lessonOrigin === 'upload' && viewsIndexKey === null && (phase === 'finishing' || phase === 'producing');

/** Orders imports, and turns what becomes of them into the recordings that people see; the manners are those of `RecordingFollower`. */
export class ImportFollower {
  readonly #options: ImportFollowerOptions;
  readonly #tails = new Map<RecordingId, Promise<void>>();
  readonly #unsubscribe: readonly (() => void)[];
  readonly #stopping = new AbortController();

  constructor(options: ImportFollowerOptions) {
    this.#options = options;
    const { imports, stores } = options;
    this.#unsubscribe = [
      imports.on('importing', ({ recordingId, progress }) =>
        this.#follow(recordingId, async () => {
          await stores.recordings.markProducing(recordingId);
          await stores.recordings.setProgress(recordingId, progress);
        }),
      ),
      imports.on('imported', (result) => this.#follow(result.recordingId, () => this.#onImported(result))),
      imports.on('importFailed', ({ recordingId, failure }) =>
        this.#follow(recordingId, () => this.#onFailed(recordingId, failure)),
      ),
    ];
  }

  /** Tries until the queue has taken it. */
  order(recordingId: RecordingId): void {
    this.#follow(recordingId, () => this.#order(recordingId));
  }

  /** Idempotent. @throws AppError `unavailable` */
  async cancel(recordingId: RecordingId): Promise<void> {
    await this.#options.imports.cancelImport(recordingId);
  }

  /** Looks after what was on its way when the process before this one ended. */
  async catchUp(): Promise<void> {
    const unfinished = await this.#options.stores.recordings.listUnfinished();
    for (const recording of unfinished.filter(isBeingImported)) {
      this.#follow(recording.recordingId, () => this.#catchUpOne(recording.recordingId));
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.allSettled(this.#tails.values());
  }

  async #order(recordingId: RecordingId): Promise<void> {
    const { recordings, uploads } = this.#options.stores;
    const recording = await recordings.recording(recordingId);
    if (recording === undefined) return;
    const upload = await uploads.upload(recordingId);
    await this.#options.imports.addImport({
      recordingId,
      lessonId: recording.lessonId,
      title: recording.title,
      fileName: upload?.fileName ?? recording.title,
      displayName: recording.lecturerName,
      schoolName: recording.schoolName,
      startedAtUnixUs: recording.startedAtUnixUs,
    });
  }

  async #onImported({ recordingId, index: indexKey, durationUs }: MuxResult): Promise<void> {
    const { recordings } = this.#options.stores;
    const durationMs = Math.round(durationUs / US_PER_MS);
    const recording = await recordings.markPlayable(recordingId, { indexKey, durationMs, isFinal: true });
    await recordings.markProducing(recordingId);
    await recordings.setProgress(recordingId, { fraction: 0, secondsLeft: null });
    await this.#options.addProduce(produceOrder(recording));
  }

  async #onFailed(recordingId: RecordingId, failure: RecordingFailure): Promise<void> {
    const { recordings } = this.#options.stores;
    // One that was deleted meanwhile has nothing to fail.
    if ((await recordings.recording(recordingId)) === undefined) return;
    await recordings.markFailed(recordingId, failure);
  }

  async #catchUpOne(recordingId: RecordingId): Promise<void> {
    const found = await this.#options.imports.importState(recordingId);
    if (found.state === 'done') await this.#onImported(found.result);
    if (found.state === 'failed') await this.#onFailed(recordingId, found.failure);
    if (found.state === 'none') await this.#order(recordingId);
  }

  #follow(recordingId: RecordingId, step: () => Promise<unknown>): void {
    const before = this.#tails.get(recordingId) ?? Promise.resolve();
    const tail = before.then(() => this.#untilDone(recordingId, step));
    this.#tails.set(recordingId, tail);
    void tail.finally(() => {
      if (this.#tails.get(recordingId) === tail) this.#tails.delete(recordingId);
    });
  }

  async #untilDone(recordingId: RecordingId, step: () => Promise<unknown>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await step();
        return;
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'unavailable')) {
          this.#options.log.error({ err: error, recordingId }, 'an import could not be followed');
          return;
        }
        this.#options.log.warn({ err: error, recordingId }, 'storage away, following an import later');
        await sleep(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }
}
