import type { Kysely } from 'kysely';
import type { ImportedLessonStore } from '../ports/imported-lesson-store.ts';
import type { Database } from './schema.ts';

export function createImportedLessonStore(db: Kysely<Database>): ImportedLessonStore {
  return {
    async known(schoolId, uids) {
      if (uids.length === 0) return [];
      return db
        .selectFrom('imported_lessons')
        .select(['uid', 'occurrence'])
        .where('school_id', '=', schoolId)
        .where('uid', 'in', [...uids])
        .execute();
    },
    async remember(schoolId, { uid, occurrence }, lessonId) {
      await db
        .insertInto('imported_lessons')
        .values({ school_id: schoolId, uid, occurrence, lesson_id: lessonId })
        .execute();
    },
  };
}
