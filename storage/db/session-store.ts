import type { Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { SessionHolder, SessionStore } from '../ports/session-store.ts';
import type { Database, SessionTable } from './schema.ts';

export function createSessionStore(db: Kysely<Database>): SessionStore {
  return {
    async create({ tokenHash, holder, createdAtMs, expiresAtMs }) {
      await db
        .insertInto('sessions')
        .values({
          token_hash: tokenHash,
          person_id: holder.kind === 'person' ? holder.personId : null,
          site_id: holder.kind === 'site' ? holder.siteId : null,
          created_at: new Date(createdAtMs),
          expires_at: new Date(expiresAtMs),
          seen_at: new Date(createdAtMs),
        })
        .execute();
    },
    async find(tokenHash, nowMs) {
      const row = await db
        .selectFrom('sessions as s')
        .leftJoin('persons as p', 'p.person_id', 's.person_id')
        .selectAll('s')
        .where('s.token_hash', '=', tokenHash)
        .where('s.expires_at', '>', new Date(nowMs))
        .where((eb) => eb.or([eb('s.person_id', 'is', null), eb('p.is_active', '=', true)]))
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        tokenHash,
        holder: toHolder(row),
        createdAtMs: row.created_at.getTime(),
        expiresAtMs: row.expires_at.getTime(),
        seenAtMs: row.seen_at.getTime(),
      };
    },
    async touch(tokenHash, seenAtMs, expiresAtMs) {
      await db
        .updateTable('sessions')
        .set({ seen_at: new Date(seenAtMs), expires_at: new Date(expiresAtMs) })
        .where('token_hash', '=', tokenHash)
        .execute();
    },
    async end(tokenHash) {
      await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute();
    },
    async endAllOf(holder, exceptTokenHash) {
      let query = db.deleteFrom('sessions');
      query =
        holder.kind === 'person'
          ? query.where('person_id', '=', holder.personId)
          : query.where('site_id', '=', holder.siteId);
      if (exceptTokenHash !== undefined) query = query.where('token_hash', '<>', exceptTokenHash);
      await query.execute();
    },
    async deleteExpired(nowMs) {
      const result = await db.deleteFrom('sessions').where('expires_at', '<=', new Date(nowMs)).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

function toHolder({ person_id, site_id }: Pick<SessionTable, 'person_id' | 'site_id'>): SessionHolder {
  if (person_id !== null) return { kind: 'person', personId: person_id };
  if (site_id !== null) return { kind: 'site', siteId: site_id };
  throw new AppError('internal', { message: 'a session of nobody' });
}
