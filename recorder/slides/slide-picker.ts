import type { Span } from '../produce/source/presence.ts';

/** Looks at small grey pictures of a board, taken at a steady step, and says which of them are worth keeping. Pure. */

/** A point of the picture that differs by less is noise of the camera or the codec. */
const NOISE_LEVELS = 20;
/** A page turn, a line of writing; less is a pointer that moves. */
const CHANGED_SHARE = 0.004;
/** What has changed is taken when it has come to rest, or after this long when it does not. */
const PATIENCE_US = 4_000_000;
/** Faces and films never rest: of them a picture now and then is enough. */
const RESTLESS_GAP_US = 12_000_000;

/** One picture that could be kept. */
export interface Candidate {
  readonly atUs: number;
  /** Grey, all of the same size. */
  readonly grey: Buffer;
}

export interface PickRules {
  /** What is filmed (a face, a finished film) rather than shown (a screen): small movements mean nothing. */
  readonly isFilmed: boolean;
}

export function changedShare(one: Buffer, other: Buffer): number {
  let changed = 0;
  for (let at = 0; at < one.length; at += 1) {
    if (Math.abs((one[at] ?? 0) - (other[at] ?? 0)) > NOISE_LEVELS) changed += 1;
  }
  return changed / Math.max(one.length, 1);
}

/** Moving lecturers fill a tile of the finished film, which is 4 % of it, and seldom change half of that. */
const FILMED_FACTOR = 6;

/** Indices of the pictures to keep, in order; the first is always kept. */
export function pickSlides(candidates: readonly Candidate[], { isFilmed }: PickRules): readonly number[] {
  const share = isFilmed ? CHANGED_SHARE * FILMED_FACTOR : CHANGED_SHARE;
  const kept: number[] = [];
  let shown: Candidate | undefined;
  let changedSinceUs: number | undefined;
  for (const [index, candidate] of candidates.entries()) {
    if (shown === undefined) {
      shown = candidate;
      kept.push(index);
      continue;
    }
    if (changedShare(shown.grey, candidate.grey) < share) {
      changedSinceUs = undefined;
      continue;
    }
    changedSinceUs ??= candidate.atUs;
    const before = candidates[index - 1];
    const isAtRest = before !== undefined && changedShare(before.grey, candidate.grey) < share;
    const isLast = index === candidates.length - 1;
    const hasWaited = candidate.atUs - changedSinceUs >= PATIENCE_US;
    const isRestlessToo = candidate.atUs - shown.atUs >= RESTLESS_GAP_US;
    if (!isAtRest && !isLast && !(hasWaited && isRestlessToo)) continue;
    shown = candidate;
    changedSinceUs = undefined;
    kept.push(index);
  }
  return kept;
}

/** Runs of pictures between which something else is seen. */
export function uncovered<C extends Pick<Candidate, 'atUs'>>(
  candidates: readonly C[],
  spans: readonly Span[],
): readonly (readonly C[])[] {
  const runs: C[][] = [[]];
  for (const candidate of candidates) {
    const isCovered = spans.some(({ fromUs, toUs }) => candidate.atUs >= fromUs && candidate.atUs < toUs);
    if (!isCovered) runs.at(-1)?.push(candidate);
    else if (runs.at(-1)?.length !== 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

/** What of a line of 300 kbit/s is left for pictures beside the sound and what protocols cost. */
const BYTES_PER_SECOND = 9_000;
/** A lesson may open with several pages at once. */
const BURST_BYTES = 160_000;

interface Weighed {
  readonly atUs: number;
  readonly bytes: number;
  /** Would be missed: it comes, be it late. */
  readonly isDue?: boolean;
}

/** Whether a poor line brings a picture while it stands. */
export const isCarriedWithin = (bytes: number, us: number): boolean => bytes <= (us / 1e6) * BYTES_PER_SECOND;

/** Leaves out what would come faster than a poor line can carry it, so that what is shown is never late. */
export function withinBudget<S extends Weighed>(slides: readonly S[]): readonly S[] {
  let saved = BURST_BYTES;
  let lastUs = 0;
  return slides.filter(({ atUs, bytes, isDue }, index) => {
    saved = Math.min(BURST_BYTES, saved + ((atUs - lastUs) / 1e6) * BYTES_PER_SECOND);
    lastUs = atUs;
    if (bytes > saved && index > 0 && isDue !== true) return false;
    saved -= bytes;
    return true;
  });
}
