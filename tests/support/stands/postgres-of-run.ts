import { inject } from 'vitest';
import { newDatabase } from './new-database.ts';

/** URL of a new database without a row, of the newest schema, on the PostgreSQL of `postgres-of-run.setup.ts`. It is gone when the run ends. */
export async function createMigratedDatabase(): Promise<string> {
  const url = inject('emptyDatabaseUrl');
  return newDatabase(url, new URL(url).pathname.slice(1));
}
