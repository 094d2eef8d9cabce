import { describe, expect, it } from 'vitest';
import { progressOf } from './progress.ts';

const begun = { prepare: 0.01, 'note:startedAtMs': 1_000, 'note:startedWith': 0.01 };
const at = (seconds: number, done: Record<string, number>) =>
  progressOf(new Map(Object.entries({ ...begun, ...done })), 1_000 + seconds * 1_000);

describe('the progress of a production', () => {
  it('sums up what everybody has done, and guesses the rest from their pace together', () => {
    expect(at(60, { 'cut:a': 0.1, 'cut:b': 0.1 })).toEqual({
      stage: 'compose',
      fraction: expect.closeTo(0.21),
      secondsLeft: 237,
    });
  });

  it('does not count what was there before as pace', () => {
    const reused = { 'note:startedWith': 0.61, 'cut:a': 0.6, 'cut:b': 0.1 };
    expect(at(60, reused).secondsLeft).toBe(174);
  });

  it('says nothing of the time left before it can be told', () => {
    expect(at(60, { 'cut:a': 0.005 }).secondsLeft).toBeNull();
  });

  it('names what is waited for: cuts, then the sound, then what comes after the parts', () => {
    expect(at(60, { 'cut:a': 0.84, 'sound:s': 0.02 }).stage).toBe('audio');
    expect(at(60, { 'cut:a': 0.84, 'sound:s': 0.06, join: 0.01 }).stage).toBe('join');
    expect(at(60, { 'cut:a': 0.84, 'sound:s': 0.06, join: 0.03, pictures: 0.02, upload: 0 }).stage).toBe('upload');
  });
});
