import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { PersonId } from '../../signaling/protocol/ids.ts';
import type { Audience, Page } from '../ports/audience.ts';
import type { Recording, RecordingFacets, RecordingFilter } from '../ports/recording-store.ts';
import { concerns } from './audience-filter.ts';
import { selectRecordings, toRecording } from './recording-rows.ts';
import type { Database } from './schema.ts';
import { containing } from './search-pattern.ts';

/** Less was only a look; what is left then is good-byes. */
const BEGUN_MS = 10_000;
const DONE_FRACTION = 0.95;

const ofGrade = (grade: string): RawBuilder<boolean> => sql`exists (
  select 1 from lesson_class_groups fg join class_groups g on g.class_group_id = fg.class_group_id
  where fg.lesson_id = l.lesson_id and g.grade = ${grade})`;

const begunBy = (personId: PersonId): RawBuilder<boolean> => sql`exists (
  select 1 from playback_positions b where b.recording_id = r.recording_id and b.person_id = ${personId}
  and b.position_ms >= ${BEGUN_MS} and (r.duration_ms is null or b.position_ms < r.duration_ms * ${DONE_FRACTION}::float8))`;

const savedAt = (personId: PersonId) => sql`(select b.saved_at from playback_positions b
  where b.recording_id = r.recording_id and b.person_id = ${personId})`;

function matching(db: Kysely<Database>, filter: RecordingFilter) {
  let query = selectRecordings(db).where(maySee(filter.audience));
  if (filter.includeRunning !== true) query = query.where('r.phase', '<>', 'recording');
  if (filter.schoolId !== undefined) query = query.where('l.school_id', '=', filter.schoolId);
  if (filter.subject !== undefined) query = query.where('l.subject', '=', filter.subject);
  if (filter.fromMs !== undefined) query = query.where('r.started_at', '>=', new Date(filter.fromMs));
  if (filter.toMs !== undefined) query = query.where('r.started_at', '<', new Date(filter.toMs));
  if (filter.grade !== undefined) query = query.where(ofGrade(filter.grade));
  if (filter.seriesId !== undefined) query = query.where('l.entry_id', '=', filter.seriesId);
  if (filter.begunBy !== undefined) query = query.where(begunBy(filter.begunBy));
  if (filter.search !== undefined && filter.search !== '') {
    const pattern = containing(filter.search);
    query = query.where((eb) => eb.or([eb('r.title', 'ilike', pattern), eb('t.display_name', 'ilike', pattern)]));
  }
  return query;
}

export async function listRecordings(db: Kysely<Database>, filter: RecordingFilter): Promise<Page<Recording>> {
  const query = matching(db, filter);
  const { total } = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const ordered = filter.begunBy === undefined ? query : query.orderBy(savedAt(filter.begunBy), 'desc');
  const rows = await ordered
    .orderBy('r.started_at', 'desc')
    .orderBy('r.recording_id')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute();
  return { items: rows.map(toRecording), total };
}

export async function recordingFacets(db: Kysely<Database>, audience: Audience): Promise<RecordingFacets> {
  const seen = selectRecordings(db).where(maySee(audience)).clearSelect();
  const [schools, subjects, grades, series] = await Promise.all([
    seen.select(['s.school_id as schoolId', 's.name']).distinct().orderBy('s.name').execute(),
    seen.select('l.subject').where('l.subject', 'is not', null).distinct().orderBy('l.subject').execute(),
    seen
      .innerJoin('lesson_class_groups as fg', 'fg.lesson_id', 'l.lesson_id')
      .innerJoin('class_groups as g', 'g.class_group_id', 'fg.class_group_id')
      .select('g.grade')
      .distinct()
      .orderBy('g.grade')
      .execute(),
    seen
      .innerJoin('timetable_entries as e', 'e.entry_id', 'l.entry_id')
      .select(['e.entry_id as seriesId', 'e.title'])
      .distinct()
      .orderBy('e.title')
      .execute(),
  ]);
  return {
    schools,
    subjects: subjects.flatMap(({ subject }) => (subject === null ? [] : [subject])),
    grades: grades.map(({ grade }) => grade),
    series,
  };
}

/** Whom its lesson concerned; with a wider visibility the schools that took part, or everybody who is signed in. */
export function maySee(audience: Audience): RawBuilder<boolean> {
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
