import { describe, expect, it } from 'vitest';
import { REPAIR_LIMIT_MS, SequenceWatch } from './sequence-watch.ts';

function watchOf(...sequences: readonly number[]): SequenceWatch {
  const watch = new SequenceWatch();
  for (const sequence of sequences) watch.handlePacket(sequence, 0);
  return watch;
}

describe('SequenceWatch', () => {
  it('reports a hole as one run once it is beyond repair, and only once', () => {
    const watch = watchOf(10, 11, 14);
    expect(watch.takeLost(REPAIR_LIMIT_MS - 1)).toEqual([]);
    expect(watch.takeLost(REPAIR_LIMIT_MS)).toEqual([{ firstSequence: 12, packets: 2 }]);
    expect(watch.takeLost(REPAIR_LIMIT_MS * 2)).toEqual([]);
  });

  it('forgets a hole that a late packet fills', () => {
    const watch = watchOf(10, 13, 11, 12, 14);
    expect(watch.takeLost(REPAIR_LIMIT_MS)).toEqual([]);
  });

  it('follows the numbers over their wrap', () => {
    const watch = watchOf(65_534, 65_535, 0, 2);
    expect(watch.takeLost(REPAIR_LIMIT_MS)).toEqual([{ firstSequence: 1, packets: 1 }]);
    expect(watchOf(65_534, 1).takeLost(REPAIR_LIMIT_MS)).toEqual([{ firstSequence: 65_535, packets: 2 }]);
  });

  it('takes a long jump as one hole and repeated packets as nothing', () => {
    const watch = watchOf(100, 100, 5_000, 5_000, 100);
    expect(watch.takeLost(0)).toEqual([{ firstSequence: 101, packets: 4_899 }]);
    expect(watch.takeLost(REPAIR_LIMIT_MS)).toEqual([]);
  });
});
