import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A migration of plain SQL; one statement each, since prepared statements hold one. */
export function runStatements(statements: readonly string[]): Migration {
  return {
    async up(db) {
      for (const statement of statements) await sql.raw(statement).execute(db);
    },
  };
}
