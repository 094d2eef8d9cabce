import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openDatabase } from '../../../storage/db/open.ts';

const MIGRATIONS = resolve('storage/db/migrations');
const PGLITE_PACKAGE = resolve('node_modules/@electric-sql/pglite/package.json');
/** Where a database of each schema waits, beside the packages that it depends on. */
const CACHE = resolve('node_modules/.cache/tongke-databases');

async function schemaKey(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(PGLITE_PACKAGE));
  for (const name of (await readdir(MIGRATIONS)).toSorted()) hash.update(await readFile(join(MIGRATIONS, name)));
  return hash.digest('hex').slice(0, 16);
}

/** Makes the database of the present schema once; of two that make it at once, the second one's is thrown away. */
async function migratedDatabase(): Promise<string> {
  const kept = join(CACHE, await schemaKey());
  if (await stat(kept).catch(() => undefined)) return kept;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, 'draft-'));
  const database = await openDatabase({ DATA_DIR: draft, DATABASE_URL: undefined });
  await database.close();
  await rename(join(draft, 'pglite'), kept).catch(() => undefined);
  await rm(draft, { recursive: true, force: true });
  return kept;
}

/**
 * Puts an embedded database without a row, of the newest schema, into a data folder that has none yet. Making one takes six seconds of a core,
 * which most tests have nothing to ask about.
 */
export async function placeMigratedDatabase(dataFolder: string): Promise<void> {
  await cp(await migratedDatabase(), join(dataFolder, 'pglite'), { recursive: true });
}
