import { join } from 'node:path';
import type { ReceiveClock } from './receive-clock.ts';
import { ChunkFile } from './chunk-file.ts';
import { chunkFileName, type SealedChunk } from './sealed-chunk.ts';
import { encodeChunkHeader, type ChunkHeader, type RecordKind } from './format.ts';

const ROLL_BYTES = 8 * 1024 * 1024;

/** What all chunks of one epoch have in common. */
export type EpochHeader = Omit<ChunkHeader, 'n' | 'wallUnixNs' | 'monotonicNs'>;

export interface TrackLogOptions {
  /** Folder of the track; it exists. */
  readonly folder: string;
  readonly header: EpochHeader;
  readonly clock: ReceiveClock;
  readonly onSealed: (chunk: SealedChunk) => void;
  /** The log has stopped; this chunk may be torn, all others are sealed. Called at most once; `close` waits for it. */
  readonly onFailed: (error: unknown, chunk: FailedChunk) => Promise<void>;
}

export interface FailedChunk {
  readonly path: string;
  readonly firstReceivedUnixUs: number;
}

/**
 * The packet log of one epoch of one track: appends go to memory, `flush` (every 100–250 ms) to the kernel, `sync` (every second) to the disk, `roll` (every ≤ 10 s,
 * by itself at 8 MiB) starts the next chunk. An epoch without a packet leaves no file.
 */
export class TrackLog {
  readonly header: EpochHeader;
  readonly #options: TrackLogOptions;
  #chunk: ChunkFile | undefined;
  #nextN = 0;
  #state: 'open' | 'failed' | 'closed' = 'open';
  #bytes = 0;
  readonly #sealing = new Set<Promise<void>>();
  #lastSealed = Promise.resolve();

  constructor(options: TrackLogOptions) {
    this.#options = options;
    this.header = options.header;
  }

  /** Bytes appended over all chunks. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Receive time of the oldest record that is not in a sealed chunk. */
  get oldestOpenUnixUs(): number | undefined {
    return this.#chunk?.firstReceivedUnixUs;
  }

  append(kind: RecordKind, receivedUnixNs: bigint, bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    const chunk = (this.#chunk ??= this.#startChunk());
    const before = chunk.bytes;
    try {
      chunk.append(kind, receivedUnixNs, bytes);
    } catch (error) {
      this.#fail(error, chunk);
      return;
    }
    this.#bytes += chunk.bytes - before;
    if (chunk.bytes >= ROLL_BYTES) this.roll();
  }

  /** Never rejects: a failure goes to `onFailed`. */
  async flush(): Promise<void> {
    await this.#write((chunk) => chunk.flush());
  }

  /** Never rejects: a failure goes to `onFailed`. */
  async sync(): Promise<void> {
    await this.#write((chunk) => chunk.sync());
  }

  /** Ends the current chunk; `onSealed` follows when it, and every chunk before it, is durable. */
  roll(): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    this.#chunk = undefined;
    const n = this.#nextN;
    this.#nextN += 1;
    this.#lastSealed = this.#seal(chunk, n, this.#lastSealed);
    const sealing = this.#lastSealed.finally(() => this.#sealing.delete(sealing));
    this.#sealing.add(sealing);
  }

  /** All chunks sealed and reported, or failed and reported. Idempotent. */
  async close(): Promise<void> {
    this.roll();
    if (this.#state === 'open') this.#state = 'closed';
    await Promise.all(this.#sealing);
  }

  #startChunk(): ChunkFile {
    const { folder, header, clock } = this.#options;
    const encoded = encodeChunkHeader({
      ...header,
      n: this.#nextN,
      wallUnixNs: String(clock.nowUnixNs()),
      monotonicNs: String(clock.monotonicNs()),
    });
    return new ChunkFile(join(folder, chunkFileName(header.epoch, this.#nextN)), encoded);
  }

  async #write(step: (chunk: ChunkFile) => Promise<void>): Promise<void> {
    const chunk = this.#chunk;
    if (chunk === undefined || this.#state !== 'open') return;
    try {
      await step(chunk);
    } catch (error) {
      this.#fail(error, chunk);
    }
  }

  async #seal(chunk: ChunkFile, n: number, before: Promise<void>): Promise<void> {
    try {
      await chunk.seal();
    } catch (error) {
      this.#fail(error, chunk);
      return;
    }
    await before;
    const { recordingId, trackId, epoch } = this.header;
    const { path, bytes, records, firstReceivedUnixUs, lastReceivedUnixUs } = chunk;
    this.#options.onSealed({
      recordingId,
      trackId,
      epoch,
      n,
      path,
      bytes,
      records,
      firstReceivedUnixUs,
      lastReceivedUnixUs,
    });
  }

  #fail(error: unknown, chunk: ChunkFile): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    this.#chunk = undefined;
    const closing = chunk
      .close()
      .catch(() => undefined)
      .then(() => this.#options.onFailed(error, chunk))
      .finally(() => this.#sealing.delete(closing));
    this.#sealing.add(closing);
  }
}
