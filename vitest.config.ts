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

/** Most of their time tests of real processes wait for media, which takes as long as it takes: two files fill two cores, three would fight over them. */
const FILES_AT_ONCE = 2;

interface SystemProject {
  readonly filesAtOnce?: number;
  /** Groups run one after another. */
  readonly groupOrder?: number;
  /** Whether its tests make databases on a PostgreSQL that all of them share. */
  readonly hasPostgres?: boolean;
}

/** A project of real processes. */
function systemProject(name: string, include: string[], timeoutSeconds: number, options: SystemProject = {}) {
  const { filesAtOnce = FILES_AT_ONCE, groupOrder = 1, hasPostgres = false } = options;
  return {
    test: {
      name,
      include,
      env,
      maxWorkers: filesAtOnce,
      testTimeout: timeoutSeconds * SECOND_MS,
      hookTimeout: timeoutSeconds * SECOND_MS,
      sequence: { groupOrder },
      globalSetup: hasPostgres ? ['tests/support/stands/postgres-of-run.setup.ts'] : [],
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
          maxWorkers: FILES_AT_ONCE,
          testTimeout: 20 * SECOND_MS,
          hookTimeout: 30 * SECOND_MS,
          sequence: { groupOrder: 0 },
        },
      },
      systemProject('contract', ['tests/contract/**/*.test.ts'], 60, { hasPostgres: true }),
      systemProject('integration', ['tests/integration/**/*.test.ts'], 60, { hasPostgres: true }),
      // Up to six browsers in one lesson fill both cores: two lessons at once take as long as one after the other, and wait longer for everything.
      // Pages beside a lesson won 8 % of time and made both wait (measured), so they come first, then the lessons.
      systemProject('e2e-rooms', ['tests/e2e/rooms/**/*.test.ts'], 180, {
        ...{ filesAtOnce: 1, groupOrder: 2 },
        hasPostgres: true,
      }),
      systemProject('e2e-pages', ['tests/e2e/pages/**/*.test.ts'], 180, {
        ...{ filesAtOnce: 1, groupOrder: 2 },
        hasPostgres: true,
      }),
      systemProject('chaos', ['tests/chaos/**/*.test.ts'], process.env['TONGKE_CHAOS'] === 'full' ? 900 : 180),
    ],
  },
});
