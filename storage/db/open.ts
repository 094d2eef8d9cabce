import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, PGliteDialect, PostgresDialect, type Dialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { DatabaseConfig } from '../config.ts';
import { acquireFileLock } from '../objects/file-lock.ts';
import { toAppError } from './errors.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { PGliteThread } from './pglite-thread.ts';
import type { Database } from './schema.ts';

const POOL_SIZE = 12;
const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 15_000;

export interface OpenDatabase {
  readonly db: Kysely<Database>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  /** A pooled connection broke while nobody used it, for the log; the next query makes a new one. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * PostgreSQL by `DATABASE_URL`, else PGlite in `DATA_DIR/pglite`, brought to the newest schema. Processes that start
 * together migrate one after the other.
 *
 * @throws AppError `unavailable` when the server cannot be reached, or another process holds the embedded database.
 */
export async function openDatabase(config: DatabaseConfig, options: OpenDatabaseOptions = {}): Promise<OpenDatabase> {
  const { dialect, release } =
    config.DATABASE_URL === undefined
      ? await embeddedDialect(join(config.DATA_DIR, 'pglite'))
      : { dialect: await serverDialect(config.DATABASE_URL, options), release: async () => undefined };
  const db = new Kysely<Database>({ dialect });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      try {
        await db.destroy();
      } finally {
        await release();
      }
    })();
    return closing;
  };
  try {
    await migrate(db);
  } catch (error) {
    await close();
    throw toAppError(error);
  }
  return { db, close };
}

async function migrate(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** PGlite does not notice a second process in its folder, which would ruin it: a lock file keeps it out. */
async function embeddedDialect(folder: string): Promise<{ dialect: Dialect; release: () => Promise<void> }> {
  await mkdir(folder, { recursive: true });
  const release = await acquireFileLock(`${folder}.lock`).catch((error: unknown) => {
    throw new AppError('unavailable', { message: 'another process holds the embedded database', cause: error });
  });
  try {
    return { dialect: new PGliteDialect({ pglite: await PGliteThread.create(folder) }), release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function serverDialect(connectionString: string, { onIdleError }: OpenDatabaseOptions): Promise<Dialect> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    types: {
      getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)),
    },
  });
  // Without listeners a connection that breaks would end the process: the pool's is for idle ones, the client's for
  // those in use, whose query is rejected as well.
  pool.on('error', (error) => onIdleError?.(error));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({ pool });
}
