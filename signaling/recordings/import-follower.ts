import type { ImportJob, MuxResult, ProduceJob } from '../../recorder/contract.ts';
import type { ImportQueueEvents, ImportState } from '../../recorder/jobs/import-queue.ts';
import type { Recording, Stores } from '../../storage/ports.ts';
import type { RecordingId } from '../protocol/ids.ts';
import type { RecordingFailure } from '../protocol/rest/recordings.ts';
import type { Log } from '../runtime/log.ts';
import { PatientSteps } from './patient-steps.ts';
import { produceOrder } from './produce-order.ts';

const US_PER_MS = 1_000;

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
  readonly #steps: PatientSteps;
  readonly #unsubscribe: readonly (() => void)[];

  constructor(options: ImportFollowerOptions) {
    this.#options = options;
    const { imports, stores, log } = options;
    this.#steps = new PatientSteps({ log: log.child({ following: 'imports' }) });
    this.#unsubscribe = [
      imports.on('importing', ({ recordingId, progress }) =>
        this.#steps.add(recordingId, async () => {
          await stores.recordings.markProducing(recordingId);
          await stores.recordings.setProgress(recordingId, progress);
        }),
      ),
      imports.on('imported', (result) => this.#steps.add(result.recordingId, () => this.#onImported(result))),
      imports.on('importFailed', ({ recordingId, failure }) =>
        this.#steps.add(recordingId, () => this.#onFailed(recordingId, failure)),
      ),
    ];
  }

  /** Tries until the queue has taken it. */
  order(recordingId: RecordingId): void {
    this.#steps.add(recordingId, () => this.#order(recordingId));
  }

  /** Idempotent. @throws AppError `unavailable` */
  async cancel(recordingId: RecordingId): Promise<void> {
    await this.#options.imports.cancelImport(recordingId);
  }

  /** Looks after what was on its way when the process before this one ended. */
  async catchUp(): Promise<void> {
    const unfinished = await this.#options.stores.recordings.listUnfinished();
    for (const recording of unfinished.filter(isBeingImported)) {
      this.#steps.add(recording.recordingId, () => this.#catchUpOne(recording.recordingId));
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#steps.close();
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
}
