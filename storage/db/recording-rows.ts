import { sql, type Kysely } from 'kysely';
import type { RecordingEdition } from '../ports/edition-store.ts';
import type { Recording } from '../ports/recording-store.ts';
import { instantOrNull } from './instant.ts';
import type { Database } from './schema.ts';

/** Recordings `r` with their lesson `l`, school `s` and lecturer `t`. */
export function selectRecordings(db: Kysely<Database>) {
  return db
    .selectFrom('recordings as r')
    .innerJoin('lessons as l', 'l.lesson_id', 'r.lesson_id')
    .innerJoin('schools as s', 's.school_id', 'l.school_id')
    .innerJoin('persons as t', 't.person_id', 'l.lecturer_id')
    .selectAll('r')
    .select(['l.kind', 'l.subject', 'l.school_id', 's.name as school_name'])
    .select(['t.person_id as lecturer_id', 't.display_name as lecturer_name'])
    .select(
      sql<boolean>`exists (
      select 1 from recording_erasures re where re.recording_id = r.recording_id and re.done_at is null)`.as(
        'is_erasing',
      ),
    );
}

type RecordingRow = Awaited<ReturnType<ReturnType<typeof selectRecordings>['executeTakeFirstOrThrow']>>;

export function toRecording(row: RecordingRow): Recording {
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
    film: row.film === null ? null : { editionVersion: 0, ...row.film },
    progress: row.progress === null ? null : { fraction: row.progress, secondsLeft: row.seconds_left },
    failure: row.failure,
    allowsDownload: row.allows_download,
    visibility: row.visibility,
    edition: editionOf(row),
  };
}

function editionOf(row: RecordingRow): RecordingEdition {
  return {
    version: row.edition_version,
    edition: row.edition,
    shownFrom: row.edition_shown_from,
    sameFrom: row.edition_same_from,
    views: row.edition_views,
    isErasing: row.is_erasing,
  };
}
