import { createHash } from 'node:crypto';
import * as z from 'zod';
import { keepsTrack, WHOLE_EDITION } from '../../../signaling/protocol/edition.ts';
import { AppError } from '../../../signaling/protocol/errors.ts';
import { SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import { MediaKind, TrackSource } from '../../../storage/objects/manifest.ts';
import { ProduceJob } from '../../contract.ts';
import { StoredRun, StoredSegment } from '../../mux/mux-state.ts';
import { BoardPage } from '../../board/board-pages.ts';
import { chaptersOf } from './chapters.ts';
import { editListOf, type Cut } from './edit-list.ts';
import { AUDIO_KBPS, LADDER } from './ladder.ts';
import { neededSegments } from '../source/needed-segments.ts';
import type { Span } from '../source/presence.ts';
import type { StoredTracks } from '../source/recording-source.ts';
import type { SourceTrack, TrackPiece } from '../source/source-track.ts';
import type { ProductionDeps } from '../production-context.ts';
import { FRAME_US, type Timeline } from './timeline.ts';

/** Parts of a part's name: to be changed with anything that changes what a cut looks like, or what the sound is like. */
const PICTURE_VERSION = 4;
const SOUND_VERSION = 4;
const HASH_CHARS = 24;

const PlannedTrack = z.object({
  trackId: TrackId,
  seatId: SeatId,
  seat: z.string(),
  displayName: z.string(),
  schoolName: z.string().exactOptional(),
  kind: MediaKind,
  source: TrackSource,
  files: z.array(
    z.object({
      startUs: z.int(),
      endUs: z.int(),
      width: z.int().exactOptional(),
      height: z.int().exactOptional(),
      container: StoredRun.shape.container,
      init: z.string(),
      segments: z.array(StoredSegment),
    }),
  ),
});

const PlannedScene = z.object({
  tiles: z.array(
    z.object({
      rect: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
      displayName: z.string(),
      schoolName: z.string().exactOptional(),
      isBoard: z.boolean(),
      trackId: TrackId.exactOptional(),
      page: BoardPage.exactOptional(),
    }),
  ),
});

const PlannedCut = z.object({
  /** Under this name its finished picture lies in the store: everything it is made of, hashed. */
  part: z.string(),
  sessionStartUs: z.number(),
  outputStartUs: z.number(),
  frames: z.int().positive(),
  scene: PlannedScene,
  isAfterGap: z.literal(true).exactOptional(),
});
export type PlannedCut = z.infer<typeof PlannedCut>;

/**
 * Everything about a film that is to be made, worked out once: whoever makes a part of it needs nothing else but the segments it names. The same
 * recording, order and edit give the same plan.
 */
export const ProductionPlan = z.object({
  job: ProduceJob,
  timeline: z.object({
    ranges: z.array(z.object({ sessionStartUs: z.number(), outputStartUs: z.number(), durationUs: z.number() })),
    durationUs: z.number(),
  }),
  cuts: z.array(PlannedCut).min(1),
  /** The sound's name. */
  sound: z.string(),
  chapters: z.array(z.object({ startUs: z.number(), endUs: z.number(), title: z.string() })),
  tracks: z.array(PlannedTrack),
});
export type ProductionPlan = z.infer<typeof ProductionPlan>;

/** What the machine that plans can do. */
type Means = Pick<ProductionDeps, 'font' | 'drawsInk'>;

/** @throws AppError `gone` when the recording is empty. */
export function planOf(job: ProduceJob, stored: StoredTracks, { font, drawsInk }: Means): ProductionPlan {
  const { edition } = job.edition ?? { edition: WHOLE_EDITION };
  const events = drawsInk ? stored.events : stored.events.filter(({ type }) => type !== 'ink');
  const tracks = stored.tracks.filter((track) => keepsTrack(edition, track));
  const { cuts, timeline } = editListOf(tracks, events, sessionEndUs(stored), edition, job.card !== undefined);
  if (cuts.length === 0) throw new AppError('gone', { message: 'the recording is empty' });
  return ProductionPlan.parse({
    job,
    timeline,
    cuts: cuts.map((cut) => ({ ...cut, part: cutName(cut, tracks, job, font?.option) })),
    sound: soundName(tracks, timeline),
    chapters: chaptersOf({ events, timeline, tracks, lessonTitle: job.title, written: edition.chapters }),
    tracks,
  });
}

/** A plan's own name: plans that differ in anything lie side by side. */
export function planName(plan: ProductionPlan): string {
  return hashOf(plan);
}

export function spanOf(cut: Cut): Span {
  return { fromUs: cut.sessionStartUs, toUs: cut.sessionStartUs + cut.frames * FRAME_US };
}

export function tracksOf(cut: Cut, tracks: ProductionPlan['tracks']): ProductionPlan['tracks'] {
  const shown = new Set(cut.scene.tiles.map((tile) => tile.trackId));
  return tracks.filter((track) => shown.has(track.trackId));
}

/** Until the end that was announced; of a recording that never got one, until the last picture or sound. */
function sessionEndUs({ manifest, tracks }: StoredTracks): number {
  const lastUs = Math.max(0, ...tracks.flatMap((track) => track.files.map((file) => file.endUs)));
  return manifest.endedAtUs ?? lastUs;
}

function cutName(
  cut: Cut,
  tracks: readonly SourceTrack<TrackPiece>[],
  job: ProduceJob,
  fontOption: string | undefined,
): string {
  const { sessionStartUs, frames, scene, isAfterGap } = cut;
  const shown = new Set(scene.tiles.map((tile) => tile.trackId));
  const pieces = tracks
    .filter((track) => shown.has(track.trackId))
    .map((track) => [track.trackId, track.files.map((piece) => contentOf(piece, spanOf(cut)))]);
  // The lesson's title is seen on the card alone.
  const title = scene.tiles.length === 0 ? [job.title, job.card] : null;
  return hashOf([
    PICTURE_VERSION,
    LADDER,
    fontOption,
    title,
    sessionStartUs,
    frames,
    scene,
    pieces,
    ...(isAfterGap === true ? ['gap'] : []),
  ]);
}

function soundName(tracks: readonly SourceTrack<TrackPiece>[], timeline: Timeline): string {
  const heard = tracks.filter((track) => track.kind === 'audio');
  const pieces = heard.map((track) => track.files.map((piece) => contentOf(piece, undefined)));
  return hashOf([SOUND_VERSION, AUDIO_KBPS, timeline.ranges, pieces]);
}

/** Segments are named by their content. */
function contentOf(piece: TrackPiece, span: Span | undefined): unknown {
  const segments = neededSegments(piece, span);
  if (segments.length === 0) return [];
  return [piece.init, piece.startUs, piece.endUs, piece.width, piece.height, segments.map((segment) => segment.uri)];
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, HASH_CHARS);
}
