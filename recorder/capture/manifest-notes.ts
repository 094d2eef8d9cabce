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

export interface ManifestEvents {
  readonly n: number;
  readonly key: string;
  readonly lines: number;
  readonly crc32: number;
}

/** One thing that capture has to say about a recording. Saying it twice changes nothing. */
export type ManifestNote =
  /** The goal itself (title, fence) is new. */
  | { readonly type: 'goal' }
  /** A chunk is in the store. `isLate`: of a capture that had lost the recording, so that what it holds may have been taken for missing. */
  | { readonly type: 'chunk'; readonly epoch: EpochFacts; readonly chunk: ManifestChunk; readonly isLate?: boolean }
  /** Nothing more comes of this epoch, all its chunks are in the store. */
  | { readonly type: 'epochClosed'; readonly trackId: TrackId; readonly epoch: number }
  | { readonly type: 'gap'; readonly gap: ManifestGap }
  | ({ readonly type: 'events' } & ManifestEvents)
  | { readonly type: 'captured'; readonly endedAtUs: number };

/** Nearer than two packets of sound. */
const NO_GAP_US = 40_000;

/**
 * The manifest with the notes worked in; what others own (renditions, clock maps) stays as it is. Once a capture with a higher fence has written, the recording is that
 * one's: of an older one only what it had captured is still taken, since nothing else has it.
 */
export function applyNotes(
  stored: RecordingManifest | undefined,
  goal: RecordingGoal,
  notes: readonly ManifestNote[],
): RecordingManifest {
  const manifest = structuredClone(stored) ?? emptyManifest(goal);
  if (manifest.fence > goal.fence) {
    for (const note of notes) if (isOfPast(note)) applyNote(manifest, asLate(note));
    return manifest;
  }
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

function isOfPast({ type }: ManifestNote): boolean {
  return type !== 'goal' && type !== 'captured';
}

function asLate(note: ManifestNote): ManifestNote {
  return note.type === 'chunk' ? { ...note, isLate: true } : note;
}

function applyNote(manifest: RecordingManifest, note: ManifestNote): void {
  switch (note.type) {
    case 'goal':
      return;
    case 'chunk':
      addInOrder(epochIn(manifest, note.epoch, note.isLate === true).chunks, note.chunk);
      if (note.isLate === true) manifest.gaps = manifest.gaps.flatMap((gap) => withoutHeld(manifest, gap));
      return;
    case 'epochClosed': {
      const track = manifest.tracks.find(({ trackId }) => trackId === note.trackId);
      const epoch = track?.epochs.find(({ epoch: number }) => number === note.epoch);
      if (epoch !== undefined) epoch.closed = true;
      return;
    }
    case 'gap':
      addGap(manifest, note.gap);
      return;
    case 'events':
      addInOrder(manifest.events.chunks, { n: note.n, key: note.key, lines: note.lines, crc32: note.crc32 });
      return;
    case 'captured':
      end(manifest, note.endedAtUs);
  }
}

function end(manifest: RecordingManifest, endedAtUs: number): void {
  manifest.state = 'captured';
  manifest.endedAtUs = endedAtUs;
  // A process that died may have stored all of an epoch and not have said so.
  for (const { epochs } of manifest.tracks) for (const epoch of epochs) epoch.closed = true;
}

function addGap(manifest: RecordingManifest, gap: ManifestGap): void {
  for (const added of withoutHeld(manifest, gap)) {
    if (!manifest.gaps.some((known) => isSameGap(known, added))) manifest.gaps.push(added);
  }
}

/**
 * A capture that takes a recording over counts as missing whatever is not stored by then, from the last chunk that is. What turns out to be held by another one's chunk
 * is not; nor is what was before the first chunk of the track, since there was nothing to be missed.
 */
function withoutHeld(manifest: RecordingManifest, gap: ManifestGap): ManifestGap[] {
  if (gap.cause !== 'captureDown') return [gap];
  const epochs = manifest.tracks.find(({ trackId }) => trackId === gap.trackId)?.epochs ?? [];
  const chunks = epochs.flatMap((epoch) => epoch.chunks);
  return chunks.reduce(
    (left, chunk) => left.flatMap((piece) => cutOut(piece, spanOf(manifest, chunk), chunk === chunks[0])),
    [gap],
  );
}

function spanOf({ startedAtUnixUs }: RecordingManifest, chunk: ManifestChunk): { fromUs: number; toUs: number } {
  return { fromUs: chunk.firstReceivedUnixUs - startedAtUnixUs, toUs: chunk.lastReceivedUnixUs - startedAtUnixUs };
}

function cutOut(gap: ManifestGap, held: { fromUs: number; toUs: number }, isBeginning: boolean): ManifestGap[] {
  if (gap.toUs - held.fromUs <= NO_GAP_US || held.toUs <= gap.fromUs) return [gap];
  const before = isBeginning ? [] : [{ ...gap, toUs: Math.min(gap.toUs, held.fromUs) }];
  const behind = { ...gap, fromUs: Math.max(gap.fromUs, held.toUs) };
  return [...before, behind].filter(({ fromUs, toUs }) => toUs - fromUs > NO_GAP_US);
}

function epochIn(manifest: RecordingManifest, facts: EpochFacts, isLate: boolean): ManifestEpoch {
  const { epochs } = trackIn(manifest, facts.track, isLate);
  const known = epochs.find(({ epoch }) => epoch === facts.epoch);
  if (known !== undefined) return known;
  const { epoch, producerId, ssrc, codec } = facts;
  const added: ManifestEpoch = { epoch, producerId, ssrc, codec, chunks: [], closed: manifest.state === 'captured' };
  epochs.push(added);
  epochs.sort((a, b) => a.epoch - b.epoch);
  return added;
}

function trackIn(manifest: RecordingManifest, facts: TrackFacts, isLate: boolean): ManifestTrack {
  const known = manifest.tracks.find(({ trackId }) => trackId === facts.trackId);
  if (known !== undefined) return isLate ? known : Object.assign(known, facts);
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
