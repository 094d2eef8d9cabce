import { sql, type Kysely } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { PersonId } from '../../signaling/protocol/ids.ts';
import type { Lesson } from '../ports/lesson-store.ts';
import { instantOrNull } from './instant.ts';
import type { Database } from './schema.ts';

export function selectLessons(db: Kysely<Database>) {
  return db
    .selectFrom('lessons as l')
    .innerJoin('schools as s', 's.school_id', 'l.school_id')
    .innerJoin('persons as t', 't.person_id', 'l.lecturer_id')
    .selectAll('l')
    .select(['s.name as school_name', 't.display_name as lecturer_name'])
    .select((eb) => [
      sql<PersonId[]>`array(
        select lt.person_id from lesson_co_teachers lt where lt.lesson_id = l.lesson_id order by lt.person_id)`.as(
        'co_teacher_ids',
      ),
      jsonArrayFrom(
        eb
          .selectFrom('lesson_class_groups as lg')
          .innerJoin('class_groups as g', 'g.class_group_id', 'lg.class_group_id')
          .select(['g.class_group_id as classGroupId', 'g.full_name as name', 'g.school_id as schoolId'])
          .whereRef('lg.lesson_id', '=', 'l.lesson_id')
          .orderBy('g.full_name'),
      ).as('class_groups'),
      jsonArrayFrom(
        eb
          .selectFrom('lesson_classrooms as lc')
          .innerJoin('classrooms as c', 'c.classroom_id', 'lc.classroom_id')
          .innerJoin('schools as cs', 'cs.school_id', 'c.school_id')
          .leftJoin('sites as si', 'si.classroom_id', 'c.classroom_id')
          .select([
            'c.classroom_id as classroomId',
            'c.name',
            'c.school_id as schoolId',
            'cs.name as schoolName',
            'si.site_id as siteId',
          ])
          .whereRef('lc.lesson_id', '=', 'l.lesson_id')
          .orderBy('cs.name')
          .orderBy('c.name'),
      ).as('classrooms'),
    ]);
}

type LessonRow = Awaited<ReturnType<ReturnType<typeof selectLessons>['executeTakeFirstOrThrow']>>;

export function toLesson(row: LessonRow): Lesson {
  return {
    lessonId: row.lesson_id,
    kind: row.kind,
    title: row.title,
    subject: row.subject,
    state: row.state,
    schoolId: row.school_id,
    schoolName: row.school_name,
    lecturerId: row.lecturer_id,
    lecturerName: row.lecturer_name,
    coTeacherIds: row.co_teacher_ids,
    classGroups: row.class_groups,
    classrooms: row.classrooms,
    startsAtMs: row.starts_at.getTime(),
    endsAtMs: row.ends_at.getTime(),
    startedAtMs: instantOrNull(row.started_at),
    endedAtMs: instantOrNull(row.ended_at),
    isRecorded: row.is_recorded,
    timetableEntryId: row.entry_id,
    ownFields: row.own_fields,
    origin: row.origin,
  };
}
