import { expect } from 'vitest';
import { createMuxer } from '../../../recorder/mux/muxer.ts';
import { verifyRecording } from '../../../recorder/repair/verify.ts';
import type { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import { readStoredTracks, type RecordedStream } from '../stands/capture-stand.ts';
import { readPlayIndex } from './play-files.ts';

/** Muxes what is stored, as after class; everything stored must be sound afterwards. */
export async function expectPlayable(objects: ObjectStore, recordingId: RecordingId): Promise<PlayIndex> {
  const muxer = createMuxer({ store: objects, log: createLog('outcome', 'silent') });
  await muxer.step(recordingId, { final: true });
  await muxer.close();
  const { findings } = await verifyRecording(objects, recordingId);
  expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
  const index = await readPlayIndex(objects, recordingId);
  expect(index.complete).toBe(true);
  return index;
}

/** RTP timestamps that the store has of a stream, each in as many packets as stand beside it. */
export async function storedTimestamps(
  objects: ObjectStore,
  recordingId: RecordingId,
  { producer }: RecordedStream,
): Promise<Map<number, number>> {
  const tracks = await readStoredTracks(objects, recordingId);
  const counts = new Map<number, number>();
  for (const { kind, bytes } of tracks.find(({ trackId }) => trackId === producer.trackId)?.records ?? []) {
    if (kind !== 'rtp') continue;
    const timestamp = bytes.readUInt32BE(4);
    counts.set(timestamp, (counts.get(timestamp) ?? 0) + 1);
  }
  return counts;
}

/** How much of a view, and of the sound, can be played: sums of segments, seconds. */
export function playedSeconds(segments: readonly { readonly startUs: number; readonly endUs: number }[]): number {
  return segments.reduce((sum, { startUs, endUs }) => sum + (endUs - startUs) / 1e6, 0);
}
