import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import type { MuxState } from './mux-state.ts';

/** What was captured before the last packet read is complete, but for what is still being repaired. */
const REPAIR_US = 1_000_000;
/** A track that is this far behind the others is silent (muted, DTX): chunks hold at most 10 s, and are soon stored. */
const SILENCE_US = 25_000_000;

/** Up to where the sound of all tracks is known, so that it can be mixed. */
export function soundLimitUs(manifest: RecordingManifest, state: MuxState, isFinal: boolean): number {
  if (isFinal) return manifest.endedAtUs ?? endOfMedia(state);
  const newestUs = Math.max(0, ...state.epochs.map(({ receivedUs }) => receivedUs));
  const latest = newestUs - SILENCE_US;
  const open = manifest.tracks
    .filter((track) => track.kind === 'audio')
    .flatMap((track) => {
      const last = track.epochs.at(-1);
      if (last === undefined || last.closed) return [];
      const known = state.epochs.find(({ trackId, epoch }) => trackId === track.trackId && epoch === last.epoch);
      const heldUs = known === undefined || known.runs.length === 0 ? latest : known.receivedUs;
      return [Math.max(heldUs - REPAIR_US, latest)];
    });
  return Math.min(newestUs - REPAIR_US, ...open);
}

function endOfMedia(state: MuxState): number {
  const ends = state.epochs.flatMap(({ runs }) => runs.flatMap(({ segments }) => segments.at(-1)?.endUs ?? 0));
  return ends.reduce((latest, end) => Math.max(latest, end), 0);
}
