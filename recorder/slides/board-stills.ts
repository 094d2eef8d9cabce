import { mergeRanges } from '../../signaling/protocol/edition.ts';
import type { PlayIndex } from '../../signaling/protocol/play-index.ts';
import type { WrittenInk } from '../board/board-ink.ts';
import type { BoardPage, ShownPage } from '../board/board-pages.ts';
import { keptSpans } from '../edition/kept-spans.ts';
import type { Span } from '../produce/source/presence.ts';
import { boardPieces } from './slide-sources.ts';

/** A page as it looks for a while, with what is written on it then. */
export interface BoardStill extends Span {
  readonly page: BoardPage;
  /** For how long the page is all that is on the board, however much is written meanwhile. */
  readonly shown: Span;
}

/**
 * Which page is on the board when, wherever nothing moves there and nothing is left out. Each stretch is looked at by itself: what is written within something that is left out is seen behind
 * it, as in the film, but not before it. Pure.
 */
export function boardStills(pages: readonly ShownPage[], ink: WrittenInk, index: PlayIndex): readonly BoardStill[] {
  const moving = boardPieces(index).map(({ startUs, endUs }) => ({ fromUs: startUs, toUs: endUs }));
  const elsewhere = mergeRanges([...moving, ...(index.leftOut ?? [])]);
  return pages.flatMap(({ page, span }) =>
    keptSpans(Math.max(0, span.fromUs), Math.min(span.toUs, index.durationUs), elsewhere).flatMap((shown) =>
      stillsOf(page, shown, ink),
    ),
  );
}

function stillsOf(page: BoardPage, shown: Span, ink: WrittenInk): readonly BoardStill[] {
  const steps = ink.stepsOf(page, shown);
  const looks = steps.length === 0 ? [{ fromUs: shown.fromUs, value: undefined }] : steps;
  const changes = looks.filter(({ value }, at) => at === 0 || value !== looks[at - 1]?.value);
  return changes.map(({ fromUs, value }, at) => ({
    page: value === undefined ? page : { ...page, ink: value },
    fromUs,
    toUs: changes[at + 1]?.fromUs ?? shown.toUs,
    shown,
  }));
}
