import { describe, expect, it } from 'vitest';
import { draftOf, EMPTY_DRAFT, questionOf, toggleCorrect, withKind, withoutOption } from './poll-draft.ts';

describe('a question while it is written', () => {
  const draft = { ...EMPTY_DRAFT, text: '哪一项正确？', options: ['甲', ' ', '丙', ''] };

  it('leaves out empty options and keeps the right answer on its option', () => {
    expect(questionOf(toggleCorrect(draft, 2))).toMatchObject({ options: ['甲', '丙'], correctChoices: [1] });
    expect(questionOf(toggleCorrect(toggleCorrect(draft, 2), 2))).toMatchObject({ correctChoices: [] });
    expect(questionOf({ ...draft, options: ['甲', ''] })).toBeNull();
    expect(questionOf({ ...draft, text: ' ' })).toBeNull();
  });

  it('has one right answer of one choice, several of several', () => {
    expect(toggleCorrect(toggleCorrect(draft, 0), 2).correct).toEqual([2]);
    expect(toggleCorrect(toggleCorrect(withKind(draft, 'multiple'), 2), 0).correct).toEqual([0, 2]);
  });

  it('loses no option by another kind, and the mark with the option it was on', () => {
    expect(questionOf(withKind(draft, 'trueFalse'))).toMatchObject({ options: [] });
    expect(withKind(withKind(draft, 'short'), 'single').options).toEqual(draft.options);
    expect(withoutOption(toggleCorrect(draft, 2), 1)).toMatchObject({ options: ['甲', '丙', ''], correct: [1] });
    expect(withoutOption(toggleCorrect(draft, 2), 2).correct).toEqual([]);
  });

  it('comes out of a question as it went in', () => {
    const question = questionOf({ ...withKind(draft, 'short'), correctText: '李白' });
    expect(question === null ? null : questionOf(draftOf(question))).toEqual(question);
  });
});
