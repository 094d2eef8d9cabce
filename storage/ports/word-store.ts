import type { LessonId, SchoolId } from '../../signaling/protocol/ids.ts';

/** Words that a school refuses in its lessons. Errors as in `DirectoryStore`. */
export interface WordStore {
  /** In the order in which they were given; empty for a school that has never set any. */
  words(schoolId: SchoolId): Promise<string[]>;
  /** Those of the school whose lesson it is. */
  wordsOfLesson(lessonId: LessonId): Promise<string[]>;
  /** Instead of those before. */
  set(schoolId: SchoolId, words: readonly string[], nowMs: number): Promise<void>;
}
