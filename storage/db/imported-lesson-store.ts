import type { Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { SchoolId } from '../../signaling/protocol/ids.ts';
import type { ImportedEvent, ImportedLesson, ImportedLessonStore } from '../ports/imported-lesson-store.ts';
import { selectLessons, toLesson } from './lesson-rows.ts';
import type { Database } from './schema.ts';

export function createImportedLessonStore(db: Kysely<Database>): ImportedLessonStore {
  return {
    known: (schoolId, uids) => knownLessons(db, schoolId, uids),
    hold: (schoolId, event) => holdImported(db, schoolId, event),
    async remember(schoolId, { uid, occurrence, sequence }, lessonId) {
      const written = await db
        .insertInto('imported_lessons')
        .values({ school_id: schoolId, uid, occurrence, lesson_id: lessonId, sequence })
        .onConflict((conflict) =>
          conflict
            .columns(['school_id', 'uid', 'occurrence'])
            .doUpdateSet({ lesson_id: lessonId, is_cancelled: false, sequence })
            .where('imported_lessons.is_cancelled', '=', true),
        )
        .returning('lesson_id')
        .executeTakeFirst();
      if (written === undefined) throw new AppError('conflict');
    },
    async revise(schoolId, event, { occurrence, sequence }) {
      await ofEvent(db, schoolId, event).set({ occurrence, sequence }).execute();
    },
    async noteCancelled(schoolId, event) {
      await ofEvent(db, schoolId, event).set({ is_cancelled: true, sequence: event.sequence }).execute();
    },
  };
}

const ofEvent = (db: Kysely<Database>, schoolId: SchoolId, { uid, occurrence }: ImportedEvent) =>
  db
    .updateTable('imported_lessons')
    .where('school_id', '=', schoolId)
    .where('uid', '=', uid)
    .where('occurrence', '=', occurrence);

async function knownLessons(
  db: Kysely<Database>,
  schoolId: SchoolId,
  uids: readonly string[],
): Promise<ImportedLesson[]> {
  if (uids.length === 0) return [];
  const rows = await selectImported(db, schoolId)
    .where('i.uid', 'in', [...uids])
    .orderBy('l.starts_at')
    .orderBy('i.occurrence')
    .execute();
  return rows.map(toImported);
}

/** Read once more when the lesson is locked: whoever had it until then may have changed it, and its classes and classrooms. */
async function holdImported(
  db: Kysely<Database>,
  schoolId: SchoolId,
  { uid, occurrence }: ImportedEvent,
): Promise<ImportedLesson | undefined> {
  const found = selectImported(db, schoolId).where('i.uid', '=', uid).where('i.occurrence', '=', occurrence);
  const before = await found.executeTakeFirst();
  if (before === undefined) return undefined;
  const { lesson_id: lessonId } = before;
  await db.selectFrom('lessons').select('lesson_id').where('lesson_id', '=', lessonId).forUpdate().execute();
  const row = await found.executeTakeFirst();
  return row === undefined ? undefined : toImported(row);
}

const selectImported = (db: Kysely<Database>, schoolId: SchoolId) =>
  selectLessons(db)
    .innerJoin('imported_lessons as i', 'i.lesson_id', 'l.lesson_id')
    .select(['i.uid', 'i.occurrence', 'i.is_cancelled', 'i.sequence'])
    .where('i.school_id', '=', schoolId);

type ImportedRow = Awaited<ReturnType<ReturnType<typeof selectImported>['executeTakeFirstOrThrow']>>;

const toImported = (row: ImportedRow): ImportedLesson => ({
  ...{ uid: row.uid, occurrence: row.occurrence, sequence: row.sequence, isCancelledByFile: row.is_cancelled },
  lesson: toLesson(row),
});
