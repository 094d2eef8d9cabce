import { WHOLE_EDITION, type Edition } from '../../signaling/protocol/edition.ts';
import type { RecordingEvent } from '../contract.ts';
import { SceneFinder, type Scene } from './scene.ts';
import type { SourceTrack } from './source-track.ts';
import { FRAME_US, timelineOf, type Timeline } from './timeline.ts';

/** Shorter scenes are swallowed by their neighbour: nobody sees them, and each costs a run of ffmpeg. */
const MIN_CUT_FRAMES = 2;
/** A cut is a job: small enough to be repeated without much loss. */
const MAX_CUT_US = 5 * 60 * 1_000_000;

/** A run of the finished lesson during which the same places show the same tracks. */
export interface Cut {
  readonly sessionStartUs: number;
  readonly outputStartUs: number;
  readonly frames: number;
  readonly scene: Scene;
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
): EditList {
  const timeline = timelineOf(events, sessionEndUs, edition.leftOut);
  const finder = new SceneFinder(tracks, events);
  const changesUs = finder.changesUs;
  const cuts = timeline.ranges.flatMap((range) => {
    const frames = range.durationUs / FRAME_US;
    const starts = changesUs
      .map((atUs) => Math.round((atUs - range.sessionStartUs) / FRAME_US))
      .filter((frame) => frame > 0 && frame < frames);
    const pieces = piecesOf(Array.from(new Set([0, ...starts])), frames, (frame) =>
      // The middle of the frame: rounding a change to the frame must not look on its far side.
      finder.at(range.sessionStartUs + (frame + 0.5) * FRAME_US),
    );
    return pieces
      .flatMap((piece) => split(piece))
      .map((piece) => ({
        sessionStartUs: range.sessionStartUs + piece.frame * FRAME_US,
        outputStartUs: range.outputStartUs + piece.frame * FRAME_US,
        frames: piece.frames,
        scene: piece.scene,
      }));
  });
  return { timeline, cuts };
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

function split(piece: Piece): readonly Piece[] {
  const most = MAX_CUT_US / FRAME_US;
  const parts = Math.ceil(piece.frames / most);
  // A scene of just over five minutes becomes two halves, not a long cut and a crumb.
  const each = Math.ceil(piece.frames / parts);
  return Array.from({ length: parts }, (_, index) => ({
    frame: piece.frame + index * each,
    frames: Math.min(each, piece.frames - index * each),
    scene: piece.scene,
  }));
}
