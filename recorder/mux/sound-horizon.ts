import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import type { MuxState } from './mux-state.ts';
import { REPAIR_US } from './sequence.ts';

/** What was captured so long before the last packet came is complete: it has been on its way, and its holes are repaired or given up. */
const COMPLETE_US = REPAIR_US + 500_000;
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
      return [Math.max(heldUs - COMPLETE_US, latest)];
    });
  return Math.min(newestUs - COMPLETE_US, ...open);
}

function endOfMedia(state: MuxState): number {
  const ends = state.epochs.flatMap(({ runs }) => runs.flatMap(({ segments }) => segments.at(-1)?.endUs ?? 0));
  return ends.reduce((latest, end) => Math.max(latest, end), 0);
}
