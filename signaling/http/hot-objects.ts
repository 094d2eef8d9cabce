import type { ObjectFacts, ObjectStore } from '../../storage/ports.ts';

const MIB = 1_048_576;
/** Larger ones (films as one file) are only streamed. */
const MAX_OBJECT_BYTES = 8 * MIB;
/** Smaller ones cost less to keep than to open. */
const SMALL_BYTES = 64 * 1_024;
/** So old a look at the store is taken for its state: what is deleted or grows is that late. */
const TRUST_MS = 1_000;
/** How many keys that were asked for once are remembered, to keep those that are asked for again. */
const MAX_SEEN = 4_096;

/** An object that lies in memory. */
export interface HotObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly contentType: string;
}

interface Held extends HotObject {
  lookedAtMs: number;
}

/**
 * What many viewers fetch at the same time, in memory: a class that watches a lesson together reads each segment once from the store. Bounded by bytes; what was used last is
 * kept longest; a small object is kept at once, a large one when it is asked for again.
 */
export class HotObjects {
  readonly #store: ObjectStore;
  readonly #maxBytes: number;
  readonly #nowMs: () => number;
  readonly #held = new Map<string, Held>();
  readonly #seen = new Set<string>();
  readonly #loading = new Map<string, Promise<HotObject | undefined>>();
  #bytes = 0;
  #loadingBytes = 0;

  constructor(store: ObjectStore, maxBytes: number, nowMs: () => number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
    this.#nowMs = nowMs;
  }

  /** What is in memory and was looked after just now; the way that costs nothing. */
  peek(key: string): HotObject | undefined {
    const held = this.#held.get(key);
    return held !== undefined && this.#nowMs() - held.lookedAtMs < TRUST_MS ? held : undefined;
  }

  /** The object, when it is worth keeping; undefined for one that is to be streamed, or that is not there. */
  get(key: string): Promise<HotObject | undefined> {
    const running = this.#loading.get(key);
    if (running !== undefined) return running;
    const loading = this.#look(key).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  async #look(key: string): Promise<HotObject | undefined> {
    const facts = await this.#store.stat(key);
    const held = this.#held.get(key);
    if (held !== undefined && held.etag === facts?.etag) {
      this.#held.delete(key);
      held.lookedAtMs = this.#nowMs();
      this.#held.set(key, held);
      return held;
    }
    this.#drop(key);
    if (facts === undefined || !this.#isWorthIt(key, facts)) return undefined;
    this.#loadingBytes += facts.bytes;
    try {
      const object = { ...(await this.#store.getBuffer(key)), lookedAtMs: this.#nowMs() };
      this.#keep(key, object);
      return object;
    } finally {
      this.#loadingBytes -= facts.bytes;
    }
  }

  #isWorthIt(key: string, { bytes }: ObjectFacts): boolean {
    const hasRoom = bytes <= MAX_OBJECT_BYTES && this.#loadingBytes + bytes <= this.#maxBytes;
    if (!hasRoom) return false;
    if (bytes <= SMALL_BYTES || this.#seen.has(key)) return true;
    this.#seen.add(key);
    const oldest = this.#seen.values().next().value;
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest);
    return false;
  }

  #keep(key: string, object: Held): void {
    this.#seen.delete(key);
    this.#held.set(key, object);
    this.#bytes += object.body.length;
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    this.#bytes -= held.body.length;
  }
}
