import type { LessonId, SchoolId } from '../../signaling/protocol/ids.ts';
import type { Lesson } from './lesson-store.ts';

/** From which events of calendar files lessons were made. Errors as in `DirectoryStore`. */
export interface ImportedLessonStore {
  /** Those of a school that there are, of these events, with their lessons as they are now; by start. */
  known(schoolId: SchoolId, uids: readonly string[]): Promise<ImportedLesson[]>;
  /**
   * One of those as it is now, with its lesson; undefined when there is none. Until the transaction around it ends nobody edits, begins or cancels the
   * lesson, and, after `TimetableStore.planAlone`, nobody imports the event.
   */
  hold(schoolId: SchoolId, event: ImportedEvent): Promise<ImportedLesson | undefined>;
  /** In the place of one that a file has cancelled. @throws AppError `conflict` when another lesson was made from it already. */
  remember(schoolId: SchoolId, event: RevisedEvent, lessonId: LessonId): Promise<void>;
  /**
   * How its file names it by now, and in which revision: a series that was moved as a whole names its occurrences anew.
   *
   * @throws AppError `conflict` when there is one of that name.
   */
  revise(schoolId: SchoolId, event: ImportedEvent, revised: Omit<RevisedEvent, 'uid'>): Promise<void>;
  /** Its lesson was cancelled because a file said so: if one takes that back, there may be another lesson. */
  noteCancelled(schoolId: SchoolId, event: RevisedEvent): Promise<void>;
}

/** `occurrence`: which one of a series; empty for what is none. */
export interface ImportedEvent {
  readonly uid: string;
  readonly occurrence: string;
}

/** `sequence` grows with each revision of the event that its organizer makes (RFC 5545, 3.8.7.4). */
export interface RevisedEvent extends ImportedEvent {
  readonly sequence: number;
}

export interface ImportedLesson extends RevisedEvent {
  readonly isCancelledByFile: boolean;
  readonly lesson: Lesson;
}
