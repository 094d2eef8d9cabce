import type { CaptionOrders } from '../../recorder/jobs/caption-orders.ts';
import { RecognisedCaptions, type CaptionResult } from '../../recorder/jobs/caption-jobs.ts';
import type { ObjectStore, RecordingStore } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import type { RecordingId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';
import { PatientSteps } from './patient-steps.ts';
import type { RecordingCaptions } from './recording-captions.ts';

/** One after another, of whatever recording. */
const STEP_KEY = 'captions';

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
  readonly #steps: PatientSteps;

  constructor(options: CaptionFollowerOptions) {
    this.#options = options;
    // What two processes take at once is tried again too.
    this.#steps = new PatientSteps({
      log: options.log.child({ following: 'captions' }),
      passing: ['unavailable', 'conflict'],
    });
    this.#unsubscribe = options.orders.onRecognised((result) => this.#steps.add(STEP_KEY, () => this.#take(result)));
  }

  /** Takes what came while no process was there. */
  catchUp(): void {
    this.#steps.add(STEP_KEY, async () => {
      for (const result of await this.#options.orders.results()) await this.#take(result);
    });
  }

  /** A film is there: captions are ordered where nobody has made any in the usual language. */
  produced(recordingId: RecordingId): void {
    this.#steps.add(STEP_KEY, async () => {
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
    this.#unsubscribe();
    await this.#steps.close();
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
}
