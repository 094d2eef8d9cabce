import { describe, expect, it } from 'vitest';
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

  it('forgives a strike a second (E2)', () => {
    const budget = new RequestBudget(0);
    for (let n = 0; n < 30; n += 1) expect(budget.strike(0)).toBe(true);
    expect(budget.strike(0)).toBe(false);
    expect(budget.strike(1_000)).toBe(true);
  });
});
