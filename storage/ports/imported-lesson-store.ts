import type { LessonId, SchoolId } from '../../signaling/protocol/ids.ts';
import type { Lesson } from './lesson-store.ts';

/** From which events of calendar files lessons were made. Errors as in `DirectoryStore`. */
export interface ImportedLessonStore {
  /** Those of a school that there are, of these events, with their lessons as they are now; by start. */
  known(schoolId: SchoolId, uids: readonly string[]): Promise<ImportedLesson[]>;
  /** In the place of one that a file has cancelled. @throws AppError `conflict` when another lesson was made from it already. */
  remember(schoolId: SchoolId, event: ImportedEvent, lessonId: LessonId): Promise<void>;
  /** A series that was moved as a whole names its occurrences anew. @throws AppError `conflict` when there is one of that name. */
  rename(schoolId: SchoolId, event: ImportedEvent, occurrence: string): Promise<void>;
  /** Its lesson was cancelled because a file said so: if one takes that back, there may be another lesson. */
  noteCancelled(schoolId: SchoolId, event: ImportedEvent): Promise<void>;
}

/** `occurrence`: which one of a series; empty for what is none. */
export interface ImportedEvent {
  readonly uid: string;
  readonly occurrence: string;
}

export interface ImportedLesson extends ImportedEvent {
  readonly isCancelledByFile: boolean;
  readonly lesson: Lesson;
}
