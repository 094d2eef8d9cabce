import { tmpdir } from 'node:os';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../../storage/db/open.ts';
import { startPostgres } from './services.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a database without a row, of the newest schema, to make others after. */
    readonly emptyDatabaseUrl: string;
  }
}

/** One PostgreSQL for all tests of a project that neither kill it nor fill it: making one, and our schema in it, takes five seconds of a core. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const url = await postgres.createDatabase();
  const database = await openDatabase({ DATA_DIR: tmpdir(), DATABASE_URL: url });
  await database.close();
  project.provide('emptyDatabaseUrl', url);
  return () => postgres.stop();
}
