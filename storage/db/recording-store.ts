import type { Kysely, Updateable } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { WHOLE_EDITION, type Edition } from '../../signaling/protocol/edition.ts';
import type { PersonId, RecordingId } from '../../signaling/protocol/ids.ts';
import type { SchoolSettings } from '../../signaling/protocol/rest/directory.ts';
import type { NewRecording, Recording, RecordingStore } from '../ports/recording-store.ts';
import { inTransaction } from './in-transaction.ts';
import { recordingKeeping } from './recording-keeping.ts';
import { listRecordings, recordingFacets } from './recording-list.ts';
import { selectAnyRecordings, selectRecordings, toRecording } from './recording-rows.ts';
import { maySee } from './recording-sight.ts';
import { recordingSteps } from './recording-steps.ts';
import type { Database, RecordingTable } from './schema.ts';

const US_PER_MS = 1_000;

export function createRecordingStore(db: Kysely<Database>): RecordingStore {
  const require = (recordingId: RecordingId) => requireRecording(db, recordingId);
  return {
    ...recordingSteps(db, require),
    ...recordingKeeping(db),
    create: (recording) => createRecording(db, recording),
    recording: (recordingId) => findRecording(db, recordingId),
    async listOfLesson(lessonId) {
      const rows = await selectRecordings(db)
        .where('r.lesson_id', '=', lessonId)
        .orderBy('r.started_at', 'desc')
        .execute();
      return rows.map(toRecording);
    },
    list: (filter) => listRecordings(db, filter),
    facets: (audience) => recordingFacets(db, audience),
    async isVisible(recordingId, audience) {
      const row = await selectRecordings(db)
        .where('r.recording_id', '=', recordingId)
        .where(maySee(audience))
        .executeTakeFirst();
      return row !== undefined;
    },
    async listUnfinished() {
      const rows = await selectAnyRecordings(db)
        .where('r.origin_id', 'is', null)
        .where('r.phase', 'not in', ['ready', 'failed'])
        .orderBy('r.started_at')
        .execute();
      return rows.map(toRecording);
    },
    async change(recordingId, { allowsDownload, ...same }) {
      const columns: Updateable<RecordingTable> = {
        ...same,
        ...(allowsDownload === undefined ? {} : { allows_download: allowsDownload }),
      };
      if (Object.keys(columns).length > 0) {
        await db.updateTable('recordings').set(columns).where('recording_id', '=', recordingId).execute();
      }
      return require(recordingId);
    },
    async delete(recordingId) {
      await db.deleteFrom('recordings').where('recording_id', '=', recordingId).execute();
    },
    async savePosition(personId, recordingId, positionMs, nowMs) {
      const position = { position_ms: Math.round(positionMs), saved_at: new Date(nowMs) };
      await db
        .insertInto('playback_positions')
        .values({ person_id: personId, recording_id: recordingId, ...position })
        .onConflict((conflict) => conflict.columns(['person_id', 'recording_id']).doUpdateSet(position))
        .execute();
    },
    positions: (personId, recordingIds) => findPositions(db, personId, recordingIds),
  };
}

/** The school, the lecturer and the subject are the lesson's; whether it begins as a draft, and showing whom, is the school's to say. */
function createRecording(db: Kysely<Database>, recording: NewRecording): Promise<Recording> {
  return inTransaction(db, async (tx) => {
    const lesson = await tx
      .selectFrom('lessons as l')
      .innerJoin('schools as s', 's.school_id', 'l.school_id')
      .select(['l.school_id', 'l.lecturer_id', 'l.subject', 's.settings'])
      .where('l.lesson_id', '=', recording.lessonId)
      .executeTakeFirst();
    if (lesson === undefined) throw new AppError('notFound');
    const startedAt = new Date(recording.startedAtUnixUs / US_PER_MS);
    await tx
      .insertInto('recordings')
      .values({
        recording_id: recording.recordingId,
        lesson_id: recording.lessonId,
        title: recording.title,
        phase: 'recording',
        started_at_unix_us: recording.startedAtUnixUs,
        started_at: startedAt,
        allows_download: recording.allowsDownload,
        visibility: 'lesson',
        school_id: lesson.school_id,
        manager_id: lesson.lecturer_id,
        subject: lesson.subject,
        published_at: lesson.settings.reviewsRecordings === true ? null : startedAt,
        edition: JSON.stringify(firstEdition(lesson.settings)),
      })
      .onConflict((conflict) => conflict.column('recording_id').doNothing())
      .execute();
    return requireRecording(tx, recording.recordingId);
  });
}

/** What its school publishes as long as nobody decides otherwise. */
const firstEdition = ({ publishesLecturerOnly }: Partial<SchoolSettings>): Edition => ({
  ...WHOLE_EDITION,
  people: publishesLecturerOnly === true ? 'lecturerAndBoard' : 'everyone',
});

async function findPositions(
  db: Kysely<Database>,
  personId: PersonId,
  recordingIds: readonly RecordingId[],
): Promise<ReadonlyMap<RecordingId, number>> {
  if (recordingIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('playback_positions')
    .select(['recording_id', 'position_ms'])
    .where('person_id', '=', personId)
    .where('recording_id', 'in', recordingIds)
    .execute();
  return new Map(rows.map((row) => [row.recording_id, row.position_ms]));
}

async function findRecording(db: Kysely<Database>, recordingId: RecordingId): Promise<Recording | undefined> {
  const row = await selectRecordings(db).where('r.recording_id', '=', recordingId).executeTakeFirst();
  return row === undefined ? undefined : toRecording(row);
}

/** Also a removed one: what a copy plays of it goes on. */
async function requireRecording(db: Kysely<Database>, recordingId: RecordingId): Promise<Recording> {
  const row = await selectAnyRecordings(db).where('r.recording_id', '=', recordingId).executeTakeFirst();
  if (row === undefined) throw new AppError('notFound');
  return toRecording(row);
}
