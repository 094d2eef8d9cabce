import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** All of `work` or none of it; part of the transaction around it when there is one. */
export function inTransaction<T>(db: Kysely<Database>, work: (tx: Kysely<Database>) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}
