import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { PersonId, RecordingId } from '../../signaling/protocol/ids.ts';
import type { Audience, Page } from '../ports/audience.ts';
import type { FoundRecording, RecordingFacets, RecordingFilter } from '../ports/recording-store.ts';
import type { TextHit } from '../ports/recording-text-store.ts';
import { selectRecordings, toRecording } from './recording-rows.ts';
import { manages, maySee } from './recording-sight.ts';
import type { Database } from './schema.ts';
import { containing } from './search-pattern.ts';
import { lineHas, wordsOf } from './text-grams.ts';

/** Less was only a look; what is left then is good-byes. */
const BEGUN_MS = 10_000;
const DONE_FRACTION = 0.95;

/** What a manager has written down, else the grades of the class groups that attended. */
const ofGrade = (grade: string): RawBuilder<boolean> => sql`(r.grade = ${grade} or (r.grade is null and exists (
  select 1 from lesson_class_groups fg join class_groups g on g.class_group_id = fg.class_group_id
  where fg.lesson_id = l.lesson_id and g.grade = ${grade})))`;

/** Where a position lies in what is shown: without what the edition cuts out before it. Pauses, which nobody knows here, would move it by little. */
const SHOWN_POSITION: RawBuilder<number> = sql`(b.position_ms - coalesce((
  select sum(greatest(0, least(b.position_ms, (c ->> 'toUs')::float8 / 1000) - (c ->> 'fromUs')::float8 / 1000))
  from jsonb_array_elements(m.edition -> 'leftOut') c), 0))`;

/** Of the film, or as long as there is none, of the views of the edition. */
const SHOWN_DURATION: RawBuilder<number> = sql`coalesce(
  case when m.film is null then (m.edition_views ->> 'durationMs')::float8 end, m.duration_ms)`;

const begunBy = (personId: PersonId): RawBuilder<boolean> => sql`exists (
  select 1 from playback_positions b where b.recording_id = r.recording_id and b.person_id = ${personId}
  and b.position_ms >= ${BEGUN_MS} and (m.duration_ms is null or ${SHOWN_POSITION} < ${SHOWN_DURATION} * ${DONE_FRACTION}::float8))`;

const savedAt = (personId: PersonId) => sql`(select b.saved_at from playback_positions b
  where b.recording_id = r.recording_id and b.person_id = ${personId})`;

/** In what is written about it, or in what is said in it. */
function mentions(word: string): RawBuilder<boolean> {
  const pattern = containing(word);
  return sql`(r.title ilike ${pattern} or t.display_name ilike ${pattern} or r.description ilike ${pattern}
    or r.series ilike ${pattern}
    or m.recording_id in (select x.recording_id from recording_texts x where ${lineHas(word)}))`;
}

function matching(db: Kysely<Database>, filter: RecordingFilter) {
  let query = selectRecordings(db).where(maySee(filter.audience));
  if (filter.includeRunning !== true) query = query.where('m.phase', '<>', 'recording');
  for (const condition of conditionsOf(filter)) query = query.where(condition);
  for (const word of wordsOf(filter.search ?? '')) query = query.where(mentions(word));
  return query;
}

/** What each part of a filter that was given asks for. */
const CONDITIONS: {
  readonly [K in keyof RecordingFilter]?: (
    value: NonNullable<RecordingFilter[K]>,
    audience: Audience,
  ) => RawBuilder<boolean>;
} = {
  schoolId: (schoolId) => sql`r.school_id = ${schoolId}`,
  subject: (subject) => sql`r.subject = ${subject}`,
  fromMs: (ms) => sql`m.started_at >= ${new Date(ms)}`,
  toMs: (ms) => sql`m.started_at < ${new Date(ms)}`,
  grade: ofGrade,
  seriesId: (entryId) => sql`l.entry_id = ${entryId}`,
  series: (name) => sql`r.series = ${name}`,
  begunBy,
  isDraft: (isDraft, audience) =>
    isDraft ? sql`(r.published_at is null and ${manages(audience)})` : sql`r.published_at is not null`,
};

function conditionsOf(filter: RecordingFilter): RawBuilder<boolean>[] {
  const conditionOf = <K extends keyof RecordingFilter>(key: K): RawBuilder<boolean>[] => {
    const value = filter[key];
    const condition = CONDITIONS[key];
    return value === undefined || value === null || condition === undefined ? [] : [condition(value, filter.audience)];
  };
  return (Object.keys(CONDITIONS) as (keyof RecordingFilter)[]).flatMap((key) => conditionOf(key));
}

export async function listRecordings(db: Kysely<Database>, filter: RecordingFilter): Promise<Page<FoundRecording>> {
  const query = matching(db, filter);
  const { total } = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const ordered = filter.begunBy === undefined ? query : query.orderBy(savedAt(filter.begunBy), 'desc');
  const rows = await ordered
    .orderBy('m.started_at', 'desc')
    .orderBy('r.recording_id')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute();
  const hits = await findHits(
    db,
    rows.map((row) => row.media_id),
    wordsOf(filter.search ?? ''),
  );
  return { items: rows.map((row) => ({ ...toRecording(row), hit: hits.get(row.media_id) ?? null })), total };
}

/** Of each recording the line that has most of the words, chapters before captions, the earliest. */
async function findHits(
  db: Kysely<Database>,
  mediaIds: readonly RecordingId[],
  words: readonly string[],
): Promise<ReadonlyMap<RecordingId, TextHit>> {
  if (mediaIds.length === 0 || words.length === 0) return new Map();
  const conditions = words.map(lineHas);
  const count = sql`${sql.join(
    conditions.map((condition) => sql`${condition}::int`),
    sql` + `,
  )}`;
  const rows = await db
    .selectFrom('recording_texts as x')
    .distinctOn('x.recording_id')
    .select(['x.recording_id', 'x.kind', 'x.language', 'x.at_ms', 'x.body'])
    .where('x.recording_id', 'in', mediaIds)
    .where(sql<boolean>`(${sql.join(conditions, sql` or `)})`)
    .orderBy('x.recording_id')
    .orderBy(sql`(${count})`, 'desc')
    .orderBy('x.kind', 'desc')
    .orderBy('x.at_ms')
    .execute();
  return new Map(
    rows.map((row) => [row.recording_id, { kind: row.kind, language: row.language, atMs: row.at_ms, text: row.body }]),
  );
}

export async function recordingFacets(db: Kysely<Database>, audience: Audience): Promise<RecordingFacets> {
  const seen = selectRecordings(db).where(maySee(audience)).clearSelect();
  const ofClasses = seen
    .where('r.grade', 'is', null)
    .innerJoin('lesson_class_groups as fg', 'fg.lesson_id', 'l.lesson_id')
    .innerJoin('class_groups as g', 'g.class_group_id', 'fg.class_group_id')
    .select('g.grade');
  const [schools, subjects, grades, entries, named] = await Promise.all([
    seen.select(['s.school_id as schoolId', 's.name']).distinct().orderBy('s.name').execute(),
    seen.select('r.subject').where('r.subject', 'is not', null).distinct().orderBy('r.subject').execute(),
    seen.where('r.grade', 'is not', null).select('r.grade').union(ofClasses).orderBy('grade').execute(),
    seen
      .innerJoin('timetable_entries as e', 'e.entry_id', 'l.entry_id')
      .select(['e.entry_id as seriesId', 'e.title'])
      .distinct()
      .orderBy('e.title')
      .execute(),
    seen.where('r.series', 'is not', null).select('r.series').distinct().orderBy('r.series').execute(),
  ]);
  return {
    schools,
    subjects: subjects.flatMap(({ subject }) => (subject === null ? [] : [subject])),
    grades: grades.flatMap(({ grade }) => (grade === null ? [] : [grade])),
    series: [
      ...named.flatMap(({ series }) => (series === null ? [] : [{ seriesId: null, title: series }])),
      ...entries,
    ],
  };
}
