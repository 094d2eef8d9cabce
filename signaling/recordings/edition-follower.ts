import type { EditionResult, MuxResult, ProduceJob } from '../../recorder/contract.ts';
import type { EditionStore, Recording, RecordingStore } from '../../storage/ports.ts';
import type { NumberedEdition } from '../protocol/edition.ts';
import { isUnavailable } from '../protocol/errors.ts';
import type { RecordingId, SeatId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';
import type { KeepChapters } from './chapter-texts.ts';
import { produceOrder } from './produce-order.ts';
import { lacksViews } from './shown-edition.ts';
import type { WatchGate } from './watch-gate.ts';

const US_PER_MS = 1_000;
/** How often is looked for what was ordered and never done: the queue was away, or every attempt failed. */
const LOOK_EVERY_MS = 60_000;

/** Jobs that decide what is shown, as far as they are ordered and followed here. */
export interface EditionJobs {
  on(event: 'done', listener: (result: EditionResult) => void): () => void;
  orderViews(recordingId: RecordingId, edition: NumberedEdition): Promise<void>;
  orderErasure(recordingId: RecordingId, seatId: SeatId): Promise<void>;
  orderFacts(recordingId: RecordingId): Promise<void>;
}

export interface ProductionOrders {
  on(event: 'muxed', listener: (result: MuxResult) => void): () => void;
  addProduce(job: ProduceJob): Promise<void>;
  cancelProduce(recordingId: RecordingId): Promise<void>;
}

export interface EditionFollowerOptions {
  readonly recordings: RecordingStore;
  readonly editions: EditionStore;
  readonly jobs: EditionJobs;
  readonly production: ProductionOrders;
  readonly gate: Pick<WatchGate, 'forget'>;
  readonly keepChapters: KeepChapters;
  readonly log: Log;
}

/**
 * Sees to it that of every recording there is what may be shown: orders the views of editions that leave something out, and erasures, and takes down when they are done. An order that was lost is
 * found missing and made again; nothing is shown meanwhile.
 */
export class EditionFollower {
  readonly #options: EditionFollowerOptions;
  readonly #unsubscribe: readonly (() => void)[];
  readonly #looking: NodeJS.Timeout;
  readonly #running = new Set<Promise<void>>();

  constructor(options: EditionFollowerOptions) {
    this.#options = options;
    const { jobs, production } = options;
    this.#unsubscribe = [
      jobs.on('done', (result) => this.#run(result.recordingId, () => this.#onDone(result))),
      production.on('muxed', ({ recordingId, final }) => {
        if (final) this.#run(recordingId, () => this.#orderMissing(recordingId));
      }),
    ];
    this.#looking = setInterval(() => void this.catchUp(), LOOK_EVERY_MS);
  }

  /** Orders what is missing. Never throws: it comes again. */
  async catchUp(): Promise<void> {
    const { editions, jobs, log } = this.#options;
    try {
      for (const { recordingId, seatId } of await editions.listOpenErasures()) {
        await jobs.orderErasure(recordingId, seatId);
      }
      for (const recording of await editions.listWithoutViews()) await this.#orderViews(recording);
    } catch (error) {
      log.warn({ err: error }, 'editions are looked after later');
    }
  }

  /** Another edition counts: its views and its film are made. */
  async apply(recording: Recording): Promise<void> {
    const { recordingId } = recording;
    this.#options.gate.forget(recordingId);
    if (recording.phase === 'recording' || recording.phase === 'finishing') return;
    await this.#options.keepChapters(recording);
    await this.#orderViews(recording);
    await this.#orderFilm(recordingId);
  }

  /** @throws AppError `unavailable`; then it is ordered later. */
  async erase(recordingId: RecordingId, seatId: SeatId): Promise<void> {
    const { gate, jobs, production } = this.#options;
    gate.forget(recordingId);
    await production.cancelProduce(recordingId);
    await jobs.orderErasure(recordingId, seatId);
  }

  /** @throws AppError `unavailable`. */
  orderFacts(recordingId: RecordingId): Promise<void> {
    return this.#options.jobs.orderFacts(recordingId);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.allSettled(this.#running);
  }

  async #onDone(result: EditionResult): Promise<void> {
    const { recordings, editions, gate, keepChapters } = this.#options;
    const { recordingId } = result;
    if (result.kind === 'views') {
      const { version, index: indexKey } = result;
      const durationMs = Math.round(result.durationUs / US_PER_MS);
      await editions.markViews(recordingId, { version, indexKey, durationMs });
      gate.forget(recordingId);
      const shown = await recordings.recording(recordingId);
      if (shown !== undefined) await keepChapters(shown);
    }
    if (result.kind !== 'erase') return;
    await editions.markErased(recordingId, result.seatId, Date.now());
    gate.forget(recordingId);
    const recording = await recordings.recording(recordingId);
    if (recording !== undefined && !recording.edition.isErasing) await this.apply(recording);
  }

  async #orderMissing(recordingId: RecordingId): Promise<void> {
    const recording = await this.#options.recordings.recording(recordingId);
    if (recording === undefined) return;
    // The step after class is followed elsewhere at the same time: what it makes playable may not be written down yet.
    const { viewsIndexKey } = recording;
    await this.#orderViews({ ...recording, viewsIndexKey: viewsIndexKey ?? '', phase: 'playable' });
  }

  async #orderViews(recording: Recording): Promise<void> {
    if (!lacksViews(recording)) return;
    const { version, edition } = recording.edition;
    await this.#options.jobs.orderViews(recording.recordingId, { version, edition });
  }

  /** One that is being made of another edition goes over to this one, and keeps the parts that both are made of. */
  async #orderFilm(recordingId: RecordingId): Promise<void> {
    const changed = await this.#options.recordings.markProducing(recordingId);
    await this.#options.production.addProduce(produceOrder(changed));
  }

  #run(recordingId: RecordingId, step: () => Promise<void>): void {
    const { log } = this.#options;
    const running = step().catch((error: unknown) => {
      const isPassing = isUnavailable(error);
      log[isPassing ? 'warn' : 'error']({ err: error, recordingId }, 'an edition could not be followed, looking later');
    });
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }
}
