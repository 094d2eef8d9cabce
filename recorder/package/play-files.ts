import type { PlaySegment } from '../../signaling/protocol/play-index.ts';
import { resolveKey } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { fetchJoined } from '../produce/source/stored-files.ts';

/** What an index names, from the store: names are relative to the index, and may lead out of its folder. */
export class PlayFiles {
  readonly #store: ObjectStore;
  readonly #indexKey: string;
  readonly #signal: AbortSignal;

  constructor(store: ObjectStore, indexKey: string, signal: AbortSignal) {
    this.#store = store;
    this.#indexKey = indexKey;
    this.#signal = signal;
  }

  /** Initialisation and segments one after another, as a file. */
  async write(segments: readonly PlaySegment[], path: string): Promise<void> {
    const names = [segments[0]?.init ?? '', ...segments.map(({ uri }) => uri)];
    const keys = names.map((name) => resolveKey(this.#indexKey, name));
    await fetchJoined(this.#store, keys, path, this.#signal);
  }
}
