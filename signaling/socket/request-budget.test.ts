import { describe, expect, it } from 'vitest';
import { INK_MAX_SENT, INK_UNITS } from '../protocol/ink.ts';
import { RequestBudget } from './request-budget.ts';

const taken = (budget: RequestBudget, name: string, times: number, atMs: number): number =>
  Array.from({ length: times }, () => budget.take(name, atMs)).filter(Boolean).length;

describe('RequestBudget', () => {
  it('allows a burst and then forty a second (E2)', () => {
    const budget = new RequestBudget(0);
    expect(taken(budget, 'consume', 200, 0)).toBe(120);
    expect(taken(budget, 'consume', 200, 1_000)).toBe(40);
  });

  it('allows six messages at once and one a second after that (E2)', () => {
    const budget = new RequestBudget(0);
    expect(taken(budget, 'sendChat', 20, 0)).toBe(6);
    expect(taken(budget, 'sendChat', 20, 2_000)).toBe(2);
  });

  it('lets one hand write no more than others have room for beside sound on a line of 150 kbit/s (I4)', () => {
    const budget = new RequestBudget(0);
    taken(budget, 'drawInk', 100, 0);
    const points = Array.from({ length: INK_MAX_SENT }, () => INK_UNITS);
    const bytes = taken(budget, 'drawInk', 100, 1_000) * JSON.stringify(points).length;
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes * 8).toBeLessThan(60_000);
  });

  it('allows ten raised or lowered hands at once and one a second after that (E2)', () => {
    const budget = new RequestBudget(0);
    expect(taken(budget, 'setHand', 20, 0)).toBe(10);
    expect(taken(budget, 'setHand', 20, 3_000)).toBe(3);
  });

  it('allows a line that breaks thirty times to come back, and every other second after that (E2)', () => {
    const budget = new RequestBudget(0);
    const handshakes = (atMs: number) =>
      Array.from({ length: 50 }, () => budget.takeHandshake(atMs)).filter(Boolean).length;
    expect(handshakes(0)).toBe(30);
    expect(handshakes(10_000)).toBe(5);
  });

  it('forgives a strike a second (E2)', () => {
    const budget = new RequestBudget(0);
    for (let n = 0; n < 30; n += 1) expect(budget.strike(0)).toBe(true);
    expect(budget.strike(0)).toBe(false);
    expect(budget.strike(1_000)).toBe(true);
  });
});
