import { expect } from 'vitest';

const WAIT_MS = 30_000;
const POLL_MS = 100;

/** `expect` that asks again until it holds, for as long as a loaded machine may need. */
export function eventually<T>(look: () => T | Promise<T>, message?: string) {
  return expect.poll(look, { timeout: WAIT_MS, interval: POLL_MS, ...(message === undefined ? {} : { message }) });
}
