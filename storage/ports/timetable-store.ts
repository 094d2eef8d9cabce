import type { ClassGroupId, ClassroomId, LessonId, PersonId, SchoolId } from '../../signaling/protocol/ids.ts';
import type { TimetableEntry } from '../../signaling/protocol/rest/classrooms.ts';

/**
 * The weekly timetable. An entry's lessons are made for its whole term when it is created (at most a year), in the school's local time and
 * without its holidays; changing or deleting it replaces or removes those that are still to come. A lesson that has begun, or ought to have,
 * never changes; one that was cancelled stays so, and one that was changed by hand keeps what it was given. One that was moved also stays when
 * its own date becomes free. Errors as in `DirectoryStore`.
 */
export interface TimetableStore {
  /** By weekday and start. */
  list(schoolId: SchoolId): Promise<TimetableEntry[]>;
  entry(entryId: string): Promise<TimetableEntry | undefined>;
  /** Lessons that would have begun before `nowMs` are not made. @throws AppError `invalidInput` when no lesson falls into the term. */
  create(entry: NewTimetableEntryRecord, nowMs: number): Promise<TimetableEntry>;
  /** @throws AppError `invalidInput` when there were lessons to come and none would be left. */
  change(
    entryId: string,
    change: Partial<Omit<NewTimetableEntryRecord, 'schoolId'>>,
    nowMs: number,
  ): Promise<TimetableEntry>;
  delete(entryId: string, nowMs: number): Promise<void>;
  /**
   * From here to the end of the transaction nobody else plans: what is checked then still holds when it is saved. Creating, changing and
   * deleting entries do so by themselves.
   */
  planAlone(): Promise<void>;
  /**
   * Whoever and whatever is needed twice at the same time by lessons of that entry, or by that lesson; those that are over do not count. A meeting has
   * a class's parents: the class itself is free meanwhile.
   */
  clashes(scope: ClashScope, nowMs: number): Promise<Clash[]>;
  /** Lessons, of any school, that somebody or something of `needs` has at one of the times; by start. */
  busy(wanted: BusyQuery): Promise<BusyLesson[]>;
  /** Schools whose lessons to come wait to be brought in line with a changed calendar, the one that waits longest first. */
  due(): Promise<SchoolId[]>;
  /** Does so for one that waits; false when it does not, or no longer. Idempotent. */
  remakeDue(schoolId: SchoolId, nowMs: number): Promise<boolean>;
}

export type ClashScope = { readonly entryId: string } | { readonly lessonId: LessonId };

export interface BusyQuery {
  readonly times: readonly { readonly startsAtMs: number; readonly endsAtMs: number }[];
  readonly needs: readonly Need[];
}

/** Who or what can be in one lesson at a time. */
export type Need = PersonId | ClassGroupId | ClassroomId;

export interface BusyLesson {
  readonly lessonId: LessonId;
  readonly title: string;
  readonly lecturerName: string;
  readonly schoolId: SchoolId;
  readonly schoolName: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** Those asked for that it has. */
  readonly needs: readonly Need[];
}

export interface Clash {
  readonly kind: 'teacher' | 'classGroup' | 'classroom';
  /** Of who or what is needed twice. */
  readonly name: string;
  /** How many lessons of the same other entry clash. */
  readonly times: number;
  /** The other lesson, the first of them. */
  readonly lesson: {
    readonly lessonId: LessonId;
    readonly title: string;
    readonly lecturerName: string;
    readonly schoolId: SchoolId;
    readonly schoolName: string;
    readonly startsAtMs: number;
  };
}

/** Its times are its period's, or its own; its dates its term's, or its own. */
export type NewTimetableEntryRecord = Omit<TimetableEntry, 'entryId' | 'lecturerName' | Defaulted> &
  Partial<Pick<TimetableEntry, Defaulted>>;
type Defaulted = 'weeks' | 'period' | 'startTime' | 'endTime' | 'termId' | 'firstDate' | 'lastDate';
