import { describe, expect, it } from 'vitest';
import { SoundCanvas, type PlacedSound } from './sound-canvas.ts';

const PACKET = 960;

/** Stereo sine of so many packets. */
function sine(packets: number, hz: number, level: number): Int16Array {
  const sound = new Int16Array(packets * PACKET * 2);
  for (let index = 0; index < packets * PACKET; index += 1) {
    const value = Math.round(level * Math.sin((2 * Math.PI * hz * index) / 48_000));
    sound[index * 2] = value;
    sound[index * 2 + 1] = value;
  }
  return sound;
}

/** Packets that follow each other from `start`, each `length` samples of session time long. */
const placed = (packets: number, start: number, length: number = PACKET): PlacedSound[] =>
  Array.from({ length: packets }, (_, index) => ({
    offset: index * PACKET,
    count: PACKET,
    from: start + index * length,
    to: start + (index + 1) * length,
  }));

const left = (rendered: Int16Array): number[] => Array.from(rendered.filter((_, index) => index % 2 === 0));

describe('SoundCanvas', () => {
  it('places sound between two samples, stretched to session time, without a seam', () => {
    const canvas = new SoundCanvas({ from: 0, to: 48_000 });
    const length = PACKET * 1.0001;
    canvas.add(sine(50, 440, 10_000), placed(50, 100.25, length));
    const rendered = left(canvas.render());
    for (let at = 400; at < 47_000; at += 1) {
      const expected = 10_000 * Math.sin((2 * Math.PI * 440 * ((at - 100.25) / 1.0001)) / 48_000);
      expect(Math.abs((rendered[at] ?? 0) - expected)).toBeLessThan(12);
    }
  });

  it('keeps a hole silent and fades at its edges', () => {
    const canvas = new SoundCanvas({ from: 0, to: 9600 });
    const packets = placed(8, 0).filter((_, index) => index !== 3);
    canvas.add(sine(8, 1000, 10_000), packets);
    const rendered = left(canvas.render());
    expect(rendered.slice(3 * PACKET, 4 * PACKET).every((value) => value === 0)).toBe(true);
    const steps = rendered.map((value, index) => Math.abs(value - (rendered[index - 1] ?? value)));
    expect(Math.max(...steps)).toBeLessThan(1400);
  });

  it('limits the sum without clipping, and equally in two canvases that overlap', () => {
    const sounds = [440, 441, 660].map((hz) => sine(50, hz, 25_000));
    const render = (from: number, to: number): number[] => {
      const canvas = new SoundCanvas({ from, to });
      for (const sound of sounds) canvas.add(sound, placed(50, 0));
      return left(canvas.render());
    };
    const whole = render(0, 48_000);
    expect(Math.max(...whole.map(Math.abs))).toBeLessThanOrEqual(0.951 * 32_767);
    const part = render(20_480, 40_960);
    expect(part.slice(2048, 18_432)).toEqual(whole.slice(22_528, 38_912));
  });

  it('is silent before anything is added and where a pause is cut out', () => {
    const canvas = new SoundCanvas({ from: 0, to: 9600 });
    expect(canvas.isSilent).toBe(true);
    canvas.add(sine(10, 440, 10_000), placed(10, 0));
    expect(canvas.isSilent).toBe(false);
    canvas.silence({ from: 960, to: 1920 });
    expect(
      left(canvas.render())
        .slice(960, 1920)
        .every((value) => value === 0),
    ).toBe(true);
    canvas.silence({ from: -10, to: 10_000 });
    expect(canvas.isSilent).toBe(true);
  });
});
