import type { SchoolId } from '../../signaling/protocol/ids.ts';
import type { TimetableEntry } from '../../signaling/protocol/rest/classrooms.ts';

/**
 * The weekly timetable. An entry's lessons are made for its whole term when it is created (at most a year), in the
 * school's local time; changing or deleting it replaces or removes those that are still to come. Errors as in `DirectoryStore`.
 */
export interface TimetableStore {
  /** By weekday and start. */
  list(schoolId: SchoolId): Promise<TimetableEntry[]>;
  entry(entryId: string): Promise<TimetableEntry | undefined>;
  /** Lessons that would have begun before `nowMs` are not made. @throws AppError `invalidInput` when no lesson falls into the term. */
  create(entry: NewTimetableEntryRecord, nowMs: number): Promise<TimetableEntry>;
  change(
    entryId: string,
    change: Partial<Omit<NewTimetableEntryRecord, 'schoolId'>>,
    nowMs: number,
  ): Promise<TimetableEntry>;
  delete(entryId: string, nowMs: number): Promise<void>;
}

export type NewTimetableEntryRecord = Omit<TimetableEntry, 'entryId' | 'lecturerName'>;
