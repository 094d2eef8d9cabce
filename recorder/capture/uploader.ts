import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ObjectStore } from '../../storage/ports.ts';

const CONCURRENCY = 4;
const FIRST_RETRY_MS = 250;
const RETRY_CAP_MS = 5_000;

export interface Upload {
  readonly key: string;
  readonly path: string;
  readonly contentType: string;
  /** Receive time of the oldest byte in it. */
  readonly oldestUnixUs: number;
  /** The store has confirmed the object; the local file may go. */
  readonly onStored: () => void;
  /** The local file is gone, or another object sits under its key: it will never be stored. */
  readonly onRefused: () => void;
}

export interface UploaderOptions {
  readonly store: ObjectStore;
  readonly log: Log;
  readonly onAway?: () => void;
}

/**
 * Brings finished files to the object store, oldest first, for ever: while the store is away they wait on disk. An object is confirmed when the store, asked again,
 * knows it with the same length and ETag. Nothing is ever overwritten.
 */
export class Uploader {
  readonly #options: UploaderOptions;
  readonly #queue: Upload[] = [];
  readonly #active = new Set<Upload>();
  readonly #stop = new AbortController();
  #failures = 0;

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  /** The store did not take the last file offered. */
  get isAway(): boolean {
    return this.#failures > 0;
  }

  get waiting(): number {
    return this.#queue.length + this.#active.size;
  }

  get oldestUnixUs(): number | undefined {
    const times = [...this.#active, ...this.#queue].map((upload) => upload.oldestUnixUs);
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  }

  add(upload: Upload): void {
    this.#queue.push(upload);
    this.#fill();
  }

  /** What is not stored stays on disk for the next start. */
  close(): void {
    this.#stop.abort();
    this.#queue.length = 0;
  }

  #fill(): void {
    // While the store is away one file at a time is the probe.
    const limit = this.isAway ? 1 : CONCURRENCY;
    while (this.#active.size < limit && !this.#stop.signal.aborted) {
      const upload = this.#queue.shift();
      if (upload === undefined) return;
      this.#active.add(upload);
      void this.#run(upload).finally(() => {
        this.#active.delete(upload);
        this.#fill();
      });
    }
  }

  async #run(upload: Upload): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        const isStored = await this.#store(upload);
        if (this.#failures > 0) this.#options.log.info({ failures: this.#failures }, 'object store is back');
        this.#failures = 0;
        if (isStored) upload.onStored();
        else upload.onRefused();
        return;
      } catch (error) {
        this.#handleFailure(error, upload);
        const delayMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt, 10), RETRY_CAP_MS);
        await sleep(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  #handleFailure(error: unknown, upload: Upload): void {
    this.#failures += 1;
    if (this.#failures > 1) return;
    this.#options.log.warn({ err: error, key: upload.key }, 'object store is away');
    this.#options.onAway?.();
  }

  async #store(upload: Upload): Promise<boolean> {
    const { store, log } = this.#options;
    const body = await readFile(upload.path).catch((error: unknown) => {
      log.error({ err: error, key: upload.key }, 'a file to be stored cannot be read');
      return undefined;
    });
    if (body === undefined) return false;
    try {
      const { etag } = await store.put(upload.key, body, { ifNoneMatch: '*', contentType: upload.contentType });
      const facts = await store.stat(upload.key);
      if (facts?.bytes === body.length && facts.etag === etag) return true;
      throw new AppError('unavailable', { message: 'the object store does not confirm an object' });
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'conflict')) throw error;
      return this.#isSameObject(upload.key, body);
    }
  }

  /** An earlier attempt may have arrived without its answer coming back. */
  async #isSameObject(key: string, body: Buffer): Promise<boolean> {
    const stored = await this.#options.store.getBuffer(key);
    if (stored.body.equals(body)) return true;
    this.#options.log.error({ key, bytes: body.length }, 'another object has this key; the file stays on disk');
    return false;
  }
}
