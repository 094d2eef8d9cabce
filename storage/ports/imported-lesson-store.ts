import type { LessonId, SchoolId } from '../../signaling/protocol/ids.ts';

/** From which events of calendar files lessons were made. Errors as in `DirectoryStore`. */
export interface ImportedLessonStore {
  /** Those of a school that there are, of these events. */
  known(schoolId: SchoolId, uids: readonly string[]): Promise<ImportedEvent[]>;
  /** @throws AppError `conflict` when a lesson was made from it already. */
  remember(schoolId: SchoolId, event: ImportedEvent, lessonId: LessonId): Promise<void>;
}

/** `occurrence`: which one of a series. */
export interface ImportedEvent {
  readonly uid: string;
  readonly occurrence: string;
}
