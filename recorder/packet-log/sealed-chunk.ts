import { open, readFile, unlink } from 'node:fs/promises';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId, TrackId } from '../../signaling/protocol/ids.ts';
import { ChunkReader, type ChunkHeader } from './format.ts';

/** A chunk that is complete and durable on the local disk. */
export interface SealedChunk {
  readonly recordingId: RecordingId;
  readonly trackId: TrackId;
  readonly epoch: number;
  readonly n: number;
  readonly path: string;
  readonly bytes: number;
  readonly records: number;
  readonly firstReceivedUnixUs: number;
  readonly lastReceivedUnixUs: number;
}

/** The last part of the chunk's object key, so that a folder and a listing of the store read alike. */
export function chunkFileName(epoch: number, n: number): string {
  return `${String(epoch).padStart(4, '0')}-${String(n).padStart(6, '0')}.rtpd`;
}

export interface ScannedChunk {
  readonly header: ChunkHeader;
  readonly bytes: number;
  readonly records: number;
  readonly firstReceivedUnixUs: number;
  readonly lastReceivedUnixUs: number;
}

/** What is valid in a chunk; undefined when not one record is. */
export function scanChunk(content: Uint8Array): ScannedChunk | undefined {
  const reader = new ChunkReader(content);
  let records = 0;
  let firstReceivedUnixUs = 0;
  let lastReceivedUnixUs = 0;
  for (const { receivedUnixUs } of reader) {
    if (records === 0) firstReceivedUnixUs = receivedUnixUs;
    lastReceivedUnixUs = receivedUnixUs;
    records += 1;
  }
  if (reader.header === undefined || records === 0) return undefined;
  return { header: reader.header, bytes: reader.validBytes, records, firstReceivedUnixUs, lastReceivedUnixUs };
}

/** No head is as long as this: more cannot be what a writer left that died while writing one. */
const MAX_TORN_HEAD_BYTES = 8192;

/**
 * Makes a sealed chunk of a file whose writer died or failed: cuts it behind the last whole record. A file without any record is removed.
 *
 * @throws AppError `internal` when there are no records because the disk has damaged what was written: then the file stays as it is.
 */
export async function salvageChunk(path: string): Promise<{ chunk: SealedChunk; header: ChunkHeader } | undefined> {
  const content = await readFile(path);
  const scanned = scanChunk(content);
  if (scanned === undefined) {
    if (content.length > MAX_TORN_HEAD_BYTES) throw new AppError('internal', { message: 'a chunk is damaged' });
    await unlink(path);
    return undefined;
  }
  if (scanned.bytes < content.length) {
    const file = await open(path, 'r+');
    try {
      await file.truncate(scanned.bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
  const { header, ...facts } = scanned;
  const { recordingId, trackId, epoch, n } = header;
  return { header, chunk: { recordingId, trackId, epoch, n, path, ...facts } };
}
