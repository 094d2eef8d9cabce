import type { PlayIndex, PlaySegment } from '../../../signaling/protocol/play-index.ts';
import type { Source } from '../../../signaling/protocol/media.ts';

const S_PER_US = 1e-6;
/** Between two segments less than this is no hole: the last picture stays. */
const HOLE_S = 1;
/** Runs that touch like this may have been cut short for one another. */
const TOUCH_S = 0.1;

/** A segment with everything that a SourceBuffer has to know of it. Times are session seconds. */
export interface PlannedSegment {
  readonly uri: string;
  readonly init: string;
  readonly mimeType: string;
  readonly startS: number;
  readonly endS: number;
  readonly bytes: number;
  /** Whose picture it is, for the card in its place. */
  readonly displayName: string;
  /** Set where a run ends because another begins: later frames belong to the next one. */
  readonly cutAtS: number | undefined;
}

export interface PlannedView {
  readonly view: string;
  readonly displayName: string;
  readonly source: Source;
  /** In order, without overlap. */
  readonly segments: readonly PlannedSegment[];
}

function planned(segment: PlaySegment, mimeType: string, displayName: string, cutAtS?: number): PlannedSegment {
  const { uri, init, startUs, endUs, bytes } = segment;
  return { uri, init, mimeType, displayName, bytes, startS: startUs * S_PER_US, endS: endUs * S_PER_US, cutAtS };
}

export function planViews(index: PlayIndex): readonly PlannedView[] {
  return index.views.map(({ view, displayName, runs }) => ({
    view,
    displayName,
    source: runs[0]?.source ?? 'camera',
    segments: runs.flatMap((run, at) => {
      const nextStartUs = runs[at + 1]?.segments[0]?.startUs ?? Number.POSITIVE_INFINITY;
      return run.segments.map((segment, place) => {
        const isLast = place === run.segments.length - 1;
        const isCut = isLast && (nextStartUs - segment.endUs) * S_PER_US < TOUCH_S;
        return planned(segment, run.mimeType, run.displayName, isCut ? nextStartUs * S_PER_US : undefined);
      });
    }),
  }));
}

export function planSound(index: PlayIndex): readonly PlannedSegment[] {
  const { sound } = index;
  return sound === undefined ? [] : sound.segments.map((segment) => planned(segment, sound.mimeType, ''));
}

export interface SegmentWish {
  readonly positionS: number;
  /** How much to have in front of the playhead. */
  readonly aheadS: number;
  /** Already there, or not worth another try. */
  readonly isHeld: (segment: PlannedSegment) => boolean;
}

/** What to fetch next: the first segment from the playhead on that is not there, as far ahead as is wished. */
export function nextSegment(segments: readonly PlannedSegment[], wish: SegmentWish): PlannedSegment | undefined {
  const { positionS, aheadS, isHeld } = wish;
  return segments.find(({ endS, startS }, at, all) => {
    if (endS <= positionS || startS > positionS + aheadS) return false;
    const segment = all[at];
    return segment !== undefined && !isHeld(segment);
  });
}

export type Coverage =
  | { readonly kind: 'segment'; readonly segment: PlannedSegment }
  /** A crack between two segments: nothing to load, the last picture stays. */
  | { readonly kind: 'crack' }
  /** `before` is what was seen last, if anything was. */
  | { readonly kind: 'hole'; readonly before: PlannedSegment | undefined };

/** What there is at an instant, whether loaded or not. */
export function coverageAt(segments: readonly PlannedSegment[], positionS: number): Coverage {
  let before: PlannedSegment | undefined;
  for (const segment of segments) {
    if (segment.startS > positionS) {
      const isCrack = before !== undefined && segment.startS - before.endS < HOLE_S;
      return isCrack ? { kind: 'crack' } : { kind: 'hole', before };
    }
    if (positionS < segment.endS) return { kind: 'segment', segment };
    before = segment;
  }
  return { kind: 'hole', before };
}

/** Keep this much behind and in front of the playhead; what lies outside may leave the buffer. */
export interface KeepWindow {
  readonly fromS: number;
  readonly toS: number;
}

export function isOutside({ startS, endS }: PlannedSegment, { fromS, toS }: KeepWindow): boolean {
  return endS < fromS || startS > toS;
}
