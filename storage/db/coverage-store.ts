import { sql, type Kysely } from 'kysely';
import type { CoverageRange, CoverageStore, LessonsGiven, LessonsHeard } from '../ports/coverage-store.ts';
import type { Database } from './schema.ts';

const DAY_MS = 86_400_000;
/** No zone is further from UTC. */
const ZONE_MS = DAY_MS;

export function createCoverageStore(db: Kysely<Database>): CoverageStore {
  return {
    async given(range) {
      const { rows } = await sql<LessonsGiven>`with taught as (${taught(range)})
        select t.school_id as "schoolId", count(*)::int as lessons, ${msOf(sql`sum(t.to_at - t.from_at)`)} as ms
        from taught t where ${range.schoolId ?? null}::text is null or t.school_id = ${range.schoolId ?? null}
        group by t.school_id order by t.school_id`.execute(db);
      return rows;
    },
    async heard(range) {
      const { rows } = await sql<LessonsHeard>`with taught as (${taught(range)}), heard as (
          select t.lesson_id, t.school_id, e.seat_id, c.classroom_id, c.school_id as listening_school_id,
            sum(greatest(interval '0', least(coalesce(a.left_at, t.to_at), t.to_at) - greatest(a.joined_at, t.from_at))) as time
          from taught t
          join seats e on e.lesson_id = t.lesson_id and e.site_id is not null
          join sites si on si.site_id = e.site_id
          join classrooms c on c.classroom_id = si.classroom_id
          join stays a on a.seat_id = e.seat_id
          where ${range.schoolId ?? null}::text is null or ${range.schoolId ?? null} in (t.school_id, c.school_id)
          group by t.lesson_id, t.school_id, e.seat_id, c.classroom_id, c.school_id)
        select h.school_id as "lecturingSchoolId", h.classroom_id as "classroomId", h.listening_school_id as "schoolId",
          array_agg(h.lesson_id order by h.lesson_id) as "lessonIds", ${msOf(sql`sum(h.time)`)} as ms,
          coalesce(sum(d.line_ms), 0)::float8 as "lineMs", coalesce(sum(d.poor_line_ms), 0)::float8 as "poorLineMs",
          coalesce(sum(d.line_score_ms), 0)::float8 as "lineScoreMs"
        from heard h left join seat_activity d on d.seat_id = h.seat_id
        where h.time > interval '0'
        group by h.school_id, h.classroom_id, h.listening_school_id
        order by h.school_id, h.classroom_id`.execute(db);
      return rows;
    },
  };
}

const msOf = (interval: ReturnType<typeof sql>) => sql`round(extract(epoch from ${interval}) * 1000)::float8`;

/**
 * Lessons and the time in which they were taught: not before the bell, when a room is set up, and only while a teacher was there. The end of
 * a lesson that everybody has left is long after its last word.
 */
function taught({ firstDate, lastDate, nowMs }: CoverageRange) {
  const now = new Date(nowMs);
  return sql`select * from (
    select l.lesson_id, l.school_id, greatest(l.starts_at, there.first_at) as from_at,
      least(coalesce(l.ended_at, ${now}::timestamptz), there.last_at) as to_at
    from lessons l
    join schools s on s.school_id = l.school_id
    cross join lateral (
      select min(a.joined_at) as first_at, max(coalesce(a.left_at, l.ended_at, ${now}::timestamptz)) as last_at
      from stays a join seats e on e.seat_id = a.seat_id
      where a.lesson_id = l.lesson_id and e.seat in ('lecturer', 'coTeacher')
    ) there
    where l.origin = 'class' and l.kind <> 'meeting' and l.state in ('live', 'ended')
      and l.starts_at between ${new Date(Date.parse(firstDate) - ZONE_MS)} and ${new Date(Date.parse(lastDate) + DAY_MS + ZONE_MS)}
      and to_char(l.starts_at at time zone s.time_zone, 'YYYY-MM-DD') between ${firstDate} and ${lastDate}
      and there.first_at is not null
  ) all_taught where to_at > from_at`;
}
