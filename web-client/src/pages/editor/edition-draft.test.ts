import { describe, expect, it } from 'vitest';
import { WHOLE_EDITION, type Edition } from '../../../../signaling/protocol/edition.ts';
import { TrackId } from '../../../../signaling/protocol/ids.ts';
import {
  cutAt,
  draftOf,
  isSameEdition,
  markedRange,
  NO_MARKS,
  stepDraft,
  withCut,
  withoutCut,
  withTracks,
} from './edition-draft.ts';

const S = 1e6;
const range = (fromS: number, toS: number) => ({ fromUs: fromS * S, toUs: toS * S });
const change = (edition: Edition) => ({ type: 'change', edition }) as const;

describe('the draft of an edition', () => {
  it('goes back and forth, and forgets the way forth when something else is done', () => {
    const one = withCut(WHOLE_EDITION, range(0, 5));
    const two = withCut(one, range(10, 12));
    let history = stepDraft(stepDraft(draftOf(WHOLE_EDITION), change(one)), change(two));
    history = stepDraft(history, { type: 'undo' });
    expect(history.present).toEqual(one);
    expect(stepDraft(history, { type: 'redo' }).present).toEqual(two);
    const other = stepDraft(history, change({ ...one, people: 'lecturerAndBoard' }));
    expect(stepDraft(other, { type: 'redo' })).toBe(other);
    const start = stepDraft(stepDraft(history, { type: 'undo' }), { type: 'undo' });
    expect(start.present).toEqual(WHOLE_EDITION);
  });

  it('takes what changes nothing for no step', () => {
    const history = draftOf(withCut(WHOLE_EDITION, range(0, 5)));
    expect(stepDraft(history, change(withCut(history.present, range(1, 2))))).toBe(history);
    expect(isSameEdition(history.present, { ...WHOLE_EDITION, leftOut: [range(0, 2), range(2, 5)] })).toBe(true);
  });

  it('joins cuts that touch, finds the one at an instant, and restores it', () => {
    const cuts = withCut(withCut(WHOLE_EDITION, range(10, 20)), range(15, 30));
    expect(cuts.leftOut).toEqual([range(10, 30)]);
    expect(cutAt(cuts, 29.9)).toEqual(range(10, 30));
    expect(cutAt(cuts, 30)).toBeUndefined();
    expect(withoutCut(cuts, range(10, 30)).leftOut).toEqual([]);
  });

  it('leaves tracks out and takes them back', () => {
    const [one, other] = [TrackId.parse('one'), TrackId.parse('other')];
    const without = withTracks(WHOLE_EDITION, [one, other], false);
    expect(withTracks(without, [one], true).leftOutTracks).toEqual([other]);
  });

  it('cuts from the beginning with an end alone, and to the end with a start alone', () => {
    expect(markedRange(NO_MARKS, 60)).toBe('nothing');
    expect(markedRange({ inS: null, outS: 4 }, 60)).toEqual(range(0, 4));
    expect(markedRange({ inS: 50, outS: null }, 60)).toEqual(range(50, 60));
    expect(markedRange({ inS: 5, outS: 4 }, 60)).toBe('empty');
  });
});
