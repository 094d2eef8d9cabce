import { describe, expect, it } from 'vitest';
import { isWhole, keptTimes, pictureParts } from './kept-time.ts';

const S = 1e6;

describe('what is exported', () => {
  it('is everything but pauses and what was left out, in whole frames', () => {
    const leftOut = [
      { fromUs: 8 * S, toUs: 9 * S },
      { fromUs: 2 * S, toUs: 3 * S },
      { fromUs: 2.5 * S, toUs: 4 * S },
    ];
    expect(keptTimes({ durationUs: 10 * S, leftOut })).toEqual([
      { fromUs: 0, frames: 50 },
      { fromUs: 4 * S, frames: 100 },
      { fromUs: 9 * S, frames: 25 },
    ]);
    expect(keptTimes({ durationUs: 10 * S, leftOut: [{ fromUs: 9 * S, toUs: 12 * S }] })).toEqual([
      { fromUs: 0, frames: 225 },
    ]);
    expect(keptTimes({ durationUs: 0 })).toEqual([]);
  });

  it('is taken as it is stored only where nothing is left out, not even the end', () => {
    expect(isWhole({ durationUs: 10 * S })).toBe(true);
    expect(isWhole({ durationUs: 10 * S, leftOut: [{ fromUs: 10 * S, toUs: 12 * S }] })).toBe(true);
    expect(isWhole({ durationUs: 10 * S, leftOut: [{ fromUs: 9 * S, toUs: 12 * S }] })).toBe(false);
    expect(isWhole({ durationUs: 10 * S, leftOut: [{ fromUs: 0, toUs: 1 * S }] })).toBe(false);
  });

  it('shows the picture of each kept instant, nothing where there is none, and no frame of what is left out', () => {
    const pieces = [
      { fromUs: 1 * S, toUs: 3.5 * S },
      { fromUs: 5 * S, toUs: 9 * S },
    ];
    const kept = keptTimes({ durationUs: 10 * S, leftOut: [{ fromUs: 2 * S, toUs: 6 * S }] });
    const parts = pictureParts(kept, pieces).map(({ piece, seekUs, frames }) => [
      piece?.fromUs ?? null,
      seekUs,
      frames,
    ]);
    expect(parts).toEqual([
      [null, 0, 25],
      [1 * S, 0, 25],
      [5 * S, 1 * S, 75],
      [null, 0, 25],
    ]);
  });
});
