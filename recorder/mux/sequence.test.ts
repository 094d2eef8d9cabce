import { describe, expect, it } from 'vitest';
import { SequenceBuffer, type Sequenced } from './sequence.ts';

interface Seen {
  readonly extended: number;
  readonly afterLoss: boolean;
  readonly onItsWayUs: number;
}

function buffer(expected?: number): {
  seen: Seen[];
  push: (sequence: number, receivedMs: number) => void;
  flush: () => void;
} {
  const seen: Seen[] = [];
  const own = new SequenceBuffer<Sequenced>((_, placed) => seen.push(placed), expected);
  const push = (sequence: number, receivedMs: number): void =>
    own.push({ sequence: sequence & 0xffff, receivedUs: receivedMs * 1000 });
  return { seen, push, flush: () => own.flush() };
}

const numbers = (seen: readonly Seen[]): number[] => seen.map(({ extended }) => extended);
const losses = (seen: readonly Seen[]): number[] => numbers(seen.filter(({ afterLoss }) => afterLoss));

describe('SequenceBuffer', () => {
  it('sorts shuffled packets, drops duplicates and extends numbers over their wrap', () => {
    const { seen, push, flush } = buffer();
    const sent = Array.from({ length: 2000 }, (_, index) => 65_000 + index);
    let seed = 1;
    const jitter = (): number => (seed = (seed * 48_271) % 2_147_483_647) % 100;
    const arriving = sent
      .map((sequence, index) => ({ sequence, ms: index + jitter() }))
      .toSorted((a, b) => a.ms - b.ms);
    for (const { sequence, ms } of arriving) {
      push(sequence, ms);
      if (sequence % 7 === 0) push(sequence, ms + 1);
    }
    flush();
    const first = seen[0]?.extended ?? 0;
    expect(numbers(seen)).toEqual(sent.filter((sequence) => sequence >= first));
    expect(losses(seen)).toEqual([first]);
    expect(first).toBeLessThan(65_100);
  });

  it('waits 2 s for a late packet and no longer', () => {
    const patient = buffer(10);
    patient.push(11, 0);
    patient.push(12, 1_999);
    patient.push(10, 2_000);
    expect(numbers(patient.seen)).toEqual([10, 11, 12]);
    expect(losses(patient.seen)).toEqual([]);
    const late = buffer(10);
    late.push(11, 0);
    late.push(12, 2_001);
    late.push(10, 2_002);
    expect(numbers(late.seen)).toEqual([11, 12]);
    expect(losses(late.seen)).toEqual([11]);
  });

  it('tells when a repaired packet was on its way: no later than what was sent after it came', () => {
    const { seen, push, flush } = buffer(10);
    push(10, 0);
    push(13, 30);
    push(15, 50);
    push(12, 1_500);
    push(11, 1_900);
    push(16, 1_910);
    flush();
    expect(seen.map(({ extended, onItsWayUs }) => [extended, onItsWayUs / 1_000])).toEqual([
      [10, 0],
      [11, 30],
      [12, 30],
      [13, 30],
      [15, 50],
      [16, 1_910],
    ]);
  });

  it('marks each of several holes', () => {
    const { seen, push, flush } = buffer(0);
    for (const sequence of [0, 2, 3, 6]) push(sequence, sequence);
    flush();
    expect(numbers(seen)).toEqual([0, 2, 3, 6]);
    expect(losses(seen)).toEqual([2, 6]);
  });

  it('goes on after an outage in which the number wrapped, and after a restart of the numbering', () => {
    const { seen, push, flush } = buffer(40_000);
    push(40_000, 0);
    push(39_000, 65_000);
    push(39_001, 65_010);
    push(5, 65_020);
    push(6, 65_030);
    flush();
    expect(seen.map(({ afterLoss }) => afterLoss)).toEqual([false, true, false, true, false]);
    expect(numbers(seen)).toEqual(numbers(seen).toSorted((a, b) => a - b));
  });
});
