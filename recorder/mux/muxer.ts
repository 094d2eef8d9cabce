import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { MuxResult } from '../contract.ts';
import { Rolling, type RollingOptions } from './rolling.ts';

/** Recordings whose muxing state is kept in memory; of the others it is read again. */
const MAX_OPEN = 64;
/** Another process went on in the meantime: its state is read and the step done again. */
const MAX_ATTEMPTS = 3;

export interface Muxer {
  /**
   * One incremental step of the rolling mux of a recording: reads what capture has stored since the last one. `final` after class: everything is let go
   * and the index is complete. Idempotent; a step that died is simply done again; steps of one recording run one after another.
   *
   * @throws AppError `notFound` without a manifest, `unavailable` or `storageFull` from the object store, `conflict` when another process does
   *   the same recording all the time, `internal` when ffmpeg fails.
   */
  step(recordingId: RecordingId, options: { readonly final: boolean }): Promise<MuxResult>;
  /** Waits for the running steps. Idempotent. */
  close(): Promise<void>;
}

export interface MuxerOptions extends Omit<RollingOptions, 'ffmpegPath'> {
  /** Default: `ffmpeg` of the path. */
  readonly ffmpegPath?: string;
}

export function createMuxer(options: MuxerOptions): Muxer {
  return new RollingMuxer({ ...options, ffmpegPath: options.ffmpegPath ?? 'ffmpeg' });
}

class RollingMuxer implements Muxer {
  readonly #options: RollingOptions;
  readonly #open = new Map<RecordingId, Rolling>();
  readonly #queues = new Map<RecordingId, Promise<unknown>>();

  constructor(options: RollingOptions) {
    this.#options = options;
  }

  async step(recordingId: RecordingId, { final }: { readonly final: boolean }): Promise<MuxResult> {
    const before = this.#queues.get(recordingId) ?? Promise.resolve();
    const result = before.then(
      () => this.#attempt(recordingId, final),
      () => this.#attempt(recordingId, final),
    );
    this.#queues.set(recordingId, result);
    try {
      return await result;
    } finally {
      if (this.#queues.get(recordingId) === result) this.#queues.delete(recordingId);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#queues.values());
    this.#open.clear();
  }

  async #attempt(recordingId: RecordingId, final: boolean): Promise<MuxResult> {
    for (let attempt = 1; ; attempt += 1) {
      const rolling = this.#open.get(recordingId) ?? (await Rolling.create(this.#options, recordingId));
      this.#open.delete(recordingId);
      try {
        const result = await rolling.step(final);
        if (!final) this.#keep(recordingId, rolling);
        return result;
      } catch (error) {
        const isOvertaken = error instanceof AppError && error.code === 'conflict';
        if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
        this.#options.log.warn({ recordingId }, 'another process has muxed this recording: reading its state');
      }
    }
  }

  #keep(recordingId: RecordingId, rolling: Rolling): void {
    this.#open.set(recordingId, rolling);
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > MAX_OPEN && oldest !== undefined) this.#open.delete(oldest);
  }
}
