import { defineConfig } from 'vitest/config';
import { chromiumPath, minioPath, postgresBinFolder, workerPath } from './setup/paths.mjs';

const SECOND_MS = 1_000;

/** Where the tests find the real programs; `npm test` makes sure that they are there. */
const env = {
  MEDIASOUP_WORKER_BIN: workerPath(),
  TONGKE_MINIO_BIN: minioPath(),
  TONGKE_CHROMIUM_BIN: chromiumPath(),
  TONGKE_POSTGRES_BIN_DIR: postgresBinFolder() ?? '',
};

/** A project of real processes: one file at a time, or two files fight over two cores and their deadlines mean nothing. */
function serialProject(name: string, include: string[], timeoutSeconds: number, order: number) {
  return {
    test: {
      name,
      include,
      env,
      fileParallelism: false,
      testTimeout: timeoutSeconds * SECOND_MS,
      hookTimeout: timeoutSeconds * SECOND_MS,
      sequence: { groupOrder: order },
    },
  };
}

export default defineConfig({
  test: {
    reporters: ['default', './setup/tally-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{signaling,sfu,recorder,storage,setup,web-client}/**/*.test.{ts,tsx}', 'tests/net/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'web-client/dist/**'],
          env,
          maxWorkers: 2,
          testTimeout: 20 * SECOND_MS,
          hookTimeout: 30 * SECOND_MS,
          sequence: { groupOrder: 0 },
        },
      },
      serialProject('contract', ['tests/contract/**/*.test.ts'], 60, 1),
      serialProject('integration', ['tests/integration/**/*.test.ts'], 60, 2),
      serialProject('e2e', ['tests/e2e/**/*.test.ts'], 180, 3),
      serialProject('chaos', ['tests/chaos/**/*.test.ts'], process.env['TONGKE_CHAOS'] === 'full' ? 900 : 180, 4),
    ],
  },
});
