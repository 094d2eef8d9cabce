import { WHOLE_EDITION, type Edition } from '../../../signaling/protocol/edition.ts';
import type { RecordingEvent } from '../../contract.ts';
import { SceneFinder, type Scene } from './scene.ts';
import type { SourceTrack } from '../source/source-track.ts';
import { FRAME_US, timelineOf, type Timeline } from './timeline.ts';

/** Shorter scenes are swallowed by their neighbour: nobody sees them, and each costs a run of ffmpeg. */
const MIN_CUT_FRAMES = 2;
/**
 * A cut is a job, small enough to be repeated without much loss: at most five minutes. Long scenes are cut at every fourth minute of the session, not of the
 * scene, so that an edit before leaves those behind it as they were.
 */
const CUT_GRID_FRAMES = (4 * 60 * 1_000_000) / FRAME_US;
/** What the grid would cut off shorter than this stays with its neighbour. */
const MIN_GRID_FRAMES = (30 * 1_000_000) / FRAME_US;

/** How long the title stands … */
const TITLE_US = 4_000_000;
/** … but no larger a share of a short film. */
const MOST_TITLE = 0.2;
const TITLE: Scene = { tiles: [] };

/** A run of the finished lesson during which the same places show the same tracks. */
export interface Cut {
  readonly sessionStartUs: number;
  readonly outputStartUs: number;
  readonly frames: number;
  readonly scene: Scene;
  /** What lies just before it is left out: not even a picture that still stood may come from there. */
  readonly isAfterGap?: true;
}

/** The finished lesson as data. */
export interface EditList {
  readonly timeline: Timeline;
  readonly cuts: readonly Cut[];
}

/** Decides from what happened, from what was captured and what of it is left out, what is seen when. Pure: the same recording gives the same list. */
export function editListOf(
  tracks: readonly SourceTrack[],
  events: readonly RecordingEvent[],
  sessionEndUs: number,
  edition: Pick<Edition, 'leftOut'> = WHOLE_EDITION,
  hasTitle = false,
): EditList {
  const timeline = timelineOf(events, sessionEndUs, edition.leftOut);
  const titleEndUs = hasTitle ? titleUs(timeline.durationUs) : 0;
  const finder = new SceneFinder(tracks, events, sessionEndUs);
  const changesUs = finder.changesUs;
  const cuts = timeline.ranges.flatMap((range) => {
    const frames = range.durationUs / FRAME_US;
    const titleFrames = (titleEndUs - range.outputStartUs) / FRAME_US;
    const starts = changesUs
      .map((atUs) => Math.round((atUs - range.sessionStartUs) / FRAME_US))
      .filter((frame) => frame > titleFrames)
      .concat(titleFrames)
      .filter((frame) => frame > 0 && frame < frames);
    const inOrder = Array.from(new Set([0, ...starts])).sort((a, b) => a - b);
    const pieces = piecesOf(inOrder, frames, (frame) =>
      // The middle of the frame: rounding a change to the frame must not look on its far side.
      frame < titleFrames ? TITLE : finder.at(range.sessionStartUs + (frame + 0.5) * FRAME_US),
    );
    return pieces
      .flatMap((piece) => split(piece, range.sessionStartUs / FRAME_US))
      .map((piece) => ({
        sessionStartUs: range.sessionStartUs + piece.frame * FRAME_US,
        outputStartUs: range.outputStartUs + piece.frame * FRAME_US,
        frames: piece.frames,
        scene: piece.scene,
        ...(piece.frame === 0 && range.sessionStartUs > 0 ? { isAfterGap: true as const } : {}),
      }));
  });
  return { timeline, cuts };
}

/** A film's first seconds, people arriving, are seen behind a card with the lesson's title, and heard: so nothing is shifted by it. */
function titleUs(durationUs: number): number {
  return Math.min(TITLE_US, Math.floor((durationUs * MOST_TITLE) / FRAME_US) * FRAME_US);
}

interface Piece {
  readonly frame: number;
  readonly frames: number;
  readonly scene: Scene;
}

function piecesOf(starts: readonly number[], end: number, sceneAt: (frame: number) => Scene): readonly Piece[] {
  const pieces: Piece[] = [];
  let pendingFrame: number | undefined;
  starts.forEach((start, index) => {
    const until = starts[index + 1] ?? end;
    const frame = pendingFrame ?? start;
    const last = pieces.at(-1);
    const isTooShort = until - start < MIN_CUT_FRAMES;
    // A scene too short at the very beginning is swallowed by the one that follows, any other by the one before.
    if (isTooShort && last === undefined && until < end) {
      pendingFrame = frame;
      return;
    }
    pendingFrame = undefined;
    const scene = isTooShort && last !== undefined ? last.scene : sceneAt(start);
    if (last !== undefined && isSame(last.scene, scene)) {
      pieces[pieces.length - 1] = { ...last, frames: until - last.frame };
    } else {
      pieces.push({ frame, frames: until - frame, scene });
    }
  });
  return pieces;
}

function isSame(a: Scene, b: Scene): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function split(piece: Piece, rangeFrame: number): readonly Piece[] {
  const from = rangeFrame + piece.frame;
  const to = from + piece.frames;
  const starts = [from];
  for (let at = (Math.floor(from / CUT_GRID_FRAMES) + 1) * CUT_GRID_FRAMES; at < to; at += CUT_GRID_FRAMES) {
    if (at - from >= MIN_GRID_FRAMES && to - at >= MIN_GRID_FRAMES) starts.push(at);
  }
  return starts.map((start, index) => ({
    frame: start - rangeFrame,
    frames: (starts[index + 1] ?? to) - start,
    scene: piece.scene,
  }));
}
