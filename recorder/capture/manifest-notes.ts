import type { ProducerId, TrackId } from '../../signaling/protocol/ids.ts';
import {
  MANIFEST_VERSION,
  type ManifestChunk,
  type ManifestEpoch,
  type ManifestGap,
  type ManifestTrack,
  type RecordingManifest,
  type TrackCodec,
} from '../../storage/objects/manifest.ts';
import type { RecordingGoal } from '../contract.ts';
import type { TrackFacts } from './recording-file.ts';

export interface EpochFacts {
  readonly track: TrackFacts;
  readonly epoch: number;
  readonly producerId: ProducerId;
  readonly ssrc: number;
  readonly codec: TrackCodec;
}

/** One thing that capture has to say about a recording. Saying it twice changes nothing. */
export type ManifestNote =
  /** The goal itself (title, fence) is new. */
  | { readonly type: 'goal' }
  /** A chunk is in the store. */
  | { readonly type: 'chunk'; readonly epoch: EpochFacts; readonly chunk: ManifestChunk }
  /** Nothing more comes of this epoch, all its chunks are in the store. */
  | { readonly type: 'epochClosed'; readonly trackId: TrackId; readonly epoch: number }
  | { readonly type: 'gap'; readonly gap: ManifestGap }
  | { readonly type: 'events'; readonly n: number; readonly key: string; readonly lines: number }
  | { readonly type: 'captured'; readonly endedAtUs: number };

/** The manifest with the notes worked in; what others own (renditions, clock maps) stays as it is. */
export function applyNotes(
  stored: RecordingManifest | undefined,
  goal: RecordingGoal,
  notes: readonly ManifestNote[],
): RecordingManifest {
  const manifest = structuredClone(stored) ?? emptyManifest(goal);
  manifest.title = goal.title;
  manifest.fence = goal.fence;
  for (const note of notes) applyNote(manifest, note);
  return manifest;
}

function emptyManifest(goal: RecordingGoal): RecordingManifest {
  return {
    version: MANIFEST_VERSION,
    recordingId: goal.recordingId,
    lessonId: goal.lessonId,
    roomId: goal.roomId,
    title: goal.title,
    fence: goal.fence,
    startedAtUnixUs: goal.startedAtUnixUs,
    state: 'capturing',
    tracks: [],
    events: { chunks: [] },
    gaps: [],
    renditions: [],
  };
}

function applyNote(manifest: RecordingManifest, note: ManifestNote): void {
  switch (note.type) {
    case 'goal':
      return;
    case 'chunk':
      addInOrder(epochIn(manifest, note.epoch).chunks, note.chunk);
      return;
    case 'epochClosed': {
      const track = manifest.tracks.find(({ trackId }) => trackId === note.trackId);
      const epoch = track?.epochs.find(({ epoch: number }) => number === note.epoch);
      if (epoch !== undefined) epoch.closed = true;
      return;
    }
    case 'gap':
      if (!manifest.gaps.some((gap) => isSameGap(gap, note.gap))) manifest.gaps.push(note.gap);
      return;
    case 'events':
      addInOrder(manifest.events.chunks, { n: note.n, key: note.key, lines: note.lines });
      return;
    case 'captured':
      manifest.state = 'captured';
      manifest.endedAtUs = note.endedAtUs;
  }
}

function epochIn(manifest: RecordingManifest, facts: EpochFacts): ManifestEpoch {
  const { epochs } = trackIn(manifest, facts.track);
  const known = epochs.find(({ epoch }) => epoch === facts.epoch);
  if (known !== undefined) return known;
  const { epoch, producerId, ssrc, codec } = facts;
  const added: ManifestEpoch = { epoch, producerId, ssrc, codec, chunks: [], closed: false };
  epochs.push(added);
  epochs.sort((a, b) => a.epoch - b.epoch);
  return added;
}

function trackIn(manifest: RecordingManifest, facts: TrackFacts): ManifestTrack {
  const known = manifest.tracks.find(({ trackId }) => trackId === facts.trackId);
  if (known !== undefined) return Object.assign(known, facts);
  const added: ManifestTrack = { ...facts, epochs: [] };
  manifest.tracks.push(added);
  return added;
}

function addInOrder<T extends { readonly n: number }>(list: T[], item: T): void {
  if (list.some(({ n }) => n === item.n)) return;
  list.push(item);
  list.sort((a, b) => a.n - b.n);
}

function isSameGap(a: ManifestGap, b: ManifestGap): boolean {
  return a.trackId === b.trackId && a.fromUs === b.fromUs && a.toUs === b.toUs;
}
