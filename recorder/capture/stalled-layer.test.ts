import { describe, expect, it } from 'vitest';
import { StalledLayer } from './stalled-layer.ts';

/** A packet every `everyMs` from 0 to `toMs`. */
function flowing(layers: number, everyMs: number, toMs: number): StalledLayer {
  const stalled = new StalledLayer(layers);
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
  it('tells of a stop once for each lower layer, and again after the next packet', () => {
    const stalled = flowing(3, 50, 2_000);
    expect(stallTimes(stalled, 2_000, 6_000)).toEqual([2_400, 2_700]);
    stalled.handlePacket(6_000);
    // What was just seen to leave a hole of 4 s is given time.
    expect(stallTimes(stalled, 6_000, 10_000)).toEqual([]);
  });

  it('knows pictures that come slowly from pictures that do not come', () => {
    const stalled = flowing(2, 300, 3_000);
    expect(stallTimes(stalled, 3_000, 6_000)).toEqual([3_900]);
  });

  it('forgets a hole in time', () => {
    const stalled = new StalledLayer(2);
    stalled.handlePacket(0);
    stalled.handlePacket(1_000);
    for (let ms = 1_050; ms <= 9_000; ms += 50) stalled.handlePacket(ms);
    expect(stallTimes(stalled, 9_000, 12_000)).toEqual([9_400]);
  });

  it('says nothing before the first packet, after a pause, nor where there is one layer', () => {
    expect(stallTimes(new StalledLayer(3), 0, 5_000)).toEqual([]);
    const paused = flowing(3, 50, 1_000);
    paused.forget();
    expect(stallTimes(paused, 1_000, 5_000)).toEqual([]);
    expect(stallTimes(flowing(1, 50, 1_000), 1_000, 5_000)).toEqual([]);
  });
});
