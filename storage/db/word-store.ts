import type { Kysely } from 'kysely';
import type { WordStore } from '../ports/word-store.ts';
import type { Database } from './schema.ts';

export function createWordStore(db: Kysely<Database>): WordStore {
  return {
    async words(schoolId) {
      const row = await db
        .selectFrom('refused_words')
        .select('words')
        .where('school_id', '=', schoolId)
        .executeTakeFirst();
      return row?.words ?? [];
    },
    async wordsOfLesson(lessonId) {
      const row = await db
        .selectFrom('refused_words as w')
        .innerJoin('lessons as l', 'l.school_id', 'w.school_id')
        .select('w.words')
        .where('l.lesson_id', '=', lessonId)
        .executeTakeFirst();
      return row?.words ?? [];
    },
    async set(schoolId, words, nowMs) {
      const facts = { words: JSON.stringify(words), changed_at: new Date(nowMs) };
      await db
        .insertInto('refused_words')
        .values({ school_id: schoolId, ...facts })
        .onConflict((conflict) => conflict.column('school_id').doUpdateSet(facts))
        .execute();
    },
  };
}
