import { sql, type Kysely, type RawBuilder } from 'kysely';
import { RecordingFailure } from '../../signaling/protocol/rest/recordings.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { RecordingEdition } from '../ports/edition-store.ts';
import type { Recording } from '../ports/recording-store.ts';
import { instantOrNull } from './instant.ts';
import type { Database } from './schema.ts';

/** A shorter time to keep recordings removes nothing before people had these days to think again. */
export const GRACE_DAYS = 7;

/** When the school with this alias wants a recording gone; null where it keeps recordings for good. */
const keptUntil = (school: 's' | 'ms'): RawBuilder<Date | null> => sql`case
  when (${sql.ref(`${school}.settings`)} ->> 'keepsRecordingsDays') is null then null
  else greatest(
    coalesce(m.ended_at, m.started_at) + make_interval(days => (${sql.ref(`${school}.settings`)} ->> 'keepsRecordingsDays')::int),
    ${sql.ref(`${school}.retention_changed_at`)} + make_interval(days => ${sql.lit(GRACE_DAYS)})) end`;

/** A copy goes when either school wants it gone, and stays while its origin is held. */
export const expiryOfRow: RawBuilder<Date | null> = sql`case
  when m.hold_reason is not null then null else least(${keptUntil('s')}, ${keptUntil('ms')}) end`;

/**
 * Recordings `r`, also removed ones, with the recording `m` whose media they play (themselves, or a copy's origin), their lesson `l`, the
 * school `s` that answers for them and `ms` for the media, and the lecturer `t`.
 */
export function selectAnyRecordings(db: Kysely<Database>) {
  return db
    .selectFrom('recordings as r')
    .innerJoin('recordings as m', (join) =>
      join.on(sql<boolean>`m.recording_id = coalesce(r.origin_id, r.recording_id)`),
    )
    .innerJoin('lessons as l', 'l.lesson_id', 'r.lesson_id')
    .innerJoin('schools as s', 's.school_id', 'r.school_id')
    .innerJoin('schools as ms', 'ms.school_id', 'm.school_id')
    .innerJoin('persons as t', 't.person_id', 'l.lecturer_id')
    .select(['r.recording_id', 'r.lesson_id', 'r.title', 'r.subject', 'r.description', 'r.grade', 'r.series'])
    .select(['r.school_id', 'r.manager_id', 'r.visibility', 'r.published_at', 'r.origin_id'])
    .select(['m.recording_id as media_id', 'm.phase', 'm.started_at_unix_us', 'm.started_at', 'm.ended_at'])
    .select(['m.duration_ms', 'm.views_index_key', 'm.film', 'm.progress', 'm.seconds_left', 'm.failure'])
    .select(['m.hold_reason', 'm.held_at', 'm.edition', 'm.edition_version', 'm.edition_shown_from'])
    .select(['m.edition_same_from', 'm.edition_views'])
    .select(
      sql<boolean>`exists (
      select 1 from recording_erasures re where re.recording_id = m.recording_id and re.done_at is null)`.as(
        'is_erasing',
      ),
    )
    .select([
      'l.kind',
      'l.origin as lesson_origin',
      's.name as school_name',
      's.time_zone',
      'ms.name as media_school_name',
    ])
    .select(['t.person_id as lecturer_id', 't.display_name as lecturer_name'])
    .select([
      sql<boolean>`r.allows_download and m.allows_download`.as('allows_download'),
      expiryOfRow.as('expires_at'),
    ]);
}

/** Until the transaction ends nobody else changes it: what is read from here on still holds when it is written. */
export async function lockRecording(tx: Kysely<Database>, recordingId: RecordingId): Promise<void> {
  await tx
    .selectFrom('recordings')
    .select('recording_id')
    .where('recording_id', '=', recordingId)
    .forUpdate()
    .executeTakeFirst();
}

/** Those that are there for people. */
export const selectRecordings = (db: Kysely<Database>) => selectAnyRecordings(db).where('r.removed_at', 'is', null);

export type RecordingRow = Awaited<ReturnType<ReturnType<typeof selectAnyRecordings>['executeTakeFirstOrThrow']>>;

export function toRecording(row: RecordingRow): Recording {
  return {
    recordingId: row.recording_id,
    mediaId: row.media_id,
    originSchoolName: row.origin_id === null ? null : row.media_school_name,
    lessonId: row.lesson_id,
    kind: row.kind,
    lessonOrigin: row.lesson_origin,
    title: row.title,
    description: row.description,
    subject: row.subject,
    grade: row.grade,
    series: row.series,
    schoolId: row.school_id,
    schoolName: row.school_name,
    timeZone: row.time_zone,
    managerId: row.manager_id,
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
    // Rows of before hold a sentence in Chinese.
    failure: row.failure === null ? null : RecordingFailure.catch('unknown').parse(row.failure),
    allowsDownload: row.allows_download,
    visibility: row.visibility,
    edition: editionOf(row),
    publishedAtMs: instantOrNull(row.published_at),
    expiresAtMs: instantOrNull(row.expires_at),
    hold:
      row.hold_reason === null || row.held_at === null
        ? null
        : { reason: row.hold_reason, sinceMs: row.held_at.getTime() },
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
