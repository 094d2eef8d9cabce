import type { ComposedFilm, Recording, RecordingStore } from '../../storage/ports.ts';
import type { MuxResult, ProduceJob, ProduceProgress, ProduceResult } from '../../recorder/contract.ts';
import type { RecordingId } from '../protocol/ids.ts';
import type { ProductionFailure } from '../protocol/rest/recordings.ts';
import type { Log } from '../runtime/log.ts';
import { isBeingImported } from './import-follower.ts';
import { PatientSteps } from './patient-steps.ts';
import { produceOrder } from './produce-order.ts';
import type { KeepChapters } from './chapter-texts.ts';

const US_PER_MS = 1000;

type ProduceFailure = 'cancelled' | ProductionFailure;

type ProductionState =
  | { readonly state: 'none' | 'waiting' }
  | { readonly state: 'running'; readonly progress: ProduceProgress | null }
  | { readonly state: 'done'; readonly result: ProduceResult }
  | { readonly state: 'failed'; readonly failure: ProduceFailure };

interface FollowedEvents {
  readonly muxed: readonly [MuxResult];
  readonly muxFailed: readonly [{ readonly recordingId: RecordingId }];
  readonly producing: readonly [{ readonly recordingId: RecordingId; readonly progress: ProduceProgress }];
  readonly produced: readonly [ProduceResult];
  readonly produceFailed: readonly [{ readonly recordingId: RecordingId; readonly failure: ProduceFailure }];
}

/** The recorder's jobs, as far as a recording's phase follows them. */
export interface FollowedQueue {
  on<N extends keyof FollowedEvents>(event: N, listener: (...args: FollowedEvents[N]) => void): () => void;
  addProduce(job: ProduceJob): Promise<void>;
  produceState(recordingId: RecordingId): Promise<ProductionState>;
}

function filmOf(result: ProduceResult): ComposedFilm {
  return {
    attempt: result.attempt,
    masterKey: result.master,
    mp4Key: result.mp4,
    posterKey: result.poster,
    thumbnailsKey: result.thumbnails,
    chaptersKey: result.chapters ?? null,
    ...(result.waveform === undefined ? {} : { waveformKey: result.waveform }),
    durationMs: Math.round(result.durationUs / US_PER_MS),
    mp4Bytes: result.mp4Bytes,
    editionVersion: result.editionVersion ?? 0,
  };
}

/** What is written down of them. */
export type FollowedRecordings = Pick<
  RecordingStore,
  | 'listUnfinished'
  | 'recording'
  | 'setProgress'
  | 'markPlayable'
  | 'markProducing'
  | 'markReady'
  | 'markFailed'
  | 'markProductionCancelled'
>;

export interface FollowerOptions {
  readonly recordings: FollowedRecordings;
  readonly queue: FollowedQueue;
  readonly keepChapters: KeepChapters;
  readonly log: Log;
}

/**
 * Turns what the recorder reports into the recordings that people see, in the order reported, one after another per recording. While
 * the database or Redis is away it waits and tries again, so nothing that was reported is lost; what was missed while this process was down
 * is asked for at its start.
 */
export class RecordingFollower {
  readonly #recordings: FollowedRecordings;
  readonly #queue: FollowedQueue;
  readonly #keepChapters: KeepChapters;
  readonly #steps: PatientSteps;
  readonly #unsubscribe: readonly (() => void)[];

  constructor(options: FollowerOptions) {
    this.#recordings = options.recordings;
    this.#queue = options.queue;
    this.#keepChapters = options.keepChapters;
    const { queue, log } = options;
    this.#steps = new PatientSteps({ log: log.child({ following: 'recordings' }) });
    this.#unsubscribe = [
      queue.on('muxed', (result) => this.#steps.add(result.recordingId, () => this.#onMuxed(result))),
      queue.on('muxFailed', ({ recordingId }) =>
        this.#steps.add(recordingId, () => this.#recordings.markFailed(recordingId, 'unreadable')),
      ),
      queue.on('producing', ({ recordingId, progress }) =>
        this.#steps.add(recordingId, () => this.#recordings.setProgress(recordingId, progress)),
      ),
      queue.on('produced', (result) => this.#steps.add(result.recordingId, () => this.#onProduced(result))),
      queue.on('produceFailed', ({ recordingId, failure }) =>
        this.#steps.add(recordingId, () => this.#onProduceFailed(recordingId, failure)),
      ),
    ];
  }

  /** Looks after what was on its way when the process before this one ended. */
  async catchUp(): Promise<void> {
    for (const recording of await this.#recordings.listUnfinished()) {
      this.#steps.add(recording.recordingId, () => this.#catchUpOne(recording));
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#steps.close();
  }

  async #onMuxed(result: MuxResult): Promise<void> {
    const { recordingId, index: indexKey, final: isFinal } = result;
    const durationMs = Math.round(result.durationUs / US_PER_MS);
    const recording = await this.#recordings.markPlayable(recordingId, { indexKey, durationMs, isFinal });
    if (!isFinal) return;
    if (recording.film === null) await this.#produce(recording);
    await this.#keepChapters(recording);
  }

  async #produce(recording: Recording): Promise<void> {
    await this.#recordings.markProducing(recording.recordingId);
    await this.#queue.addProduce(produceOrder(recording));
  }

  async #onProduced(result: ProduceResult): Promise<void> {
    const film = filmOf(result);
    const recording = await this.#recordings.markReady(result.recordingId, film);
    await this.#keepChapters(recording);
    // Somebody edited while it was being made.
    const { version, isErasing } = recording.edition;
    if (film.editionVersion < version && !isErasing) await this.#produce(recording);
  }

  async #onProduceFailed(recordingId: RecordingId, failure: ProduceFailure): Promise<void> {
    if (failure === 'cancelled') await this.#onCancelled(recordingId);
    else await this.#recordings.markFailed(recordingId, failure);
  }

  /** By a person, who has been noted, unless somebody has ordered it once more since. */
  async #onCancelled(recordingId: RecordingId): Promise<void> {
    const recording = await this.#recordings.recording(recordingId);
    if (recording === undefined) return;
    if (recording.progress !== null && !recording.edition.isErasing) await this.#produce(recording);
    else await this.#recordings.markProductionCancelled(recordingId);
  }

  async #catchUpOne(recording: Recording): Promise<void> {
    if (recording.phase !== 'producing' || isBeingImported(recording)) return;
    const production = await this.#queue.produceState(recording.recordingId);
    if (production.state === 'done') await this.#onProduced(production.result);
    if (production.state === 'failed') await this.#onProduceFailed(recording.recordingId, production.failure);
    if (production.state === 'none') await this.#produce(recording);
  }
}
