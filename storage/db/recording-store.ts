import { sql, type Kysely, type RawBuilder, type Updateable } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { PersonId, RecordingId } from '../../signaling/protocol/ids.ts';
import type { Audience, Page } from '../ports/audience.ts';
import type { NewRecording, Recording, RecordingFilter, RecordingStore } from '../ports/recording-store.ts';
import { concerns } from './audience-filter.ts';
import { instantOrNull } from './instant.ts';
import { recordingSteps } from './recording-steps.ts';
import type { Database, RecordingTable } from './schema.ts';
import { containing } from './search-pattern.ts';

const US_PER_MS = 1_000;

export function createRecordingStore(db: Kysely<Database>): RecordingStore {
  const require = (recordingId: RecordingId) => requireRecording(db, recordingId);
  return {
    ...recordingSteps(db, require),
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
    async isVisible(recordingId, audience) {
      const row = await selectRecordings(db)
        .where('r.recording_id', '=', recordingId)
        .where(maySee(audience))
        .executeTakeFirst();
      return row !== undefined;
    },
    async listUnfinished() {
      const rows = await selectRecordings(db)
        .where('r.phase', 'not in', ['ready', 'failed'])
        .orderBy('r.started_at')
        .execute();
      return rows.map(toRecording);
    },
    async change(recordingId, { title, allowsDownload, visibility }) {
      const columns: Updateable<RecordingTable> = {
        ...(title === undefined ? {} : { title }),
        ...(allowsDownload === undefined ? {} : { allows_download: allowsDownload }),
        ...(visibility === undefined ? {} : { visibility }),
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

async function createRecording(db: Kysely<Database>, recording: NewRecording): Promise<Recording> {
  await db
    .insertInto('recordings')
    .values({
      recording_id: recording.recordingId,
      lesson_id: recording.lessonId,
      title: recording.title,
      phase: 'recording',
      started_at_unix_us: recording.startedAtUnixUs,
      started_at: new Date(recording.startedAtUnixUs / US_PER_MS),
      allows_download: recording.allowsDownload,
      visibility: 'lesson',
    })
    .onConflict((conflict) => conflict.column('recording_id').doNothing())
    .execute();
  return requireRecording(db, recording.recordingId);
}

async function listRecordings(db: Kysely<Database>, filter: RecordingFilter): Promise<Page<Recording>> {
  let query = selectRecordings(db).where(maySee(filter.audience));
  if (filter.includeRunning !== true) query = query.where('r.phase', '<>', 'recording');
  if (filter.schoolId !== undefined) query = query.where('l.school_id', '=', filter.schoolId);
  if (filter.subject !== undefined) query = query.where('l.subject', '=', filter.subject);
  if (filter.fromMs !== undefined) query = query.where('r.started_at', '>=', new Date(filter.fromMs));
  if (filter.toMs !== undefined) query = query.where('r.started_at', '<', new Date(filter.toMs));
  if (filter.search !== undefined && filter.search !== '') {
    const pattern = containing(filter.search);
    query = query.where((eb) => eb.or([eb('r.title', 'ilike', pattern), eb('t.display_name', 'ilike', pattern)]));
  }
  const { total } = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const rows = await query
    .orderBy('r.started_at', 'desc')
    .orderBy('r.recording_id')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute();
  return { items: rows.map(toRecording), total };
}

/** Whom its lesson concerned; with a wider visibility the schools that took part, or everybody who is signed in. */
function maySee(audience: Audience): RawBuilder<boolean> {
  const { personId } = audience;
  if (personId === undefined || audience.everything === true) return concerns(audience);
  return sql`(${concerns(audience)} or r.visibility = 'district' or (r.visibility = 'school' and exists (
    select 1 from persons viewer where viewer.person_id = ${personId} and (
      viewer.school_id = l.school_id
      or exists (
        select 1 from lesson_classrooms vc join classrooms c on c.classroom_id = vc.classroom_id
        where vc.lesson_id = l.lesson_id and c.school_id = viewer.school_id)
      or exists (
        select 1 from lesson_class_groups vg join class_groups g on g.class_group_id = vg.class_group_id
        where vg.lesson_id = l.lesson_id and g.school_id = viewer.school_id)))))`;
}

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

async function requireRecording(db: Kysely<Database>, recordingId: RecordingId): Promise<Recording> {
  const recording = await findRecording(db, recordingId);
  if (recording === undefined) throw new AppError('notFound');
  return recording;
}

function selectRecordings(db: Kysely<Database>) {
  return db
    .selectFrom('recordings as r')
    .innerJoin('lessons as l', 'l.lesson_id', 'r.lesson_id')
    .innerJoin('schools as s', 's.school_id', 'l.school_id')
    .innerJoin('persons as t', 't.person_id', 'l.lecturer_id')
    .selectAll('r')
    .select(['l.kind', 'l.subject', 'l.school_id', 's.name as school_name'])
    .select(['t.person_id as lecturer_id', 't.display_name as lecturer_name']);
}

type RecordingRow = Awaited<ReturnType<ReturnType<typeof selectRecordings>['executeTakeFirstOrThrow']>>;

function toRecording(row: RecordingRow): Recording {
  return {
    recordingId: row.recording_id,
    lessonId: row.lesson_id,
    kind: row.kind,
    title: row.title,
    subject: row.subject,
    schoolId: row.school_id,
    schoolName: row.school_name,
    lecturerId: row.lecturer_id,
    lecturerName: row.lecturer_name,
    phase: row.phase,
    startedAtUnixUs: row.started_at_unix_us,
    startedAtMs: row.started_at.getTime(),
    endedAtMs: instantOrNull(row.ended_at),
    durationMs: row.duration_ms,
    viewsIndexKey: row.views_index_key,
    film: row.film,
    progress: row.progress === null ? null : { fraction: row.progress, secondsLeft: row.seconds_left },
    failure: row.failure,
    allowsDownload: row.allows_download,
    visibility: row.visibility,
  };
}
