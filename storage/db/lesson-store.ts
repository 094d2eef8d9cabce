import { sql, type Kysely, type RawBuilder } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { AppError } from '../../signaling/protocol/errors.ts';
import { LessonId, type PersonId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { Audience } from '../ports/audience.ts';
import type {
  Involvement,
  Lesson,
  LessonChange,
  LessonStore,
  NewLessonRecord,
  OwnField,
} from '../ports/lesson-store.ts';
import { concerns, lessonOf } from './audience-filter.ts';
import { instantOrNull } from './instant.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';

export function createLessonStore(db: Kysely<Database>): LessonStore {
  return {
    create: (lesson) => createLesson(db, lesson),
    change: (lessonId, change) => changeLesson(db, lessonId, change),
    lesson: (lessonId) => findLesson(db, lessonId),
    async list({ fromMs, toMs, audience }) {
      const rows = await selectLessons(db)
        .where('l.starts_at', '<', new Date(toMs))
        // A lesson that runs over its time is still there.
        .where((eb) => eb.or([eb('l.ends_at', '>', new Date(fromMs)), eb('l.state', '=', 'live')]))
        .where('l.state', '<>', 'cancelled')
        .where(isAttended(audience))
        .where(concerns(audience))
        .orderBy('l.starts_at')
        .orderBy('l.lesson_id')
        .execute();
      return rows.map(toLesson);
    },
    async listLive() {
      const rows = await selectLessons(db).where('l.state', '=', 'live').orderBy('l.starts_at').execute();
      return rows.map(toLesson);
    },
    involvements: (personId, lessonIds) => involvements(db, personId, lessonIds),
    isTaughtBy: (personId, teacherId) => isTaughtBy(db, personId, teacherId),
    async roster(lessonId) {
      const rows = await db
        .selectFrom('lesson_class_groups as lg')
        .innerJoin('class_groups as g', 'g.class_group_id', 'lg.class_group_id')
        .innerJoin('persons as p', 'p.class_group_id', 'g.class_group_id')
        .innerJoin('schools as s', 's.school_id', 'g.school_id')
        .select([
          'p.person_id as personId',
          'p.display_name as displayName',
          'p.student_number as studentNumber',
          'g.class_group_id as classGroupId',
          'g.full_name as classGroup',
          's.school_id as schoolId',
          's.name as schoolName',
        ])
        .where('lg.lesson_id', '=', lessonId)
        .where('p.is_active', '=', true)
        .orderBy('g.full_name')
        .orderBy('p.student_number', (order) => order.asc().nullsLast())
        .orderBy('p.display_name')
        .execute();
      return rows;
    },
    start: (lessonId, atMs) =>
      step(db, lessonId, { from: ['scheduled'], done: 'live', set: { state: 'live', started_at: new Date(atMs) } }),
    end: (lessonId, atMs) =>
      step(db, lessonId, {
        from: ['scheduled', 'live'],
        done: 'ended',
        set: { state: 'ended', ended_at: new Date(atMs) },
      }),
    cancel: (lessonId) => step(db, lessonId, { from: ['scheduled'], done: 'cancelled', set: { state: 'cancelled' } }),
  };
}

/** A micro-lesson is on the list of who records it, and of nobody else. */
function isAttended({ personId }: Audience): RawBuilder<boolean> {
  if (personId === undefined) return sql`l.origin = 'class'`;
  return sql`(l.origin = 'class' or (l.origin = 'micro' and l.lecturer_id = ${personId}))`;
}

interface Step {
  readonly from: Lesson['state'][];
  readonly done: Lesson['state'];
  readonly set: { readonly state: Lesson['state']; readonly started_at?: Date; readonly ended_at?: Date };
}

async function step(db: Kysely<Database>, lessonId: LessonId, { from, done, set }: Step): Promise<Lesson> {
  await db.updateTable('lessons').set(set).where('lesson_id', '=', lessonId).where('state', 'in', from).execute();
  const lesson = await findLesson(db, lessonId);
  if (lesson === undefined) throw new AppError('notFound');
  if (lesson.state !== done) throw new AppError('conflict', { details: { state: lesson.state } });
  return lesson;
}

function createLesson(db: Kysely<Database>, lesson: NewLessonRecord): Promise<Lesson> {
  const lessonId = newId(LessonId);
  return inTransaction(db, async (tx) => {
    await tx
      .insertInto('lessons')
      .values({
        lesson_id: lessonId,
        kind: lesson.kind,
        title: lesson.title,
        subject: lesson.subject,
        school_id: lesson.schoolId,
        lecturer_id: lesson.lecturerId,
        starts_at: new Date(lesson.startsAtMs),
        ends_at: new Date(lesson.endsAtMs),
        state: 'scheduled',
        is_recorded: lesson.isRecorded,
        origin: lesson.origin ?? 'class',
      })
      .execute();
    await replaceLinks(tx, lessonId, lesson);
    return requireLesson(tx, lessonId);
  });
}

function changeLesson(db: Kysely<Database>, lessonId: LessonId, change: LessonChange): Promise<Lesson> {
  return inTransaction(db, async (tx) => {
    const stored = await tx
      .selectFrom('lessons')
      .selectAll()
      .where('lesson_id', '=', lessonId)
      .forUpdate()
      .executeTakeFirst();
    if (stored === undefined) throw new AppError('notFound');
    if (stored.state !== 'scheduled') throw new AppError('conflict', { details: { state: stored.state } });
    await tx
      .updateTable('lessons')
      .set({
        title: change.title ?? stored.title,
        subject: change.subject === undefined ? stored.subject : change.subject,
        lecturer_id: change.lecturerId ?? stored.lecturer_id,
        starts_at: change.startsAtMs === undefined ? stored.starts_at : new Date(change.startsAtMs),
        ends_at: change.endsAtMs === undefined ? stored.ends_at : new Date(change.endsAtMs),
        is_recorded: change.isRecorded ?? stored.is_recorded,
        own_fields: JSON.stringify(ownFieldsAfter(stored, change)),
      })
      .where('lesson_id', '=', lessonId)
      .execute();
    await replaceLinks(tx, lessonId, change);
    return requireLesson(tx, lessonId);
  });
}

const FIELD_OF: readonly (readonly [keyof LessonChange, OwnField])[] = [
  ['startsAtMs', 'times'],
  ['endsAtMs', 'times'],
  ['lecturerId', 'lecturer'],
  ['title', 'title'],
  ['subject', 'subject'],
  ['classGroupIds', 'classGroups'],
  ['classroomIds', 'classrooms'],
];

/** A lesson of the timetable keeps what somebody has decided for it alone. */
function ownFieldsAfter(
  stored: { readonly entry_id: string | null; readonly own_fields: readonly OwnField[] },
  change: LessonChange,
): OwnField[] {
  if (stored.entry_id === null) return [];
  const named = FIELD_OF.flatMap(([field, own]) => (change[field] === undefined ? [] : [own]));
  return [...new Set([...stored.own_fields, ...named])];
}

/** What is left out stays. */
async function replaceLinks(db: Kysely<Database>, lessonId: LessonId, lesson: LessonChange): Promise<void> {
  const { coTeacherIds, classGroupIds, classroomIds } = lesson;
  if (coTeacherIds !== undefined) {
    await db.deleteFrom('lesson_co_teachers').where('lesson_id', '=', lessonId).execute();
    const rows = [...new Set(coTeacherIds)].map((id) => ({ lesson_id: lessonId, person_id: id }));
    if (rows.length > 0) await db.insertInto('lesson_co_teachers').values(rows).execute();
  }
  if (classGroupIds !== undefined) {
    await db.deleteFrom('lesson_class_groups').where('lesson_id', '=', lessonId).execute();
    const rows = [...new Set(classGroupIds)].map((id) => ({ lesson_id: lessonId, class_group_id: id }));
    if (rows.length > 0) await db.insertInto('lesson_class_groups').values(rows).execute();
  }
  if (classroomIds !== undefined) {
    await db.deleteFrom('lesson_classrooms').where('lesson_id', '=', lessonId).execute();
    const rows = [...new Set(classroomIds)].map((id) => ({ lesson_id: lessonId, classroom_id: id }));
    if (rows.length > 0) await db.insertInto('lesson_classrooms').values(rows).execute();
  }
}

async function isTaughtBy(db: Kysely<Database>, personId: PersonId, teacherId: PersonId): Promise<boolean> {
  const found = await db
    .selectFrom('lessons as l')
    .select('l.lesson_id')
    // From the person's lessons to the teacher's: those of a person are few.
    .where(
      sql<boolean>`l.lesson_id in (
        select s.lesson_id from seats s where s.person_id = ${personId}
        union select lg.lesson_id from lesson_class_groups lg
          join persons pupil on pupil.class_group_id = lg.class_group_id where pupil.person_id = ${personId})`,
    )
    .where(sql<boolean>`(${lessonOf.lecturer(teacherId)} or ${lessonOf.coTeacher(teacherId)})`)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** The nearest involvement counts: who lectures and is a guardian too, lectures. */
async function involvements(
  db: Kysely<Database>,
  personId: PersonId,
  lessonIds: readonly LessonId[],
): Promise<ReadonlyMap<LessonId, Involvement>> {
  if (lessonIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('lessons as l')
    .select('l.lesson_id')
    .select([
      lessonOf.lecturer(personId).as('lecturer'),
      lessonOf.coTeacher(personId).as('coTeacher'),
      lessonOf.farEndTeacher(personId).as('farEndTeacher'),
      lessonOf.pupil(personId).as('pupil'),
    ])
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('lesson_class_groups as lg')
          .innerJoin('persons as ward', 'ward.class_group_id', 'lg.class_group_id')
          .innerJoin('guardianships as gs', 'gs.ward_id', 'ward.person_id')
          .select(['ward.person_id as personId', 'ward.display_name as displayName'])
          .whereRef('lg.lesson_id', '=', 'l.lesson_id')
          .where('gs.guardian_id', '=', personId)
          .orderBy('ward.display_name'),
      ).as('wards'),
    )
    .where('l.lesson_id', 'in', lessonIds)
    .execute();
  const found = new Map<LessonId, Involvement>();
  for (const row of rows) {
    const as = (['lecturer', 'coTeacher', 'farEndTeacher', 'pupil'] as const).find((kind) => row[kind]);
    if (as !== undefined) found.set(row.lesson_id, { as });
    else if (row.wards.length > 0) found.set(row.lesson_id, { as: 'guardian', wards: row.wards });
  }
  return found;
}

async function findLesson(db: Kysely<Database>, lessonId: LessonId): Promise<Lesson | undefined> {
  const row = await selectLessons(db).where('l.lesson_id', '=', lessonId).executeTakeFirst();
  return row === undefined ? undefined : toLesson(row);
}

async function requireLesson(db: Kysely<Database>, lessonId: LessonId): Promise<Lesson> {
  const lesson = await findLesson(db, lessonId);
  if (lesson === undefined) throw new AppError('internal', { message: 'a lesson just written is not there' });
  return lesson;
}

function selectLessons(db: Kysely<Database>) {
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

function toLesson(row: LessonRow): Lesson {
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
