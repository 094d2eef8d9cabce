import type { PlayIndex, PlayRun, PlaySegment } from '../../signaling/protocol/play-index.ts';
import type { Span } from '../produce/source/presence.ts';

/** Segments that follow each other like this are one picture that moves. */
const HOLE_US = 1_000_000;

/** A run of segments without a hole: one file for a decoder. */
export interface SlidePiece {
  readonly container: PlayRun['container'];
  readonly segments: readonly PlaySegment[];
  readonly startUs: number;
  readonly endUs: number;
  readonly isFilmed: boolean;
}

export const boardPieces = (index: PlayIndex): readonly SlidePiece[] => piecesOf(index, 'board', () => true);

/** What is shown as stills beside `pages`: the board, and the lecturer while there is none. Pure. */
export function slidePieces(index: PlayIndex, pages: readonly Span[] = []): readonly SlidePiece[] {
  const board = boardPieces(index);
  // Of a segment that a page covers in part the rest is seen.
  const isSeen = ({ startUs, endUs }: PlaySegment): boolean =>
    !pages.some(({ fromUs, toUs }) => fromUs <= startUs && endUs <= toUs);
  const isFree = (segment: PlaySegment): boolean => {
    const middleUs = (segment.startUs + segment.endUs) / 2;
    return isSeen(segment) && !board.some((piece) => middleUs >= piece.startUs && middleUs < piece.endUs);
  };
  const hasLecturer = index.views.some(({ view }) => view === 'lecturer');
  const lecturer = piecesOf(index, 'lecturer', isFree);
  const anybody = board.length === 0 && !hasLecturer ? piecesOf(index, index.views[0]?.view, isSeen) : [];
  return [...board, ...lecturer, ...anybody].toSorted((one, other) => one.startUs - other.startUs);
}

function piecesOf(
  index: PlayIndex,
  view: string | undefined,
  isWanted: (segment: PlaySegment) => boolean,
): readonly SlidePiece[] {
  const runs = index.views.find((each) => each.view === view)?.runs ?? [];
  return runs.flatMap((run) => {
    const groups: PlaySegment[][] = [];
    for (const segment of run.segments.filter((each) => isWanted(each))) {
      const last = groups.at(-1)?.at(-1);
      if (last !== undefined && segment.startUs - last.endUs <= HOLE_US) groups.at(-1)?.push(segment);
      else groups.push([segment]);
    }
    return groups.map((segments) => ({
      container: run.container,
      segments,
      startUs: segments[0]?.startUs ?? 0,
      endUs: segments.at(-1)?.endUs ?? 0,
      isFilmed: run.source === 'camera',
    }));
  });
}
