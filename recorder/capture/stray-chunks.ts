import { crc32 } from 'node:zlib';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { objectKeys, parseRawChunkName } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { ChunkHeader } from '../packet-log/format.ts';
import { scanChunk } from '../packet-log/sealed-chunk.ts';
import type { ManifestNote } from './manifest-notes.ts';
import type { TrackFacts } from './recording-file.ts';

const NEWLINE = 10;

/**
 * Chunks and event files in the store that the manifest does not list: a capture that lost the recording to another one may store, but not write the manifest.
 *
 * @throws what the store throws.
 */
export async function findStrays(
  objects: ObjectStore,
  manifests: ManifestStore,
  recordingId: RecordingId,
  trackFacts: (header: ChunkHeader) => TrackFacts,
): Promise<readonly ManifestNote[]> {
  const manifest = await manifests.read(recordingId);
  const listed = new Set([
    ...(manifest?.events.chunks ?? []).map(({ key }) => key),
    ...(manifest?.tracks ?? []).flatMap(({ epochs }) => epochs.flatMap(({ chunks }) => chunks.map(({ key }) => key))),
  ]);
  const notes: ManifestNote[] = [];
  for await (const { key } of objects.list(objectKeys.rawPrefix(recordingId))) {
    if (listed.has(key)) continue;
    const { body } = await objects.getBuffer(key);
    notes.push(...notesOf(key, body, recordingId, trackFacts));
  }
  return notes;
}

function notesOf(
  key: string,
  body: Buffer,
  recordingId: RecordingId,
  trackFacts: (header: ChunkHeader) => TrackFacts,
): readonly ManifestNote[] {
  const eventsMatch = /\/events\/(\d+)\.jsonl$/.exec(key);
  if (eventsMatch !== null) {
    const lines = body.reduce((sum, byte) => sum + (byte === NEWLINE ? 1 : 0), 0);
    return [{ type: 'events', n: Number(eventsMatch[1]), key, lines, crc32: crc32(body) }];
  }
  const scanned = parseRawChunkName(key) === undefined ? undefined : scanChunk(body);
  if (scanned === undefined || scanned.header.recordingId !== recordingId) return [];
  const { header, ...facts } = scanned;
  const { trackId, epoch, n, producerId, ssrc, codec } = header;
  const track = trackFacts(header);
  return [
    { type: 'chunk', epoch: { track, epoch, producerId, ssrc, codec }, chunk: { n, key, ...facts }, isLate: true },
    { type: 'epochClosed', trackId, epoch },
  ];
}
