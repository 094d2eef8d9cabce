import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { RecordingLinkId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { RecordingLink, RecordingLinkStore } from '../ports/recording-link-store.ts';
import { instantOrNull } from './instant.ts';
import type { Database } from './schema.ts';

export function createRecordingLinkStore(db: Kysely<Database>): RecordingLinkStore {
  return {
    async create(link) {
      const linkId = newId(RecordingLinkId);
      await db
        .insertInto('recording_links')
        .values({
          link_id: linkId,
          recording_id: link.recordingId,
          token_hash: link.tokenHash,
          label: link.label,
          allows_download: link.allowsDownload,
          created_by: link.createdBy,
          created_at: new Date(link.createdAtMs),
          expires_at: new Date(link.expiresAtMs),
        })
        .execute();
      return toLink(await selectLinks(db).where('k.link_id', '=', linkId).executeTakeFirstOrThrow());
    },
    async list(recordingId, nowMs) {
      const rows = await selectLinks(db)
        .where('k.recording_id', '=', recordingId)
        .where('k.expires_at', '>', new Date(nowMs))
        .orderBy('k.created_at', 'desc')
        .execute();
      return rows.map(toLink);
    },
    async find(tokenHash, nowMs) {
      const row = await selectOpenLinks(db, nowMs).where('k.token_hash', '=', tokenHash).executeTakeFirst();
      return row === undefined ? undefined : toLink(row);
    },
    async isOpen(linkId, nowMs) {
      return (await selectOpenLinks(db, nowMs).where('k.link_id', '=', linkId).executeTakeFirst()) !== undefined;
    },
    async countOpening(linkId, nowMs) {
      await db
        .updateTable('recording_links')
        .set((eb) => ({ opened_count: eb('opened_count', '+', 1), opened_at: new Date(nowMs) }))
        .where('link_id', '=', linkId)
        .execute();
    },
    async revoke(recordingId, linkId, nowMs) {
      const revoked = await db
        .updateTable('recording_links')
        .set({ revoked_at: sql<Date>`coalesce(revoked_at, ${new Date(nowMs)})` })
        .where('link_id', '=', linkId)
        .where('recording_id', '=', recordingId)
        .executeTakeFirst();
      if (revoked.numUpdatedRows === 0n) throw new AppError('notFound');
    },
  };
}

const selectLinks = (db: Kysely<Database>) =>
  db
    .selectFrom('recording_links as k')
    .innerJoin('persons as p', 'p.person_id', 'k.created_by')
    .selectAll('k')
    .select('p.display_name as created_by_name')
    .where('k.revoked_at', 'is', null);

const selectOpenLinks = (db: Kysely<Database>, nowMs: number) =>
  selectLinks(db)
    .innerJoin('recordings as r', 'r.recording_id', 'k.recording_id')
    .innerJoin('schools as s', 's.school_id', 'r.school_id')
    .where('k.expires_at', '>', new Date(nowMs))
    .where('r.published_at', 'is not', null)
    .where('r.removed_at', 'is', null)
    .where('r.origin_id', 'is', null)
    .where(sql<boolean>`coalesce((s.settings ->> 'allowsLinks')::boolean, false)`);

type LinkRow = Awaited<ReturnType<ReturnType<typeof selectLinks>['executeTakeFirstOrThrow']>>;

function toLink(row: LinkRow): RecordingLink {
  return {
    linkId: row.link_id,
    recordingId: row.recording_id,
    label: row.label,
    allowsDownload: row.allows_download,
    createdByName: row.created_by_name,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    openedCount: row.opened_count,
    openedAtMs: instantOrNull(row.opened_at),
  };
}
