import { expect } from 'vitest';

/** For as long as a loaded machine may need; what holds is seen at once. */
export const WAIT_MS = 60_000;
const POLL_MS = 100;

/** `expect` that asks again until it holds. */
export function eventually<T>(look: () => T | Promise<T>, message?: string) {
  return expect.poll(look, { timeout: WAIT_MS, interval: POLL_MS, ...(message === undefined ? {} : { message }) });
}
