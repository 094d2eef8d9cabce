import { describe, expect, it } from 'vitest';
import { follow } from './follow-control.ts';

const TICK_S = 0.1;

describe('following the sound', () => {
  it('jumps when it is far off, either way', () => {
    expect(follow({ driftS: 0.31, rate: 1, isNudging: false })).toEqual({ kind: 'jump' });
    expect(follow({ driftS: -5, rate: 1, isNudging: true })).toEqual({ kind: 'jump' });
  });

  it('runs at exactly the master’s speed where nobody sees a difference', () => {
    expect(follow({ driftS: 0.01, rate: 1.5, isNudging: false })).toEqual({
      kind: 'rate',
      rate: 1.5,
      isNudging: false,
    });
  });

  it('slows down when ahead and hurries when behind', () => {
    expect(follow({ driftS: 0.1, rate: 1, isNudging: false })).toMatchObject({ rate: expect.closeTo(0.875, 3) });
    expect(follow({ driftS: -0.1, rate: 2, isNudging: false })).toMatchObject({ rate: expect.closeTo(2.25, 3) });
  });

  it.each([0.29, -0.29, 0.05, -0.02])('wears off a difference of %f s within 3 s and does not swing', (start) => {
    let driftS = start;
    let isNudging = false;
    for (let passedS = 0; passedS < 3; passedS += TICK_S) {
      const order = follow({ driftS, rate: 1, isNudging });
      if (order.kind === 'jump') throw new Error('jumped');
      isNudging = order.isNudging;
      driftS += (order.rate - 1) * TICK_S;
      expect(Math.sign(driftS) * Math.sign(start)).toBeGreaterThanOrEqual(0);
    }
    expect(Math.abs(driftS)).toBeLessThan(0.013);
  });
});
