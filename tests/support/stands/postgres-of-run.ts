import { inject } from 'vitest';
import { newDatabase } from './new-database.ts';

/** URL of a new database without a row, of the newest schema, on the PostgreSQL of `postgres-of-run.setup.ts`. It is gone when the run ends. */
export async function createMigratedDatabase(): Promise<string> {
  const url = inject('emptyDatabaseUrl');
  return newDatabase(url, new URL(url).pathname.slice(1));
}

/**
 * What starts a `Stack` with the demo district on a database of this run. The embedded one, which `npm start` takes, costs eight seconds of a core per
 * district: the main job, faults, power cuts and everything about starting run on it, all else on this.
 */
export async function onPostgresOfRun(): Promise<Readonly<Record<'DATABASE_URL' | 'DEMO', string>>> {
  return { DATABASE_URL: await createMigratedDatabase(), DEMO: '1' };
}
