import { open, type FileHandle } from 'node:fs/promises';
import { encodeRecordInto, RECORD_OVERHEAD_BYTES, type RecordKind } from './format.ts';

const SLAB_BYTES = 64 * 1024;
/** So much that is not on disk means that the disk hangs; more would endanger the process and with it every other track. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const NS_PER_US = 1000n;

/**
 * One chunk being written. `append` only copies into memory; `flush` hands what waits to the kernel in one call, `sync` makes it durable. Writes follow each
 * other, so that what is on disk is always a prefix of what was appended. After the first failure nothing more is written and every call rejects with it.
 */
export class ChunkFile {
  readonly path: string;
  /** Bytes appended, with header and overhead. */
  bytes: number;
  records = 0;
  firstReceivedUnixUs = 0;
  lastReceivedUnixUs = 0;
  #slab: Buffer;
  #slabUsed: number;
  /** Where the part of the slab begins that nobody has written yet. */
  #slabWritten = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #file: FileHandle | undefined;
  #isDirty = false;
  #work: Promise<void> = Promise.resolve();

  /** The file is created by the first flush. */
  constructor(path: string, header: Buffer) {
    this.path = path;
    this.bytes = header.length;
    this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, header.length));
    header.copy(this.#slab);
    this.#slabUsed = header.length;
    this.#waitingBytes = header.length;
  }

  /** @throws RangeError when the disk has not taken anything for so long that no more is kept. */
  append(kind: RecordKind, receivedUnixNs: bigint, bytes: Uint8Array): void {
    const size = RECORD_OVERHEAD_BYTES + bytes.length;
    if (this.#waitingBytes + size > MAX_WAITING_BYTES) throw new RangeError('The disk does not take the packet log');
    if (this.#slabUsed + size > this.#slab.length) this.#nextSlab(size);
    this.#slabUsed = encodeRecordInto(this.#slab, this.#slabUsed, kind, receivedUnixNs, bytes);
    this.#waitingBytes += size;
    this.bytes += size;
    this.lastReceivedUnixUs = Number(receivedUnixNs / NS_PER_US);
    if (this.records === 0) this.firstReceivedUnixUs = this.lastReceivedUnixUs;
    this.records += 1;
  }

  flush(): Promise<void> {
    return this.#then(async () => this.#write());
  }

  sync(): Promise<void> {
    return this.#then(async () => {
      await this.#write();
      if (!this.#isDirty) return;
      await this.#file?.datasync();
      this.#isDirty = false;
    });
  }

  /** Everything durable, the file closed. */
  async seal(): Promise<void> {
    try {
      await this.sync();
    } finally {
      await this.close();
    }
  }

  /** Without writing what waits. Idempotent. */
  async close(): Promise<void> {
    await this.#work.catch(() => undefined);
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #nextSlab(size: number): void {
    this.#takeSlab();
    this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, size));
    this.#slabUsed = 0;
    this.#slabWritten = 0;
  }

  /** The written part of a slab is never touched again, so it can go on being filled while the kernel reads. */
  #takeSlab(): void {
    if (this.#slabUsed > this.#slabWritten) this.#waiting.push(this.#slab.subarray(this.#slabWritten, this.#slabUsed));
    this.#slabWritten = this.#slabUsed;
  }

  #then(step: () => Promise<void>): Promise<void> {
    // A rejected chain skips every later step: nothing is written behind a hole.
    this.#work = this.#work.then(step);
    return this.#work;
  }

  async #write(): Promise<void> {
    this.#takeSlab();
    if (this.#waiting.length === 0) return;
    const buffers = this.#waiting;
    this.#waiting = [];
    // ext4, xfs and btrfs make the new name durable with the file's first datasync.
    this.#file ??= await open(this.path, 'ax', 0o640);
    const total = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    const { bytesWritten } = await this.#file.writev(buffers);
    if (bytesWritten < total) await this.#writeRest(Buffer.concat(buffers).subarray(bytesWritten));
    this.#waitingBytes -= total;
    this.#isDirty = true;
  }

  /** A short write announces an error; the next one names it. */
  async #writeRest(rest: Buffer): Promise<void> {
    let left = rest;
    while (left.length > 0) {
      const { bytesWritten } = (await this.#file?.write(left)) ?? { bytesWritten: left.length };
      left = left.subarray(bytesWritten);
    }
  }
}
