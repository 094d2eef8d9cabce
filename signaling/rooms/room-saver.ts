import type { Log } from '../runtime/log.ts';
import type { Clock } from './ports.ts';

/** Longest a change waits to be saved. */
const SAVE_WITHIN_MS = 200;
const RETRY_MS = 1_000;

export interface RoomSaverOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Writes the state as it is now; `lost` when somebody else has the room. Rejects while Redis is away. */
  readonly write: () => Promise<'saved' | 'lost'>;
  readonly onLost: () => void;
}

/** Saves a room soon after it changed, one write at a time, and goes on trying: the room itself never waits for it (SPEC T2). */
export class RoomSaver {
  readonly #options: RoomSaverOptions;
  #cancel: (() => void) | null = null;
  #isWriting = false;
  #isChanged = false;
  #isClosed = false;

  constructor(options: RoomSaverOptions) {
    this.#options = options;
  }

  changed(atOnce: boolean): void {
    this.#isChanged = true;
    if (atOnce) void this.flush();
    else this.#flushIn(SAVE_WITHIN_MS);
  }

  /** Writes what has not been written. Never rejects. */
  async flush(): Promise<void> {
    if (this.#isWriting || this.#isClosed || !this.#isChanged) return;
    this.#cancel?.();
    this.#cancel = null;
    this.#isWriting = true;
    this.#isChanged = false;
    let retryInMs = SAVE_WITHIN_MS;
    try {
      if ((await this.#options.write()) === 'lost') this.#options.onLost();
    } catch (error) {
      this.#options.log.debug({ err: error }, 'room could not be saved');
      this.#isChanged = true;
      retryInMs = RETRY_MS;
    } finally {
      this.#isWriting = false;
    }
    if (this.#isChanged) this.#flushIn(retryInMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #flushIn(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancel ??= this.#options.clock.after(delayMs, () => {
      this.#cancel = null;
      void this.flush();
    });
  }
}
