import { describe, expect, it } from 'vitest';
import { DUCKED, DuckingGain } from './ducking-gain.ts';

const RATE = 48_000;
const BLOCK = 128;

/** The gain at the end of each block of `seconds`, while a tone of `peak` is played. */
function run(gain: DuckingGain, seconds: number, peak: number): number[] {
  const blocks = Math.round((seconds * RATE) / BLOCK);
  return Array.from({ length: blocks }, (_unused, block) => {
    const played = Float32Array.from(
      { length: BLOCK },
      (_none, frame) => peak * Math.sin((2 * Math.PI * 440 * (block * BLOCK + frame)) / RATE),
    );
    const gains = new Float32Array(BLOCK);
    gain.write([played], gains);
    return gains.at(-1) ?? 0;
  });
}

describe('the gain of a microphone that is ducked', () => {
  it('leaves it as it is while nothing is played, and while a line makes its own noise', () => {
    const gain = new DuckingGain(RATE);
    expect(Math.min(...run(gain, 1, 0))).toBe(1);
    expect(Math.min(...run(gain, 1, 0.002))).toBe(1);
    gain.write([], new Float32Array(BLOCK));
    expect(run(gain, 0.1, 0).at(-1)).toBe(1);
  });

  it('is not kept down by the noise of somebody’s room, out of which a voice still stands', () => {
    const gain = new DuckingGain(RATE);
    const noise = 10 ** (-42 / 20);
    run(gain, 5, noise);
    expect(Math.min(...run(gain, 1, noise))).toBe(1);
    expect(run(gain, 0.1, noise * 10).at(-1)).toBeCloseTo(DUCKED, 5);
    // However even it is, what is loud is heard.
    run(gain, 8, 0.1);
    expect(run(gain, 1, 0.1).at(-1)).toBeCloseTo(DUCKED, 5);
  });

  it('turns it down within 30 ms, by 40 dB, without a step that clicks', () => {
    const gain = new DuckingGain(RATE);
    const gains = run(gain, 0.03, 0.1);
    expect(gains.at(-1)).toBeCloseTo(DUCKED, 5);
    const steps = gains.map((value, index) => (gains[index - 1] ?? 1) - value);
    expect(Math.max(...steps)).toBeLessThan(0.4);
    expect(20 * Math.log10(DUCKED)).toBeCloseTo(-40, 5);
  });

  it('stays down for as long as a room rings, through short pauses, and comes up again', () => {
    const gain = new DuckingGain(RATE);
    run(gain, 0.1, 0.1);
    expect(Math.max(...run(gain, 0.55, 0))).toBeCloseTo(DUCKED, 5);
    run(gain, 0.1, 0.1);
    expect(Math.max(...run(gain, 0.55, 0))).toBeCloseTo(DUCKED, 5);
    expect(run(gain, 0.2, 0).at(-1)).toBe(1);
  });
});
