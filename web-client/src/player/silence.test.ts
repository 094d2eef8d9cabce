import { describe, expect, it } from 'vitest';
import { findSilences, LEVEL_STEP_S, levelsOf, silenceLimitDb } from './silence.ts';

const SPEECH_DB = -22;
const steps = (seconds: number, level: number): number[] =>
  Array.from({ length: Math.round(seconds / LEVEL_STEP_S) }, () => level);
const rounded = (ranges: ReturnType<typeof findSilences>) =>
  ranges.map(({ fromS, toS }) => [Math.round(fromS * 100) / 100, Math.round(toS * 100) / 100]);

describe('silence of a lesson', () => {
  it('is found where nobody speaks, with a margin around the speech, and not in a breath', () => {
    const levels = [
      ...steps(3, SPEECH_DB),
      ...steps(4, -70),
      ...steps(2, SPEECH_DB),
      ...steps(1, -70),
      ...steps(2, SPEECH_DB),
    ];
    expect(rounded(findSilences([{ startS: 10, levels }]))).toEqual([[13.25, 16.75]]);
  });

  it('goes on over the border of two pieces and over a short noise', () => {
    const first = { startS: 0, levels: [...steps(2, SPEECH_DB), ...steps(2, -70)] };
    const second = {
      startS: 4,
      levels: [...steps(1, -70), ...steps(0.1, -30), ...steps(2, -70), ...steps(2, SPEECH_DB)],
    };
    expect(rounded(findSilences([first, second]))).toEqual([[2.25, 6.85]]);
  });

  it('takes no hole between two pieces for silence', () => {
    const first = { startS: 0, levels: [...steps(2, SPEECH_DB), ...steps(1, -70)] };
    const second = { startS: 60, levels: [...steps(1, -70), ...steps(2, SPEECH_DB)] };
    expect(findSilences([first, second])).toEqual([]);
  });

  it('knows the noise of a room, and does not take a soft voice for it', () => {
    const noisy = { startS: 0, levels: [...steps(4, -45), ...steps(8, SPEECH_DB)] };
    expect(silenceLimitDb([noisy])).toBeCloseTo(-42);
    const soft = { startS: 0, levels: [...steps(4, -58), ...steps(8, -40)] };
    expect(silenceLimitDb([soft])).toBe(-60);
  });

  it('measures a sine by its power', () => {
    const rate = 8_000;
    const sine = Float32Array.from({ length: rate }, (_, at) => 0.1 * Math.sin((2 * Math.PI * 400 * at) / rate));
    const levels = levelsOf(sine, rate);
    expect(levels).toHaveLength(20);
    expect(levels[5]).toBeCloseTo(-23, 1);
    expect(levelsOf(new Float32Array(rate), rate)[0]).toBe(-100);
  });
});
