import { describe, expect, it } from 'vitest';
import { Line, lostOf, type Fate, type LineConditions } from './line.ts';

const PACKETS = 20_000;
const BYTES = 1_000;

/** A packet every millisecond. */
function fatesOf(seed: number, conditions: LineConditions, packets = PACKETS): Fate[] {
  const line = new Line(seed, conditions);
  return Array.from({ length: packets }, (_, index) => line.send(index, BYTES));
}

const isLost = (fate: Fate): boolean => 'lostBy' in fate;
const delays = (fates: readonly Fate[]): number[] =>
  fates.flatMap((fate, index) => ('arrivesAtMs' in fate ? [fate.arrivesAtMs - index] : []));

describe('Line', () => {
  it('does nothing without conditions, and the same again with the same seed', () => {
    expect(delays(fatesOf(1, {}, 100))).toEqual(Array.from({ length: 100 }, () => 0));
    const bad = { loss: 0.1, jitterMs: 30, reorder: { share: 0.1, byMs: 50 } };
    expect(fatesOf(7, bad)).toEqual(fatesOf(7, bad));
    expect(fatesOf(7, bad)).not.toEqual(fatesOf(8, bad));
  });

  it('loses the share that it is told to, each packet by itself', () => {
    const lost = fatesOf(3, { loss: 0.1 }).map(isLost);
    const share = lost.filter(Boolean).length / PACKETS;
    expect(share).toBeGreaterThan(0.09);
    expect(share).toBeLessThan(0.11);
    const pairs = lost.filter((each, index) => each && lost[index - 1] === true).length / PACKETS;
    expect(pairs).toBeLessThan(0.015);
  });

  it('loses the same packets when another fault is added', () => {
    const lostBy = (conditions: LineConditions) => fatesOf(5, conditions).map(isLost);
    expect(lostBy({ loss: 0.02, jitterMs: 80, reorder: { share: 0.2, byMs: 250 } })).toEqual(lostBy({ loss: 0.02 }));
  });

  it('loses in bursts of the mean length that Gilbert and Elliott give', () => {
    const lost = fatesOf(4, { burstLoss: { enter: 0.01, recover: 0.2 } }).map(isLost);
    const bursts = lost.filter((each, index) => each && lost[index - 1] !== true).length;
    const all = lost.filter(Boolean).length;
    // Stationary share: enter / (enter + recover) = 4.8 %; mean length: 1 / recover = 5.
    expect(all / PACKETS).toBeGreaterThan(0.038);
    expect(all / PACKETS).toBeLessThan(0.058);
    expect(all / bursts).toBeGreaterThan(4);
    expect(all / bursts).toBeLessThan(6);
  });

  it('delays, with jitter that never changes the order', () => {
    const fates = fatesOf(6, { delayMs: 100, jitterMs: 40 });
    const arrivals = fates.flatMap((fate) => ('arrivesAtMs' in fate ? [fate.arrivesAtMs] : []));
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    expect(Math.min(...delays(fates))).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays(fates))).toBeLessThanOrEqual(140);
  });

  it('lets some packets come later than those behind them', () => {
    const late = delays(fatesOf(9, { delayMs: 20, reorder: { share: 0.05, byMs: 250 } })).filter((delay) => delay > 20);
    expect(late.length / PACKETS).toBeGreaterThan(0.04);
    expect(late.length / PACKETS).toBeLessThan(0.06);
    expect(new Set(late)).toEqual(new Set([270]));
  });

  it('lets packets wait for the rate, and drops what the queue cannot hold', () => {
    // 8 Mbit/s come, half of it fits.
    const line = new Line(1, { rate: { bitsPerSecond: 4_000_000, queueBytes: 20_000 } });
    const fates = Array.from({ length: PACKETS }, (_, index) => line.send(index, BYTES));
    expect(line.counters.arrived / PACKETS).toBeCloseTo(0.5, 1);
    expect(line.counters.lost.queue).toBe(lostOf(line.counters));
    expect(Math.max(...delays(fates))).toBeLessThanOrEqual(40);
    expect(Math.max(...delays(fates))).toBeGreaterThan(35);
  });

  it('counts what it was given, what came and what was lost by what', () => {
    const line = new Line(2, { loss: 0.5 });
    for (let index = 0; index < 100; index += 1) line.send(index, BYTES);
    line.change({ isCut: true });
    for (let index = 100; index < 150; index += 1) expect(line.send(index, BYTES)).toEqual({ lostBy: 'cut' });
    line.change({});
    expect(line.send(150, BYTES)).toEqual({ arrivesAtMs: 150 });
    const { sent, sentBytes, arrived, arrivedBytes, lost } = line.counters;
    expect({ sent, sentBytes, cut: lost.cut }).toEqual({ sent: 151, sentBytes: 151 * BYTES, cut: 50 });
    expect(arrived + lost.loss + lost.cut).toBe(sent);
    expect(arrivedBytes).toBe(arrived * BYTES);
    expect(lost.loss).toBeGreaterThan(30);
  });
});
