import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { ProducerId, RecordingId, SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { MediaKind, TrackCodec, TrackSource } from '../../storage/objects/manifest.ts';

/**
 * The packet log: what arrived for one track, byte for byte, with the time it arrived. One chunk is one file and one object of the store.
 *
 * All integers are big-endian:
 * ```
 * chunk  = "TKRL" | u16 version | u32 headerLength | headerLength bytes of JSON (ChunkHeader) | u32 crc | record*
 * record = u32 length | u64 receivedUnixNs | u8 kind | length bytes | u32 crc
 * ```
 * A `crc` is the CRC-32 of ISO 3309 (zlib) over everything of its header or record before it. Appending is the only way a chunk changes, so a process that dies
 * leaves a readable head and at most one torn record.
 */
export const CHUNK_MAGIC = 'TKRL';
export const CHUNK_VERSION = 1;
export const CHUNK_PREAMBLE_BYTES = 10;
export const RECORD_HEAD_BYTES = 13;
export const CRC_BYTES = 4;
/** What a record costs beside its bytes. */
export const RECORD_OVERHEAD_BYTES = RECORD_HEAD_BYTES + CRC_BYTES;
/** A datagram has at most 65,507 bytes and an annotation is small; a longer length is garbage. */
export const MAX_RECORD_BYTES = 128 * 1024;
export const MAX_HEADER_BYTES = 64 * 1024;

const Nanoseconds = z.string().regex(/^\d{1,20}$/);

export const ChunkHeader = z.object({
  recordingId: RecordingId,
  trackId: TrackId,
  epoch: z.int().positive(),
  n: z.int().nonnegative(),
  kind: MediaKind,
  source: TrackSource,
  seatId: SeatId,
  codec: TrackCodec,
  ssrc: z.int().nonnegative(),
  /** RTP header extension ids (RFC 8285) by URI. */
  headerExtensions: z.record(z.string(), z.int().positive()),
  producerId: ProducerId,
  /** The same instant on capture's wall clock (unix) and on its monotonic clock; decimal, since they exceed 2^53. */
  wallUnixNs: Nanoseconds,
  monotonicNs: Nanoseconds,
});
export type ChunkHeader = z.infer<typeof ChunkHeader>;

export const RECORD_KINDS = ['rtp', 'rtcp', 'annotation'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];
const KIND_NUMBERS = { rtp: 0, rtcp: 1, annotation: 2 } as const satisfies Record<RecordKind, number>;

/** `bytes` is a view into the chunk's buffer, not a copy. */
export interface LogRecord {
  readonly kind: RecordKind;
  /** Receive time on capture's clock: the wall clock at its start plus monotonic progress, so that it never steps back. */
  readonly receivedUnixUs: number;
  readonly bytes: Buffer;
}

/**
 * How the valid part of a chunk ended: at the end of the buffer, in the middle of a record (a process died while writing), or at bytes
 * that are no record. `at` is the offset of the first byte that is not part of it.
 */
export type ChunkEnd =
  | { readonly state: 'whole' }
  | { readonly state: 'torn'; readonly at: number }
  | { readonly state: 'corrupt'; readonly at: number };

export function encodeChunkHeader(header: ChunkHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  if (json.length > MAX_HEADER_BYTES) throw new RangeError('The chunk header is too long');
  const encoded = Buffer.allocUnsafe(CHUNK_PREAMBLE_BYTES + json.length + CRC_BYTES);
  encoded.write(CHUNK_MAGIC, 0, 'latin1');
  encoded.writeUInt16BE(CHUNK_VERSION, 4);
  encoded.writeUInt32BE(json.length, 6);
  json.copy(encoded, CHUNK_PREAMBLE_BYTES);
  const end = CHUNK_PREAMBLE_BYTES + json.length;
  encoded.writeUInt32BE(crc32(encoded.subarray(0, end)), end);
  return encoded;
}

/**
 * Writes one record at `offset` of `target` and returns the offset behind it. The caller provides `RECORD_OVERHEAD_BYTES + bytes.length` bytes of room:
 * the writer fills large buffers, because an allocation for each packet is what costs most.
 */
export function encodeRecordInto(
  target: Buffer,
  offset: number,
  kind: RecordKind,
  receivedUnixNs: bigint,
  bytes: Uint8Array,
): number {
  if (bytes.length > MAX_RECORD_BYTES) throw new RangeError('The record is too long');
  target.writeUInt32BE(bytes.length, offset);
  target.writeBigUInt64BE(receivedUnixNs, offset + 4);
  target[offset + 12] = KIND_NUMBERS[kind];
  target.set(bytes, offset + RECORD_HEAD_BYTES);
  const end = offset + RECORD_HEAD_BYTES + bytes.length;
  target.writeUInt32BE(crc32(target.subarray(offset, end)), end);
  return end + CRC_BYTES;
}

export function encodeRecord(kind: RecordKind, receivedUnixNs: bigint, bytes: Uint8Array): Buffer {
  const encoded = Buffer.allocUnsafe(RECORD_OVERHEAD_BYTES + bytes.length);
  encodeRecordInto(encoded, 0, kind, receivedUnixNs, bytes);
  return encoded;
}

interface HeaderReading {
  readonly header: ChunkHeader | undefined;
  /** Offset of the first record; 0 without a header. */
  readonly bodyAt: number;
  readonly end: ChunkEnd;
}

function readHeader(chunk: Buffer): HeaderReading {
  const torn: HeaderReading = { header: undefined, bodyAt: 0, end: { state: 'torn', at: 0 } };
  const corrupt: HeaderReading = { header: undefined, bodyAt: 0, end: { state: 'corrupt', at: 0 } };
  if (chunk.length < CHUNK_PREAMBLE_BYTES) return torn;
  if (chunk.toString('latin1', 0, 4) !== CHUNK_MAGIC || chunk.readUInt16BE(4) !== CHUNK_VERSION) return corrupt;
  const length = chunk.readUInt32BE(6);
  if (length > MAX_HEADER_BYTES) return corrupt;
  const end = CHUNK_PREAMBLE_BYTES + length;
  if (chunk.length < end + CRC_BYTES) return torn;
  if (crc32(chunk.subarray(0, end)) !== chunk.readUInt32BE(end)) return corrupt;
  const header = parseHeader(chunk.toString('utf8', CHUNK_PREAMBLE_BYTES, end));
  if (header === undefined) return corrupt;
  return { header, bodyAt: end + CRC_BYTES, end: { state: 'whole' } };
}

function parseHeader(json: string): ChunkHeader | undefined {
  try {
    return ChunkHeader.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/**
 * Reads a chunk that may be torn or damaged; it never throws for what is in the buffer.
 *
 * Iterate it for the records; after (and during) the iteration `validBytes` and `end` tell how far the chunk can be trusted. It can be iterated again.
 */
export class ChunkReader implements Iterable<LogRecord> {
  /** Undefined when not even the header is whole: then there are no records. */
  readonly header: ChunkHeader | undefined;
  readonly #chunk: Buffer;
  readonly #bodyAt: number;
  readonly #headerEnd: ChunkEnd;
  #end: ChunkEnd;
  #validBytes: number;

  constructor(chunk: Uint8Array) {
    this.#chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const reading = readHeader(this.#chunk);
    this.header = reading.header;
    this.#bodyAt = reading.bodyAt;
    this.#headerEnd = reading.end;
    this.#end = reading.end;
    this.#validBytes = reading.bodyAt;
  }

  /** Offset behind the last whole record read so far: where a torn chunk is to be cut. */
  get validBytes(): number {
    return this.#validBytes;
  }

  /** Valid once the iteration has ended. */
  get end(): ChunkEnd {
    return this.#end;
  }

  *[Symbol.iterator](): Generator<LogRecord, undefined> {
    this.#end = this.#headerEnd;
    this.#validBytes = this.#bodyAt;
    if (this.header === undefined) return;
    let at = this.#bodyAt;
    while (at < this.#chunk.length) {
      const record = readRecord(this.#chunk, at);
      if (typeof record === 'string') {
        this.#end = { state: record, at };
        return;
      }
      at += RECORD_OVERHEAD_BYTES + record.bytes.length;
      this.#validBytes = at;
      yield record;
    }
  }
}

/** The record at an offset, or why there is none. */
function readRecord(chunk: Buffer, at: number): LogRecord | 'torn' | 'corrupt' {
  if (chunk.length - at < RECORD_HEAD_BYTES) return 'torn';
  const length = chunk.readUInt32BE(at);
  const kind = RECORD_KINDS[chunk.readUInt8(at + 12)];
  if (length > MAX_RECORD_BYTES || kind === undefined) return 'corrupt';
  const end = at + RECORD_HEAD_BYTES + length;
  if (chunk.length < end + CRC_BYTES) return 'torn';
  if (crc32(chunk.subarray(at, end)) !== chunk.readUInt32BE(end)) return 'corrupt';
  return { kind, receivedUnixUs: readMicroseconds(chunk, at + 4), bytes: chunk.subarray(at + RECORD_HEAD_BYTES, end) };
}

/** Nanoseconds of 64 bits in whole microseconds, exactly and without a bigint for each packet: 2^32 ns are 4,294,967 µs and 296 ns. */
function readMicroseconds(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32BE(at);
  return high * 4_294_967 + Math.floor((high * 296 + bytes.readUInt32BE(at + 4)) / 1000);
}
