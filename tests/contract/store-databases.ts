import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../storage/db/open.ts';
import { createStores } from '../../storage/db/stores.ts';
import type { Stores } from '../../storage/ports.ts';
import { placeMigratedDatabase } from '../support/stands/migrated-database.ts';
import { createMigratedDatabase } from '../support/stands/postgres-of-run.ts';

export interface OpenStores {
  readonly stores: Stores;
  close(): Promise<void>;
}

/** The databases that the stores' contract runs on. */
export const DATABASES: readonly [string, () => Promise<OpenStores>][] = [
  [
    'PGlite',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'tongke-pglite-'));
      await placeMigratedDatabase(folder);
      const database = await openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined });
      return {
        stores: createStores(database.db),
        close: async () => {
          await database.close();
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const database = await openDatabase({ DATA_DIR: tmpdir(), DATABASE_URL: await createMigratedDatabase() });
      return { stores: createStores(database.db), close: () => database.close() };
    },
  ],
];
