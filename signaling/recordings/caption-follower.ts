import { setTimeout as sleep } from 'node:timers/promises';
import type { CaptionOrders } from '../../recorder/caption-orders.ts';
import { RecognisedCaptions, type CaptionResult } from '../../recorder/caption-jobs.ts';
import type { ObjectStore, RecordingStore } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import type { RecordingId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';
import type { RecordingCaptions } from './recording-captions.ts';

const RETRY_MS = 1_000;

export interface CaptionFollowerOptions {
  readonly orders: CaptionOrders;
  readonly recordings: Pick<RecordingStore, 'recording'>;
  readonly captions: RecordingCaptions;
  readonly objects: Pick<ObjectStore, 'getBuffer' | 'delete'>;
  readonly log: Log;
  readonly nowMs: () => number;
}

/**
 * Takes what speech recognition has made into the database, once, whoever was there when it came: the object that holds it goes when it is taken. Orders
 * captions for what was produced where the recorder offers that.
 */
export class CaptionFollower {
  readonly #options: CaptionFollowerOptions;
  readonly #unsubscribe: () => void;
  readonly #stopping = new AbortController();
  #tail = Promise.resolve();

  constructor(options: CaptionFollowerOptions) {
    this.#options = options;
    this.#unsubscribe = options.orders.onRecognised((result) => this.#follow(() => this.#take(result)));
  }

  /** Takes what came while no process was there. */
  catchUp(): void {
    this.#follow(async () => {
      for (const result of await this.#options.orders.results()) await this.#take(result);
    });
  }

  /** A film is there: captions are ordered where nobody has made any in the usual language. */
  produced(recordingId: RecordingId): void {
    this.#follow(async () => {
      const { orders, recordings, captions } = this.#options;
      const recording = await recordings.recording(recordingId);
      if (recording === undefined) return;
      await captions.refreshLines(recording);
      const offer = await orders.offer();
      const [language] = offer?.languages ?? [];
      if (offer?.isAutomatic !== true || language === undefined) return;
      if ((await captions.find(recording, language)) === undefined) await orders.order({ recordingId, language });
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#unsubscribe();
    await this.#tail;
  }

  async #take({ recordingId, language, attempt, key }: CaptionResult): Promise<void> {
    const { objects, recordings, captions, nowMs } = this.#options;
    const body = await objects.getBuffer(key).catch((error: unknown) => {
      // Somebody else has taken it, or the recording is deleted.
      if (error instanceof AppError && error.code === 'notFound') return undefined;
      throw error;
    });
    if (body === undefined) return;
    const { cues } = RecognisedCaptions.parse(JSON.parse(body.body.toString('utf8')));
    const recording = await recordings.recording(recordingId);
    if (recording !== undefined) {
      const current = await captions.find(recording, language);
      const { label, version } = current ?? { label: '', version: 0 };
      const made = { language, label, baseVersion: version, origin: 'recognition', attempt, savedBy: null } as const;
      await captions.save(recording, { ...made, savedAtMs: nowMs(), cues });
    }
    await objects.delete(key);
  }

  /** One after another; while storage is away it waits and tries again. What two processes take at once is tried again too. */
  #follow(step: () => Promise<void>): void {
    this.#tail = this.#tail.then(async () => {
      while (!this.#stopping.signal.aborted) {
        try {
          await step();
          return;
        } catch (error) {
          const isPassing = error instanceof AppError && (error.code === 'unavailable' || error.code === 'conflict');
          this.#options.log[isPassing ? 'warn' : 'error']({ err: error }, 'captions could not be taken');
          if (!isPassing) return;
          await sleep(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
        }
      }
    });
  }
}
