import { sql, type Kysely, type Selectable } from 'kysely';
import { isLeftOutOf, leavesOutTheSame, normalEdition, type EditionRange } from '../../signaling/protocol/edition.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { PersonId, RecordingId } from '../../signaling/protocol/ids.ts';
import type {
  EditionStore,
  EditionViews,
  Erasure,
  NewEdition,
  NewErasure,
  RecordingEdition,
  SavedEdition,
} from '../ports/edition-store.ts';
import type { Recording } from '../ports/recording-store.ts';
import { inTransaction } from './in-transaction.ts';
import { instantOrNull } from './instant.ts';
import { lockRecording, selectRecordings, toRecording } from './recording-rows.ts';
import type { Database, RecordingErasureTable } from './schema.ts';

export function createEditionStore(db: Kysely<Database>): EditionStore {
  return {
    save: (recordingId, change) => inTransaction(db, (tx) => saveEdition(tx, recordingId, change)),
    leaveOut: (recordingId, ranges) => inTransaction(db, (tx) => leaveOut(tx, recordingId, ranges)),
    history: (recordingId) => listHistory(db, recordingId),
    markViews: (recordingId, views) => markViews(db, recordingId, views),
    async listWithoutViews() {
      const rows = await selectRecordings(db)
        .where('r.phase', 'not in', ['recording', 'finishing'])
        .where('r.views_index_key', 'is not', null)
        .where(sql<boolean>`(r.edition ->> 'people' <> 'everyone' or jsonb_array_length(r.edition -> 'leftOut') > 0
          or jsonb_array_length(r.edition -> 'leftOutTracks') > 0)`)
        .where(sql<boolean>`coalesce((r.edition_views ->> 'version')::integer, -1) < r.edition_same_from`)
        .orderBy('r.started_at', 'desc')
        .execute();
      return rows.map(toRecording);
    },
    orderErasure: (recordingId, order) => inTransaction(db, (tx) => orderErasure(tx, recordingId, order)),
    async markErased(recordingId, seatId, doneAtMs) {
      await db
        .updateTable('recording_erasures')
        .set({ done_at: new Date(doneAtMs) })
        .where('recording_id', '=', recordingId)
        .where('seat_id', '=', seatId)
        .where('done_at', 'is', null)
        .execute();
    },
    async erasures(recordingId) {
      const rows = await db
        .selectFrom('recording_erasures')
        .selectAll()
        .where('recording_id', '=', recordingId)
        .orderBy('ordered_at')
        .execute();
      return rows.map(toErasure);
    },
    async listOpenErasures() {
      const rows = await db
        .selectFrom('recording_erasures')
        .selectAll()
        .where('done_at', 'is', null)
        .orderBy('ordered_at')
        .execute();
      return rows.map(toErasure);
    },
  };
}

async function saveEdition(db: Kysely<Database>, recordingId: RecordingId, change: NewEdition): Promise<Recording> {
  const { edition: before, startedAtMs } = await requireRecording(db, recordingId);
  if (before.version !== change.basedOn) throw overtaken(before);
  const edition = normalEdition(change.edition);
  const version = before.version + 1;
  const { numUpdatedRows } = await db
    .updateTable('recordings')
    .set({
      edition: JSON.stringify(edition),
      edition_version: version,
      edition_shown_from: isLeftOutOf(before.edition, edition) ? before.shownFrom : version,
      edition_same_from: leavesOutTheSame(before.edition, edition) ? before.sameFrom : version,
    })
    .where('recording_id', '=', recordingId)
    .where('edition_version', '=', change.basedOn)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw overtaken((await requireRecording(db, recordingId)).edition);
  await keep(db, recordingId, { ...before, savedBy: null, savedAtMs: startedAtMs });
  await keep(db, recordingId, { ...change, edition, version });
  return requireRecording(db, recordingId);
}

/** Nothing has been made of the edition before the recording's end, so it needs no new number. */
async function leaveOut(
  db: Kysely<Database>,
  recordingId: RecordingId,
  ranges: readonly EditionRange[],
): Promise<void> {
  await lockRecording(db, recordingId);
  const { edition: before, phase } = await requireRecording(db, recordingId);
  if (phase !== 'recording') return;
  const edition = normalEdition({ ...before.edition, leftOut: [...before.edition.leftOut, ...ranges] });
  await db
    .updateTable('recordings')
    .set({ edition: JSON.stringify(edition) })
    .where('recording_id', '=', recordingId)
    .execute();
}

function overtaken({ version }: RecordingEdition): AppError {
  return new AppError('conflict', { details: { version } });
}

/** The first edition comes into the history with the second. */
async function keep(
  db: Kysely<Database>,
  recordingId: RecordingId,
  saved: Pick<SavedEdition, 'version' | 'edition' | 'savedAtMs'> & { readonly savedBy: PersonId | null },
): Promise<void> {
  await db
    .insertInto('recording_editions')
    .values({
      recording_id: recordingId,
      version: saved.version,
      edition: JSON.stringify(saved.edition),
      saved_at: new Date(saved.savedAtMs),
      saved_by: saved.savedBy,
    })
    .onConflict((conflict) => conflict.columns(['recording_id', 'version']).doNothing())
    .execute();
}

async function listHistory(db: Kysely<Database>, recordingId: RecordingId): Promise<SavedEdition[]> {
  const rows = await db
    .selectFrom('recording_editions as e')
    .leftJoin('persons as p', 'p.person_id', 'e.saved_by')
    .selectAll('e')
    .select('p.display_name as saved_by_name')
    .where('e.recording_id', '=', recordingId)
    .orderBy('e.version', 'desc')
    .execute();
  if (rows.length > 0) {
    return rows.map((row) => ({
      version: row.version,
      edition: row.edition,
      savedBy: row.saved_by,
      savedByName: row.saved_by_name,
      savedAtMs: row.saved_at.getTime(),
    }));
  }
  const { edition, startedAtMs } = await requireRecording(db, recordingId);
  return [{ ...pickEdition(edition), savedBy: null, savedByName: null, savedAtMs: startedAtMs }];
}

const pickEdition = ({ version, edition }: RecordingEdition) => ({ version, edition });

async function markViews(db: Kysely<Database>, recordingId: RecordingId, views: EditionViews): Promise<Recording> {
  await db
    .updateTable('recordings')
    .set({ edition_views: JSON.stringify(views) })
    .where('recording_id', '=', recordingId)
    .where(sql<boolean>`coalesce((edition_views ->> 'version')::integer, -1) <= ${views.version}::integer`)
    .execute();
  return requireRecording(db, recordingId);
}

/** The same edition under a new number from which on things may be shown: all that was made with the erased tracks is older. */
async function orderErasure(db: Kysely<Database>, recordingId: RecordingId, order: NewErasure): Promise<Recording> {
  // An edition saved, or a hold put on it, in between would otherwise be overwritten without a trace.
  await lockRecording(db, recordingId);
  const { edition: before, startedAtMs, hold } = await requireRecording(db, recordingId);
  if (hold !== null) throw new AppError('conflict', { details: { field: 'hold' } });
  const version = before.version + 1;
  await db
    .updateTable('recordings')
    .set({
      edition_version: version,
      edition_shown_from: version,
      edition_same_from: version,
      edition_views: null,
      film: null,
      phase: 'playable',
      progress: null,
      seconds_left: null,
      failure: null,
    })
    .where('recording_id', '=', recordingId)
    .execute();
  const saved = { savedBy: order.orderedBy, savedAtMs: order.orderedAtMs };
  await keep(db, recordingId, { ...before, savedBy: null, savedAtMs: startedAtMs });
  await keep(db, recordingId, { ...saved, version, edition: before.edition });
  const times = { ordered_at: new Date(order.orderedAtMs), ordered_by: order.orderedBy, done_at: null };
  await db
    .insertInto('recording_erasures')
    .values({ recording_id: recordingId, seat_id: order.seatId, ...times })
    .onConflict((conflict) => conflict.columns(['recording_id', 'seat_id']).doUpdateSet(times))
    .execute();
  return requireRecording(db, recordingId);
}

async function requireRecording(db: Kysely<Database>, recordingId: RecordingId): Promise<Recording> {
  const row = await selectRecordings(db).where('r.recording_id', '=', recordingId).executeTakeFirst();
  if (row === undefined) throw new AppError('notFound');
  return toRecording(row);
}

function toErasure(row: Selectable<RecordingErasureTable>): Erasure {
  return {
    recordingId: row.recording_id,
    seatId: row.seat_id,
    orderedAtMs: row.ordered_at.getTime(),
    doneAtMs: instantOrNull(row.done_at),
  };
}
