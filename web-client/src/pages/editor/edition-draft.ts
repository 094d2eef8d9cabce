import { normalEdition, type Edition, type EditionRange } from '../../../../signaling/protocol/edition.ts';

const MAX_STEPS = 200;
const US_PER_S = 1e6;

/** An edition while somebody works on it, with the way back. */
export interface DraftHistory {
  readonly past: readonly Edition[];
  readonly present: Edition;
  readonly future: readonly Edition[];
}

export type DraftStep =
  | { readonly type: 'change'; readonly edition: Edition }
  | { readonly type: 'undo' | 'redo' }
  /** Begins anew, without a way back. */
  | { readonly type: 'reset'; readonly edition: Edition };

export const draftOf = (edition: Edition): DraftHistory => ({ past: [], present: normalEdition(edition), future: [] });

export function stepDraft(history: DraftHistory, step: DraftStep): DraftHistory {
  const { past, present, future } = history;
  if (step.type === 'reset') return draftOf(step.edition);
  if (step.type === 'change') {
    const edition = normalEdition(step.edition);
    if (isSameEdition(edition, present)) return history;
    return { past: [...past, present].slice(-MAX_STEPS), present: edition, future: [] };
  }
  if (step.type === 'undo') {
    const before = past.at(-1);
    return before === undefined ? history : { past: past.slice(0, -1), present: before, future: [present, ...future] };
  }
  const [next, ...rest] = future;
  return next === undefined ? history : { past: [...past, present], present: next, future: rest };
}

export const isSameEdition = (one: Edition, other: Edition): boolean =>
  JSON.stringify(normalEdition(one)) === JSON.stringify(normalEdition(other));

export const withCut = (edition: Edition, range: EditionRange): Edition =>
  normalEdition({ ...edition, leftOut: [...edition.leftOut, range] });

export const withoutCut = (edition: Edition, range: EditionRange): Edition => ({
  ...edition,
  leftOut: edition.leftOut.filter((each) => each.fromUs !== range.fromUs || each.toUs !== range.toUs),
});

export function withTracks(edition: Edition, trackIds: Edition['leftOutTracks'], isKept: boolean): Edition {
  const others = edition.leftOutTracks.filter((trackId) => !trackIds.includes(trackId));
  return { ...edition, leftOutTracks: isKept ? others : [...others, ...trackIds] };
}

export const cutAt = (edition: Edition, sessionS: number): EditionRange | undefined =>
  edition.leftOut.find(({ fromUs, toUs }) => sessionS * US_PER_S >= fromUs && sessionS * US_PER_S < toUs);

/** Where somebody has said that a cut begins or ends, in seconds of session time. */
export interface Marks {
  readonly inS: number | null;
  readonly outS: number | null;
}

export const NO_MARKS: Marks = { inS: null, outS: null };

/** An end alone cuts from the beginning, a start alone to the end. */
export function markedRange(marks: Marks, endS: number): EditionRange | 'nothing' | 'empty' {
  if (marks.inS === null && marks.outS === null) return 'nothing';
  const fromUs = Math.round((marks.inS ?? 0) * US_PER_S);
  const toUs = Math.round((marks.outS ?? endS) * US_PER_S);
  return toUs > fromUs ? { fromUs, toUs } : 'empty';
}
