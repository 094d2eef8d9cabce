import { sql, type RawBuilder } from 'kysely';
import type { PersonId } from '../../signaling/protocol/ids.ts';
import type { Audience } from '../ports/audience.ts';

type Condition = RawBuilder<boolean>;

/**
 * Conditions on a lesson `l` of the query they are put into.
 */
export const lessonOf = {
  lecturer: (personId: PersonId): Condition => sql`l.lecturer_id = ${personId}`,

  coTeacher: (personId: PersonId): Condition => sql`exists (
    select 1 from lesson_co_teachers lt where lt.lesson_id = l.lesson_id and lt.person_id = ${personId})`,

  pupil: (personId: PersonId): Condition => sql`exists (
    select 1 from lesson_class_groups lg join persons pupil on pupil.class_group_id = lg.class_group_id
    where lg.lesson_id = l.lesson_id and pupil.person_id = ${personId})`,

  guardian: (personId: PersonId): Condition => sql`exists (
    select 1 from lesson_class_groups lg join persons ward on ward.class_group_id = lg.class_group_id
    join guardianships gs on gs.ward_id = ward.person_id
    where lg.lesson_id = l.lesson_id and gs.guardian_id = ${personId})`,

  farEndTeacher: (personId: PersonId): Condition => sql`exists (
    select 1 from lesson_classrooms lc join classrooms c on c.classroom_id = lc.classroom_id
    join role_grants rg on rg.school_id = c.school_id and rg.role = 'teacher'
    where lc.lesson_id = l.lesson_id and rg.person_id = ${personId})`,
} as const;

/** Whether lesson `l` concerns the audience. */
export function concerns({
  personId,
  schoolIds = [],
  classroomId,
  classGroupId,
  everything = false,
}: Audience): Condition {
  if (everything) return sql`true`;
  const conditions: Condition[] = [];
  if (personId !== undefined) conditions.push(...Object.values(lessonOf).map((condition) => condition(personId)));
  if (schoolIds.length > 0) {
    const ids = sql`any(${sql.val([...schoolIds])}::text[])`;
    conditions.push(sql`l.school_id = ${ids}`);
    conditions.push(sql`exists (
      select 1 from lesson_classrooms lc join classrooms c on c.classroom_id = lc.classroom_id
      where lc.lesson_id = l.lesson_id and c.school_id = ${ids})`);
  }
  if (classroomId !== undefined) {
    conditions.push(sql`exists (
      select 1 from lesson_classrooms lc where lc.lesson_id = l.lesson_id and lc.classroom_id = ${classroomId})`);
  }
  if (classGroupId !== undefined) {
    conditions.push(sql`exists (
      select 1 from lesson_class_groups lg where lg.lesson_id = l.lesson_id and lg.class_group_id = ${classGroupId})`);
  }
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, sql` or `)})`;
}
