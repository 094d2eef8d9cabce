import { describe, expect, it } from 'vitest';
import { levelOf } from './disk-guard.ts';

const thresholds = { lowBytes: 200, fullBytes: 100 };

describe('disk level', () => {
  it('goes from ok over low to full, and leaves full only when there is as much room as low asks for', () => {
    expect(levelOf('ok', 200, thresholds)).toBe('ok');
    expect(levelOf('ok', 199, thresholds)).toBe('low');
    expect(levelOf('low', 99, thresholds)).toBe('full');
    expect(levelOf('full', 150, thresholds)).toBe('full');
    expect(levelOf('full', 200, thresholds)).toBe('ok');
    expect(levelOf('low', 150, thresholds)).toBe('low');
  });
});
