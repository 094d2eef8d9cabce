import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { AppError } from '../../signaling/protocol/errors.ts';
import { LessonId, type PersonId } from '../../signaling/protocol/ids.ts';
import { newId } from '../new-id.ts';
import type { Audience } from '../ports/audience.ts';
import type {
  ChangedBy,
  Involvement,
  Lesson,
  LessonChange,
  LessonStore,
  NewLessonRecord,
  OwnField,
} from '../ports/lesson-store.ts';
import { concerns, lessonOf } from './audience-filter.ts';
import { inTransaction } from './in-transaction.ts';
import { selectLessons, toLesson } from './lesson-rows.ts';
import type { Database, LessonTable } from './schema.ts';

export function createLessonStore(db: Kysely<Database>): LessonStore {
  return {
    create: (lesson) => createLesson(db, lesson),
    change: (lessonId, change, by = 'person') => changeLesson(db, lessonId, change, by),
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

function changeLesson(db: Kysely<Database>, lessonId: LessonId, change: LessonChange, by: ChangedBy): Promise<Lesson> {
  return inTransaction(db, async (tx) => {
    const stored = await tx
      .selectFrom('lessons')
      .selectAll()
      .where('lesson_id', '=', lessonId)
      .forUpdate()
      .executeTakeFirst();
    if (stored === undefined) throw new AppError('notFound');
    if (stored.state !== 'scheduled') throw new AppError('conflict', { details: { state: stored.state } });
    const ownFields = by === 'file' ? ownFieldsFollowing(stored, change) : await ownFieldsAfter(tx, stored, change);
    await tx
      .updateTable('lessons')
      .set({
        title: change.title ?? stored.title,
        subject: change.subject === undefined ? stored.subject : change.subject,
        lecturer_id: change.lecturerId ?? stored.lecturer_id,
        starts_at: change.startsAtMs === undefined ? stored.starts_at : new Date(change.startsAtMs),
        ends_at: change.endsAtMs === undefined ? stored.ends_at : new Date(change.endsAtMs),
        is_recorded: change.isRecorded ?? stored.is_recorded,
        own_fields: JSON.stringify(ownFields),
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

type StoredLesson = Selectable<LessonTable>;

/** A lesson of the timetable, or of a calendar file, keeps what somebody has decided for it alone. */
async function ownFieldsAfter(tx: Kysely<Database>, stored: StoredLesson, change: LessonChange): Promise<OwnField[]> {
  const isOfTimetable = stored.entry_id !== null;
  if (!isOfTimetable && !(await isImported(tx, stored.lesson_id))) return [];
  const named = FIELD_OF.filter(
    ([field]) => change[field] !== undefined && (isOfTimetable || differs(stored, change, field)),
  );
  return [...new Set([...stored.own_fields, ...named.map(([, own]) => own)])];
}

/** What follows its file is nobody's own decision any more. */
function ownFieldsFollowing(stored: StoredLesson, change: LessonChange): OwnField[] {
  const named = FIELD_OF.flatMap(([field, own]) => (change[field] === undefined ? [] : [own]));
  return stored.own_fields.filter((own) => !named.includes(own));
}

async function isImported(tx: Kysely<Database>, lessonId: LessonId): Promise<boolean> {
  const event = await tx
    .selectFrom('imported_lessons')
    .select('uid')
    .where('lesson_id', '=', lessonId)
    .limit(1)
    .executeTakeFirst();
  return event !== undefined;
}

/** Forms send back what nobody has touched. */
function differs(stored: StoredLesson, change: LessonChange, field: keyof LessonChange): boolean {
  const { title, subject, lecturer_id: lecturerId, starts_at, ends_at } = stored;
  const before = { title, subject, lecturerId, startsAtMs: starts_at.getTime(), endsAtMs: ends_at.getTime() };
  return !(field in before) || before[field as keyof typeof before] !== change[field];
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
