import { describe, expect, it } from 'vitest';
import { BlurPace } from './blur-pace.ts';

const atFullRate = () => new BlurPace(() => 24);

/** When it was told too slow, seconds after the beginning; null: never. Every `everyMs` a picture that takes `takesMs`. */
function toldSlowAfterS(pace: BlurPace, everyMs: number, takesMs: number, forS: number, fromMs = 0): number | null {
  for (let atMs = fromMs; atMs < fromMs + forS * 1000; atMs += everyMs) {
    if (pace.isTooSlow(atMs, atMs + takesMs)) return (atMs + takesMs - fromMs) / 1000;
  }
  return null;
}

describe('the pace of blurring', () => {
  it('is kept where each picture is done before the next comes', () => {
    expect(toldSlowAfterS(atFullRate(), 42, 30, 60)).toBeNull();
  });

  it('is kept with half of the pictures', () => {
    expect(toldSlowAfterS(atFullRate(), 80, 79, 60)).toBeNull();
  });

  it('is lost after some seconds where a computer does nothing else and has too few pictures all the same', () => {
    const afterS = toldSlowAfterS(atFullRate(), 200, 198, 60);
    expect(afterS).toBeGreaterThanOrEqual(8);
    expect(afterS).toBeLessThan(10);
  });

  it('is not lost by a camera that gives few pictures in the dark', () => {
    expect(toldSlowAfterS(atFullRate(), 200, 40, 60)).toBeNull();
  });

  it('forgives a page that is busy for a moment, again and again', () => {
    const pace = atFullRate();
    for (let atMs = 0; atMs < 60_000; atMs += 10_000) {
      expect(toldSlowAfterS(pace, 200, 198, 4, atMs)).toBeNull();
      expect(toldSlowAfterS(pace, 42, 30, 6, atMs + 4_000)).toBeNull();
    }
  });

  it('does not count what the first picture takes', () => {
    const pace = atFullRate();
    expect(pace.isTooSlow(0, 12_000)).toBe(false);
    expect(toldSlowAfterS(pace, 42, 30, 60, 12_000)).toBeNull();
  });
});
