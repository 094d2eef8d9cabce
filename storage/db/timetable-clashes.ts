import { sql, type Kysely } from 'kysely';
import type { LessonId, SchoolId } from '../../signaling/protocol/ids.ts';
import type { Clash, ClashScope } from '../ports/timetable-store.ts';
import type { Database } from './schema.ts';

interface ClashRow {
  readonly kind: Clash['kind'];
  readonly name: string;
  readonly times: number;
  readonly lesson_id: LessonId;
  readonly title: string;
  readonly lecturer_name: string;
  readonly school_id: SchoolId;
  readonly school_name: string;
  readonly starts_at: Date;
}

/** `o` is another lesson that people come to, at the time of `m`. The day bounds what is looked through: no lesson is as long. */
const MEANWHILE = sql`o.lesson_id <> m.lesson_id and o.state in ('scheduled', 'live') and o.origin = 'class'
  and o.starts_at < m.ends_at and o.ends_at > m.starts_at and o.starts_at > m.starts_at - interval '1 day'`;

/**
 * What of the lessons named needs somebody or something that another lesson has at the same time, one for each such series of lessons. A
 * meeting has a class's parents, not the class.
 */
export async function findClashes(db: Kysely<Database>, scope: ClashScope, nowMs: number): Promise<Clash[]> {
  const named = 'entryId' in scope ? sql`l.entry_id = ${scope.entryId}` : sql`l.lesson_id = ${scope.lessonId}`;
  const { rows } = await sql<ClashRow>`with mine as (
      select l.lesson_id, l.kind, l.lecturer_id, l.starts_at, l.ends_at from lessons l
      where ${named} and l.state in ('scheduled', 'live') and l.origin = 'class' and l.ends_at > ${new Date(nowMs)}
    ), pairs as (
      select 'teacher' as kind, t.person_id as needed, o.lesson_id from mine m
      join lateral (
        select m.lecturer_id as person_id
        union select c.person_id from lesson_co_teachers c where c.lesson_id = m.lesson_id
      ) t on true
      join lessons o on ${MEANWHILE} and (o.lecturer_id = t.person_id or exists (
        select from lesson_co_teachers c where c.lesson_id = o.lesson_id and c.person_id = t.person_id))
      union all
      select 'classGroup', a.class_group_id, o.lesson_id from mine m
      join lesson_class_groups a on a.lesson_id = m.lesson_id
      join lesson_class_groups b on b.class_group_id = a.class_group_id
      join lessons o on o.lesson_id = b.lesson_id and ${MEANWHILE} and 'meeting' not in (m.kind, o.kind)
      union all
      select 'classroom', a.classroom_id, o.lesson_id from mine m
      join lesson_classrooms a on a.lesson_id = m.lesson_id
      join lesson_classrooms b on b.classroom_id = a.classroom_id
      join lessons o on o.lesson_id = b.lesson_id and ${MEANWHILE}
    ), series as (
      select p.kind, p.needed, count(*)::int as times, (array_agg(o.lesson_id order by o.starts_at, o.lesson_id))[1] as lesson_id
      from pairs p join lessons o on o.lesson_id = p.lesson_id
      group by p.kind, p.needed, coalesce(o.entry_id, o.lesson_id)
    )
    select s.kind, s.times, o.lesson_id, o.title, o.starts_at, t.display_name as lecturer_name,
      h.school_id, h.name as school_name, case s.kind
        when 'teacher' then (select p.display_name from persons p where p.person_id = s.needed)
        when 'classGroup' then (select g.full_name from class_groups g where g.class_group_id = s.needed)
        else (select c.name from classrooms c where c.classroom_id = s.needed) end as name
    from series s join lessons o on o.lesson_id = s.lesson_id
    join persons t on t.person_id = o.lecturer_id join schools h on h.school_id = o.school_id
    order by o.starts_at, s.kind, o.lesson_id, name`.execute(db);
  return rows.map(({ kind, name, times, starts_at, ...other }) => ({
    kind,
    name,
    times,
    lesson: {
      lessonId: other.lesson_id,
      title: other.title,
      lecturerName: other.lecturer_name,
      schoolId: other.school_id,
      schoolName: other.school_name,
      startsAtMs: starts_at.getTime(),
    },
  }));
}
