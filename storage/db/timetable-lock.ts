import { sql, type Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** Any number, the same in every process. */
const LOCK = 7_314_001;

/**
 * Until the transaction ends nobody else changes a timetable, what it is made from, or when a lesson is held: so of two people who give the
 * same teacher, class or classroom away, the second sees what the first has saved.
 */
export async function lockTimetables(tx: Kysely<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx);
}
