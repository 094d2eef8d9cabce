import { describe, expect, it } from 'vitest';
import { Edition } from '../protocol/edition.ts';
import { lastTakeLost, NO_TAKES, takeRedone, takeTurned, type SavedTakes } from './takes.ts';

const TAKE_US = 1_000_000;

/** A take of which something was kept, and one that was done again, over and over. */
function redone(times: number): SavedTakes {
  let takes = NO_TAKES;
  for (let n = 0; n < times; n += 1) {
    takes = takeTurned(takes, false, 2 * n * TAKE_US);
    takes = takeRedone(takes, (2 * n + 1) * TAKE_US).takes;
  }
  return takeTurned(takes, false, 2 * times * TAKE_US);
}

describe('takes that were done again', () => {
  it('are refused when no edition would hold one more (W3)', () => {
    expect(() => takeRedone(redone(449), 899 * TAKE_US)).not.toThrow();
    expect(() => takeRedone(redone(450), 901 * TAKE_US)).toThrow('conflict');
  });

  it('with what was lost with a line fit into an edition, however often it was lost (W5)', () => {
    let takes = redone(450);
    for (let n = 0; n < 100; n += 1) {
      const atUs = (1_000 + 2 * n) * TAKE_US;
      takes = lastTakeLost(takeTurned(takes, false, atUs), atUs + 1, atUs + TAKE_US);
    }
    expect(Edition.shape.leftOut.safeParse(takes.redone).success).toBe(true);
  });
});
