import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** A build on two cores includes the worker's: up to ten minutes where its download fails. */
const BUILD_TIMEOUT_MS = 30 * 60 * 1000;

export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    name: 'docker',
    include: ['tests/docker/**/*.test.ts'],
    reporters: ['default', './setup/tally-reporter.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: BUILD_TIMEOUT_MS,
  },
});
