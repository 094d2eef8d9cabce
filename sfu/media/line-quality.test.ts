import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LineQuality, type LineScores } from './line-quality.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('LineQuality', () => {
  it('reports the first change at once and what follows together, once a second', () => {
    let scores: LineScores = { up: null, down: null };
    const reports: LineScores[] = [];
    const quality = new LineQuality(
      () => scores,
      (report) => reports.push(report),
    );
    for (const down of [9, 7, 4]) {
      scores = { up: null, down };
      quality.handleChange();
    }
    expect(reports).toEqual([{ up: null, down: 9 }]);
    vi.advanceTimersByTime(999);
    expect(reports).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(reports.at(-1)).toEqual({ up: null, down: 4 });
    expect(reports).toHaveLength(2);
  });

  it('says nothing when nothing changed, and nothing after it is closed', () => {
    let scores: LineScores = { up: null, down: null };
    const reports: LineScores[] = [];
    const quality = new LineQuality(
      () => scores,
      (report) => reports.push(report),
    );
    quality.handleChange();
    expect(reports).toEqual([]);
    scores = { up: 5, down: null };
    quality.handleChange();
    scores = { up: 2, down: null };
    quality.handleChange();
    quality.close();
    vi.advanceTimersByTime(5_000);
    quality.handleChange();
    expect(reports).toEqual([{ up: 5, down: null }]);
  });
});
