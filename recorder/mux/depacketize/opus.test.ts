import { describe, expect, it } from 'vitest';
import { opusSamples } from './opus.ts';

describe('opusSamples', () => {
  it.each([
    ['SILK 20 ms', [0x08], 960],
    ['SILK 60 ms', [0x18], 2880],
    ['hybrid 10 ms', [0x60], 480],
    ['CELT 2.5 ms', [0x80], 120],
    ['CELT 20 ms', [0xf8], 960],
    ['two frames of CELT 20 ms', [0xf9], 1920],
    ['three frames of CELT 20 ms', [0xfb, 3], 2880],
  ])('tells the duration of %s', (_, bytes, samples) => {
    expect(opusSamples(Buffer.from(bytes))).toBe(samples);
  });

  it.each([
    ['nothing', []],
    ['a count that is missing', [0xfb]],
    ['no frame', [0xfb, 0]],
    ['more than 120 ms', [0xfb, 7]],
  ])('refuses %s', (_, bytes) => {
    expect(opusSamples(Buffer.from(bytes))).toBeUndefined();
  });
});
