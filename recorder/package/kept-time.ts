import type { CaptionCue } from '../../signaling/protocol/captions.ts';
import type { PlayIndex } from '../../signaling/protocol/play-index.ts';

export const PACKAGE_FPS = 25;
const FRAME_US = 1e6 / PACKAGE_FPS;

/** A run of session time that is in the package, a whole number of frames long. */
export interface KeptTime {
  readonly fromUs: number;
  readonly frames: number;
}

/** What of a recording is played, in order: all but pauses and what was left out. Pure. */
export function keptTimes({
  durationUs,
  leftOut = [],
}: Pick<PlayIndex, 'durationUs' | 'leftOut'>): readonly KeptTime[] {
  const kept: KeptTime[] = [];
  let atUs = 0;
  const keepUntil = (untilUs: number): void => {
    const frames = Math.round((untilUs - atUs) / FRAME_US);
    if (frames > 0) kept.push({ fromUs: atUs, frames });
  };
  for (const { fromUs, toUs } of leftOut.toSorted((one, other) => one.fromUs - other.fromUs)) {
    if (fromUs > atUs) keepUntil(Math.min(fromUs, durationUs));
    atUs = Math.max(atUs, toUs);
  }
  if (atUs < durationUs) keepUntil(durationUs);
  return kept;
}

/** Where an instant of session time lies in the package; one that is left out, where the package goes on. Milliseconds. */
function packageMs(kept: readonly KeptTime[], sessionMs: number): number {
  const within = ({ fromUs, frames }: KeptTime): number =>
    Math.max(0, Math.min((frames * FRAME_US) / 1_000, sessionMs - fromUs / 1_000));
  return Math.round(kept.reduce((sum, run) => sum + within(run), 0));
}

/** Captions as the package plays: what lies wholly in a gap is not there, what reaches into one is shortened. */
export function packagedCues(kept: readonly KeptTime[], cues: readonly CaptionCue[]): readonly CaptionCue[] {
  return cues.flatMap((cue) => {
    const [fromMs, toMs] = [packageMs(kept, cue.fromMs), packageMs(kept, cue.toMs)];
    return toMs > fromMs ? [{ ...cue, fromMs, toMs }] : [];
  });
}

/** Nothing is left out, at the end neither, so that what is stored can be taken as it is. */
export function isWhole({ durationUs, leftOut = [] }: Pick<PlayIndex, 'durationUs' | 'leftOut'>): boolean {
  return !leftOut.some(({ fromUs, toUs }) => fromUs < Math.min(toUs, durationUs));
}

/** A moving picture without a hole, in session time. */
export interface PicturePiece {
  readonly fromUs: number;
  readonly toUs: number;
}

/** So many frames of a piece from an instant in it on, or of nothing. */
export interface PicturePart<P extends PicturePiece> {
  readonly piece: P | null;
  readonly seekUs: number;
  readonly frames: number;
}

/** The kept time, frame by frame, out of pieces that are in order and do not overlap. */
export function pictureParts<P extends PicturePiece>(
  kept: readonly KeptTime[],
  pieces: readonly P[],
): readonly PicturePart<P>[] {
  return kept.flatMap(({ fromUs, frames }) => {
    const parts: PicturePart<P>[] = [];
    let at = 0;
    const frameOf = (us: number): number => Math.max(0, Math.min(frames, Math.round((us - fromUs) / FRAME_US)));
    const add = (piece: P | null, until: number): void => {
      if (until <= at) return;
      const seekUs = piece === null ? 0 : Math.max(0, fromUs + at * FRAME_US - piece.fromUs);
      parts.push({ piece, seekUs, frames: until - at });
      at = until;
    };
    for (const piece of pieces) {
      add(null, Math.max(at, frameOf(piece.fromUs)));
      add(piece, frameOf(piece.toUs));
    }
    add(null, frames);
    return parts;
  });
}
