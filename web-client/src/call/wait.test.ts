import { expect, test, vi } from 'vitest';
import { wait } from './wait.ts';

const LONG_MS = 3_600_000;

test('a wait ends when its time is over', async () => {
  const begun = performance.now();
  await wait(30, new AbortController().signal);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(25);
});

test('a wait that is called off ends at once, and leaves no timer behind', async () => {
  vi.useFakeTimers();
  const going = new AbortController();
  const waiting = wait(LONG_MS, going.signal);
  going.abort(new Error('the lesson begins'));
  await expect(waiting).rejects.toThrow('the lesson begins');
  await expect(wait(LONG_MS, going.signal)).rejects.toThrow('the lesson begins');
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
