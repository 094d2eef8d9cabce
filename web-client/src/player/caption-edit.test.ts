import { describe, expect, it } from 'vitest';
import { addCue, changeCue, deleteCue, mergeWithNext, parseTime, splitCue, timeText } from './caption-edit.ts';

const cue = (fromMs: number, toMs: number, text: string) => ({ fromMs, toMs, voice: '李老师', text });
const cues = [cue(1000, 3000, '同学们好。今天讲古诗'), cue(4000, 5000, 'Good'), cue(6000, 8000, 'morning')];
const texts = (list: readonly { text: string }[]) => list.map(({ text }) => text);

describe('editing captions', () => {
  it('splits at the cursor and shares the time by the length of the text', () => {
    const { cues: after, selected } = splitCue(cues, 0, 5);
    expect(after.slice(0, 2)).toEqual([cue(1000, 2000, '同学们好。'), cue(2000, 3000, '今天讲古诗')]);
    expect(selected).toBe(1);
    expect(splitCue(cues, 0, 0).cues).toBe(cues);
    expect(splitCue(cues, 1, 4).cues).toBe(cues);
  });

  it('joins with the next, with a blank only where the writing has blanks', () => {
    expect(mergeWithNext(cues, 1).cues[1]).toEqual(cue(4000, 8000, 'Good morning'));
    const chinese = [cue(0, 1000, '云对雨'), cue(1000, 2000, '雪对风')];
    expect(texts(mergeWithNext(chinese, 0).cues)).toEqual(['云对雨雪对风']);
    expect(mergeWithNext(cues, 2).cues).toBe(cues);
  });

  it('keeps the order when a beginning moves, and stays at the cue that was moved', () => {
    const { cues: after, selected } = changeCue(cues, 0, { fromMs: 5500, toMs: 7000 });
    expect(texts(after)).toEqual(['Good', '同学们好。今天讲古诗', 'morning']);
    expect(selected).toBe(1);
  });

  it('adds where there is room, and deletes', () => {
    const { cues: after, selected } = addCue(cues, 5500);
    expect(after[selected]).toEqual({ fromMs: 5500, toMs: 6000, voice: null, text: '' });
    expect(selected).toBe(2);
    expect(deleteCue(cues, 2)).toEqual({ cues: cues.slice(0, 2), selected: 1 });
    expect(deleteCue([cue(0, 1, 'a')], 0)).toEqual({ cues: [], selected: -1 });
  });

  it.each([
    ['1:02.5', 62_500],
    ['62', 62_000],
    ['0:01:02.500', 62_500],
    ['1：02，5', 62_500],
    ['1:60', undefined],
    ['abc', undefined],
    ['', undefined],
    ['-1', undefined],
  ])('reads the time %s', (text, ms) => {
    expect(parseTime(text)).toBe(ms);
  });

  it('writes times that it reads', () => {
    for (const ms of [0, 62_500, 3_599_999, 3_600_000, 7_265_043]) expect(parseTime(timeText(ms))).toBe(ms);
    expect(timeText(62_500)).toBe('1:02.500');
  });
});
