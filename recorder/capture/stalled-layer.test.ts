import { describe, expect, it } from 'vitest';
import { StalledLayer } from './stalled-layer.ts';

/** A packet every `everyMs` from 0 to `toMs`. */
function flowing(everyMs: number, toMs: number): StalledLayer {
  const stalled = new StalledLayer();
  for (let ms = 0; ms <= toMs; ms += everyMs) {
    expect(stalled.takeStall(ms)).toBe(false);
    stalled.handlePacket(ms);
  }
  return stalled;
}

/** When it is told, looked at ten times a second from `fromMs` on. */
function stallTimes(stalled: StalledLayer, fromMs: number, toMs: number): number[] {
  const looks = Array.from({ length: (toMs - fromMs) / 100 }, (_, index) => fromMs + index * 100);
  return looks.filter((ms) => stalled.takeStall(ms));
}

describe('StalledLayer', () => {
  it('tells of a stop once, and of the next one after it has been forgotten', () => {
    const stalled = flowing(50, 2_000);
    expect(stallTimes(stalled, 2_000, 6_000)).toEqual([2_400]);
    stalled.handlePacket(6_000);
    // What was just seen to leave a hole of 4 s is given time.
    expect(stallTimes(stalled, 6_000, 10_000)).toEqual([]);
    for (let ms = 10_050; ms <= 24_000; ms += 50) stalled.handlePacket(ms);
    expect(stallTimes(stalled, 24_000, 27_000)).toEqual([24_400]);
  });

  it('knows pictures that come slowly from pictures that do not come', () => {
    expect(stallTimes(flowing(200, 3_000), 3_000, 6_000)).toEqual([3_600]);
  });

  it('believes no stop that it may have slept through', () => {
    const stalled = flowing(50, 2_000);
    expect(stalled.takeStall(2_900)).toBe(false);
    stalled.handlePacket(2_910);
    expect(stalled.takeStall(3_000)).toBe(false);
  });

  it('says nothing before the first packet, nor after a pause', () => {
    expect(stallTimes(new StalledLayer(), 0, 5_000)).toEqual([]);
    const paused = flowing(50, 1_000);
    paused.forget();
    expect(stallTimes(paused, 1_000, 5_000)).toEqual([]);
  });
});
