import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { RecordingId, type SchoolId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { RecordingStore, RemovalCause, RemovedRecording } from '../ports/recording-store.ts';
import { inTransaction } from './in-transaction.ts';
import { expiryOfRow, lockRecording, selectAnyRecordings, selectRecordings, toRecording } from './recording-rows.ts';
import type { Database } from './schema.ts';

type Sharing = Pick<RecordingStore, 'setPublished' | 'setHold' | 'copies' | 'createCopy' | 'openToViewers'>;
type Going = Pick<RecordingStore, 'remove' | 'listExpired' | 'listRemoved'>;

/** What still runs is left alone; what has been running for longer than this will never end by itself. */
const RUNNING_DAYS = 7;

/** Review, copies, holds, and the ways a recording goes. */
export const recordingKeeping = (db: Kysely<Database>): Sharing & Going => ({ ...sharing(db), ...going(db) });

function sharing(db: Kysely<Database>): Sharing {
  const required = async (recordingId: RecordingId, tx = db) => {
    const row = await selectRecordings(tx).where('r.recording_id', '=', recordingId).executeTakeFirst();
    if (row === undefined) throw new AppError('notFound');
    return toRecording(row);
  };
  return {
    async setPublished(recordingId, atMs) {
      await db
        .updateTable('recordings')
        .set({ published_at: atMs === null ? null : sql<Date>`coalesce(published_at, ${new Date(atMs)})` })
        .where('recording_id', '=', recordingId)
        .execute();
      return required(recordingId);
    },
    async setHold(recordingId, hold) {
      const columns = {
        hold_reason: hold?.reason ?? null,
        held_by: hold?.byPersonId ?? null,
        held_at: hold === null ? null : new Date(hold.atMs),
      };
      await db
        .updateTable('recordings')
        .set(columns)
        .where('recording_id', '=', recordingId)
        .where('removed_at', 'is', null)
        .execute();
      return required(recordingId);
    },
    async openToViewers(mediaId) {
      const row = await selectAnyRecordings(db)
        .where('r.recording_id', '=', mediaId)
        .where('r.origin_id', 'is', null)
        .where(sql<boolean>`((r.removed_at is null and r.published_at is not null) or exists (
          select 1 from recordings c where c.origin_id = r.recording_id and c.removed_at is null))`)
        .executeTakeFirst();
      return row === undefined ? undefined : toRecording(row);
    },
    async copies(recordingId) {
      const rows = await selectRecordings(db).where('r.origin_id', '=', recordingId).orderBy('s.name').execute();
      return rows.map(toRecording);
    },
    createCopy: (originId, schoolId, atMs) =>
      inTransaction(db, async (tx) => {
        await copyRow(tx, { originId, schoolId, atMs });
        const row = await selectRecordings(tx)
          .where('r.origin_id', '=', originId)
          .where('r.school_id', '=', schoolId)
          .executeTakeFirst();
        if (row === undefined) throw new AppError('notFound');
        return toRecording(row);
      }),
  };
}

function going(db: Kysely<Database>): Going {
  return {
    remove: (recordingId, cause, atMs) => inTransaction(db, (tx) => removeRecording(tx, { recordingId, cause, atMs })),
    async listExpired(nowMs, limit) {
      const now = new Date(nowMs);
      const rows = await selectRecordings(db)
        .where(expiryOfRow, '<=', now)
        .where(sql<boolean>`(m.phase not in ('recording', 'finishing')
          or m.started_at < ${now}::timestamptz - make_interval(days => ${sql.lit(RUNNING_DAYS)}))`)
        .orderBy('m.started_at')
        .limit(limit)
        .execute();
      return rows.map((row) => row.recording_id);
    },
    async listRemoved(limit) {
      const rows = await selectAnyRecordings(db)
        .where('r.removed_at', 'is not', null)
        .where('r.hold_reason', 'is', null)
        .where(sql<boolean>`not exists (
          select 1 from recordings c where c.origin_id = r.recording_id and c.removed_at is null)`)
        .orderBy('r.removed_at')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ recordingId: row.recording_id, hasOwnMedia: row.origin_id === null }));
    },
  };
}

interface Copying {
  readonly originId: RecordingId;
  readonly schoolId: SchoolId;
  readonly atMs: number;
}

const COPIED = [
  ...(['recording_id', 'lesson_id', 'title', 'phase', 'started_at_unix_us', 'started_at', 'ended_at'] as const),
  ...(['allows_download', 'visibility', 'school_id', 'subject', 'description', 'grade', 'series'] as const),
  ...(['published_at', 'origin_id'] as const),
];

/** With what is written about it by now; from then on each school writes its own. A second one changes nothing. */
async function copyRow(tx: Kysely<Database>, { originId, schoolId, atMs }: Copying): Promise<void> {
  await tx
    .insertInto('recordings')
    .columns(COPIED)
    .expression((eb) =>
      eb
        .selectFrom('recordings as o')
        .select([sql.val(newId(RecordingId)).as('recording_id'), 'o.lesson_id', 'o.title'])
        .select([sql<'ready'>`'ready'`.as('phase'), 'o.started_at_unix_us', 'o.started_at', 'o.ended_at'])
        .select(['o.allows_download', sql<'lesson'>`'lesson'`.as('visibility'), sql.val(schoolId).as('school_id')])
        .select(['o.subject', 'o.description', 'o.grade', 'o.series'])
        .select([sql<Date>`${new Date(atMs)}::timestamptz`.as('published_at'), 'o.recording_id as origin_id'])
        .where('o.recording_id', '=', originId)
        .where('o.removed_at', 'is', null)
        .where('o.origin_id', 'is', null),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['origin_id', 'school_id'])
        .where('origin_id', 'is not', null)
        .where('removed_at', 'is', null)
        .doNothing(),
    )
    .execute();
}

interface Removal {
  readonly recordingId: RecordingId;
  readonly cause: RemovalCause;
  readonly atMs: number;
}

/** Looked at again under a lock: somebody may have put a hold on it, or changed how long things are kept, since it was listed. */
async function removeRecording(
  tx: Kysely<Database>,
  { recordingId, cause, atMs }: Removal,
): Promise<RemovedRecording[]> {
  await lockRecording(tx, recordingId);
  const row = await selectRecordings(tx).where('r.recording_id', '=', recordingId).executeTakeFirst();
  if (row === undefined) return [];
  const isOrigin = row.origin_id === null;
  if (cause === 'deleted' && isOrigin && row.hold_reason !== null) {
    throw new AppError('conflict', { details: { field: 'hold' } });
  }
  if (cause === 'expired' && (row.expires_at === null || row.expires_at.getTime() > atMs)) return [];
  const takesCopies = isOrigin && cause === 'expired';
  return tx
    .updateTable('recordings')
    .set({ removed_at: new Date(atMs), removed_because: cause })
    .where((eb) =>
      eb.or([eb('recording_id', '=', recordingId), ...(takesCopies ? [eb('origin_id', '=', recordingId)] : [])]),
    )
    .where('removed_at', 'is', null)
    .returning(['recording_id as recordingId', 'school_id as schoolId'])
    .execute();
}
