import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId, TrackId } from '../../signaling/protocol/ids.ts';
import type { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { ManifestTrack, RecordingManifest } from '../../storage/objects/manifest.ts';
import type { TrackFacts } from './recording-file.ts';

/** A start must not wait for a store that does not answer. */
const READ_TIMEOUT_MS = 1_500;

/** What the manifest tells of a recording that this process knows nothing of; `away`: the store does not answer. */
export type EarlierCapture =
  | { readonly state: 'none' }
  | { readonly state: 'away' }
  | { readonly state: 'known'; readonly manifest: RecordingManifest };

export async function readEarlierCapture(manifests: ManifestStore, recordingId: RecordingId): Promise<EarlierCapture> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<EarlierCapture>((resolve) => {
    timer = setTimeout(() => resolve({ state: 'away' }), READ_TIMEOUT_MS);
  });
  const reading = manifests.read(recordingId).then(
    (manifest): EarlierCapture => (manifest === undefined ? { state: 'none' } : { state: 'known', manifest }),
    (error: unknown): EarlierCapture => {
      if (error instanceof AppError && error.code === 'unavailable') return { state: 'away' };
      throw error;
    },
  );
  try {
    return await Promise.race([reading, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

export function factsOf(track: ManifestTrack): TrackFacts {
  const { epochs: _epochs, ...facts } = track;
  return facts;
}

export function lastEpochOf(track: ManifestTrack): number {
  return track.epochs.reduce((highest, { epoch }) => Math.max(highest, epoch), 0);
}

/** Until when each track that nobody ended was captured, by capture's clock of then. */
export function lastReceivedOf(manifest: RecordingManifest): ReadonlyMap<TrackId, number> {
  return new Map(
    manifest.tracks.flatMap(({ trackId, epochs }) => {
      const last = epochs.at(-1);
      const lastChunk = last?.chunks.at(-1);
      return last === undefined || last.closed || lastChunk === undefined
        ? []
        : [[trackId, lastChunk.lastReceivedUnixUs] as const];
    }),
  );
}

/** Until when anything was captured of it, by capture's clock of then. */
export function newestReceivedOf({ tracks, startedAtUnixUs }: RecordingManifest): number {
  const chunks = tracks.flatMap(({ epochs }) => epochs.flatMap((epoch) => epoch.chunks));
  return chunks.reduce((newest, { lastReceivedUnixUs }) => Math.max(newest, lastReceivedUnixUs), startedAtUnixUs);
}
