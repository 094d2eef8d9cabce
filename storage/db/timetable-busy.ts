import { sql, type Kysely } from 'kysely';
import type { LessonId, SchoolId } from '../../signaling/protocol/ids.ts';
import type { BusyLesson, BusyQuery, Need } from '../ports/timetable-store.ts';
import type { Database } from './schema.ts';

interface BusyRow {
  readonly lesson_id: LessonId;
  readonly title: string;
  readonly lecturer_name: string;
  readonly school_id: SchoolId;
  readonly school_name: string;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly needs: Need[];
}

/** No lesson is as long. */
const DAY_MS = 86_400_000;

/** One statement, however many times and needs there are: each kind of need is an index's, and the range bounds what is read of it. A meeting has a class's parents, not the class. */
export async function findBusy(db: Kysely<Database>, { times, needs }: BusyQuery): Promise<BusyLesson[]> {
  if (times.length === 0 || needs.length === 0) return [];
  const spans = times.map(({ startsAtMs, endsAtMs }) => ({ s: new Date(startsAtMs), e: new Date(endsAtMs) }));
  const from = new Date(Math.min(...times.map(({ startsAtMs }) => startsAtMs)) - DAY_MS);
  const to = new Date(Math.max(...times.map(({ endsAtMs }) => endsAtMs)));
  const { rows } = await sql<BusyRow>`with wanted as materialized (
      select distinct value as need from jsonb_array_elements_text(${JSON.stringify(needs)}::jsonb)
    ), spans as materialized (
      select s, e from jsonb_to_recordset(${JSON.stringify(spans)}::jsonb) as v(s timestamptz, e timestamptz)
    ), needed as (
      select o.lesson_id, o.lecturer_id as need from wanted w join lessons o on o.lecturer_id = w.need
        and o.starts_at > ${from} and o.starts_at < ${to}
      union select c.lesson_id, w.need from wanted w join lesson_co_teachers c on c.person_id = w.need
      union select g.lesson_id, w.need from wanted w join lesson_class_groups g on g.class_group_id = w.need
        join lessons o on o.lesson_id = g.lesson_id and o.kind <> 'meeting'
      union select r.lesson_id, w.need from wanted w join lesson_classrooms r on r.classroom_id = w.need
    )
    select l.lesson_id, l.title, t.display_name as lecturer_name, h.school_id, h.name as school_name, l.starts_at, l.ends_at,
      array_agg(n.need order by n.need) as needs
    from needed n join lessons l on l.lesson_id = n.lesson_id
    join persons t on t.person_id = l.lecturer_id join schools h on h.school_id = l.school_id
    where l.starts_at > ${from} and l.starts_at < ${to} and l.state in ('scheduled', 'live') and l.origin = 'class'
      and exists (select from spans v where l.starts_at < v.e and l.ends_at > v.s)
    group by l.lesson_id, t.display_name, h.school_id, h.name
    order by l.starts_at, l.lesson_id`.execute(db);
  return rows.map(({ title, needs: found, ...row }) => ({
    ...{ lessonId: row.lesson_id, title, lecturerName: row.lecturer_name, needs: found },
    ...{ schoolId: row.school_id, schoolName: row.school_name },
    ...{ startsAtMs: row.starts_at.getTime(), endsAtMs: row.ends_at.getTime() },
  }));
}
