import { crc32 } from 'node:zlib';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId, SeatId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { deriveAnew } from '../repair/rebuild.ts';
import { withoutSeat } from './erased-events.ts';

export interface EraseOptions {
  readonly objects: ObjectStore;
  readonly log: Log;
  readonly ffmpegPath: string;
  readonly recordingId: RecordingId;
  readonly seatId: SeatId;
  readonly nowMs: () => number;
}

/**
 * Takes a seat's tracks out of everything that is stored of a recording, and derives again what is played: the manifest first, so that nobody reads them any more, then the packet logs,
 * what happened, everything that was produced, and last the views and the mix. Each step finds what the one before has left, so a run that died is simply done again, and one
 * that is done changes nothing.
 *
 * @throws AppError `notFound` without a manifest, `conflict` while a capture holds the recording, `internal` when ffmpeg fails, and what the store throws.
 */
export async function eraseSeat(options: EraseOptions): Promise<void> {
  const { objects, recordingId } = options;
  const manifest = await markErased(options);
  for (const { trackId, seatId } of manifest.tracks) {
    if (seatId === options.seatId) await objects.deletePrefix(objectKeys.rawTrackPrefix(recordingId, trackId));
  }
  await eraseEvents(options, manifest);
  await objects.deletePrefix(objectKeys.producedPrefix(recordingId));
  await objects.deletePrefix(objectKeys.partsPrefix(recordingId));
  await objects.deletePrefix(objectKeys.packagesPrefix(recordingId));
  await deriveAnew(options);
}

async function markErased({ objects, recordingId, seatId, nowMs }: EraseOptions): Promise<RecordingManifest> {
  const erasedAtUnixMs = nowMs();
  const manifest = await new ManifestStore(objects).update(recordingId, (stored) => {
    if (stored === undefined) throw new AppError('notFound', { message: 'the recording has no manifest' });
    if (stored.state !== 'captured') throw new AppError('conflict', { message: 'the recording has not ended' });
    const erased = new Set(stored.tracks.filter((track) => track.seatId === seatId).map(({ trackId }) => trackId));
    const tracks = stored.tracks.map((track) => {
      if (!erased.has(track.trackId)) return track;
      const { schoolName: _schoolName, ...others } = track;
      return { ...others, displayName: '', epochs: [], erasedAtUnixMs: track.erasedAtUnixMs ?? erasedAtUnixMs };
    });
    const gaps = stored.gaps.filter(({ trackId }) => !erased.has(trackId));
    return { ...stored, tracks, gaps, renditions: stored.renditions.filter(({ kind }) => kind === 'views') };
  });
  if (manifest === undefined) throw new AppError('notFound');
  return manifest;
}

async function eraseEvents({ objects, recordingId, seatId }: EraseOptions, manifest: RecordingManifest): Promise<void> {
  const trackIds = new Set(manifest.tracks.filter((track) => track.seatId === seatId).map(({ trackId }) => trackId));
  const rewritten = new Map<string, { readonly lines: number; readonly crc32: number }>();
  for (const { key } of manifest.events.chunks) {
    const kept = withoutSeat((await objects.getBuffer(key)).body.toString('utf8'), seatId, trackIds);
    const body = Buffer.from(kept.map((line) => `${line}\n`).join(''));
    await objects.put(key, body);
    rewritten.set(key, { lines: kept.length, crc32: crc32(body) });
  }
  await new ManifestStore(objects).update(recordingId, (stored) => {
    if (stored === undefined) return undefined;
    const chunks = stored.events.chunks.map((chunk) => ({ ...chunk, ...rewritten.get(chunk.key) }));
    return { ...stored, events: { chunks } };
  });
}
