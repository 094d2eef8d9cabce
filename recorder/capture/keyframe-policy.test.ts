import { describe, expect, it } from 'vitest';
import { KeyFramePolicy } from './keyframe-policy.ts';

/** Packets every 100 ms from `fromMs` on; gives the times at which a keyframe was asked for. */
function askedTimes(policy: KeyFramePolicy, fromMs: number, toMs: number, isKeyAt: (ms: number) => boolean): number[] {
  const asked: number[] = [];
  for (let ms = fromMs; ms < toMs; ms += 100) {
    policy.handlePacket(isKeyAt(ms), ms);
    if (policy.takeRequest(ms) !== undefined) asked.push(ms);
  }
  return asked;
}

describe('KeyFramePolicy', () => {
  it('asks at the start, and again each second until a keyframe comes', () => {
    const policy = new KeyFramePolicy('camera', 0);
    expect(policy.takeRequest(0)).toBe('start');
    expect(askedTimes(policy, 100, 3_000, (ms) => ms === 2_500)).toEqual([1_000, 2_000]);
    expect(policy.takeRequest(9_000)).toBeUndefined();
  });

  it('asks a camera after 10 s and a screen after 20 s without a keyframe', () => {
    for (const [source, limitMs] of [
      ['camera', 10_000],
      ['visualiser', 10_000],
      ['screen', 20_000],
    ] as const) {
      const policy = new KeyFramePolicy(source, 0);
      policy.handlePacket(true, 0);
      expect(askedTimes(policy, 100, limitMs + 100, () => false)).toEqual([limitMs]);
    }
  });

  it('asks once per second at most, whatever is lost', () => {
    const policy = new KeyFramePolicy('camera', 0);
    policy.handlePacket(true, 0);
    const asked: number[] = [];
    for (let ms = 0; ms < 5_000; ms += 50) {
      policy.handlePacket(ms % 200 === 0, ms);
      policy.want('loss');
      if (policy.takeRequest(ms) !== undefined) asked.push(ms);
    }
    expect(asked.length).toBeLessThanOrEqual(5);
    expect(asked.slice(1).every((ms, index) => ms - (asked[index] ?? 0) >= 1_000)).toBe(true);
  });

  it('does not ask a sender that sends nothing', () => {
    const policy = new KeyFramePolicy('camera', 0);
    policy.handlePacket(true, 0);
    policy.want('loss');
    expect(policy.takeRequest(30_000)).toBeUndefined();
  });
});
