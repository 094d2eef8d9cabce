import type { ClassGroupId, ClassroomId, LessonId, PersonId, SchoolId, SiteId } from '../../signaling/protocol/ids.ts';
import type { LessonState } from '../../signaling/protocol/rest/shapes.ts';
import type { LessonKind, LessonOrigin } from '../../signaling/protocol/seats.ts';
import type { Audience } from './audience.ts';

/**
 * Lessons, scheduled and ad hoc. States go `scheduled → live → ended`, or `scheduled → cancelled`, never back.
 * Errors as in `DirectoryStore`; a step that the state forbids throws `conflict`.
 */
export interface LessonStore {
  create(lesson: NewLessonRecord): Promise<Lesson>;
  /** Only while scheduled. Of a lesson of the timetable or of a calendar file, what a person changes becomes its own. */
  change(lessonId: LessonId, change: LessonChange, by?: ChangedBy): Promise<Lesson>;
  lesson(lessonId: LessonId): Promise<Lesson | undefined>;
  /**
   * What overlaps the time range, by start. Left out are cancelled lessons, uploaded films, and micro-lessons of others:
   * nobody attends them.
   */
  list(filter: LessonFilter): Promise<Lesson[]>;
  /** What is live by the database, for a process that starts. */
  listLive(): Promise<Lesson[]>;
  /** How the person is concerned; lessons that do not concern it are left out. */
  involvements(personId: PersonId, lessonIds: readonly LessonId[]): Promise<ReadonlyMap<LessonId, Involvement>>;
  /** Whether the teacher lectures or co-teaches a lesson that the person had a seat in or ought to be at. */
  isTaughtBy(personId: PersonId, teacherId: PersonId): Promise<boolean>;
  /** Who ought to be there: pupils of the attending class groups, by class group and name. */
  roster(lessonId: LessonId): Promise<RosterEntry[]>;

  /** Idempotent while live. */
  start(lessonId: LessonId, atMs: number): Promise<Lesson>;
  /** Idempotent once ended; a lesson that never started may be ended too. */
  end(lessonId: LessonId, atMs: number): Promise<Lesson>;
  /** Idempotent once cancelled. */
  cancel(lessonId: LessonId): Promise<Lesson>;
}

export interface Lesson {
  readonly lessonId: LessonId;
  readonly kind: LessonKind;
  readonly title: string;
  readonly subject: string | null;
  readonly state: LessonState;
  readonly schoolId: SchoolId;
  readonly schoolName: string;
  readonly lecturerId: PersonId;
  readonly lecturerName: string;
  readonly coTeacherIds: PersonId[];
  /** Attending; `name` is the full one (三年级一班). */
  readonly classGroups: { readonly classGroupId: ClassGroupId; readonly name: string; readonly schoolId: SchoolId }[];
  /** Listening; `siteId` is null where no device was ever enrolled. */
  readonly classrooms: {
    readonly classroomId: ClassroomId;
    readonly name: string;
    readonly schoolId: SchoolId;
    readonly schoolName: string;
    readonly siteId: SiteId | null;
  }[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** When it really began and ended. */
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly isRecorded: boolean;
  /** The weekly entry it was made from. */
  readonly timetableEntryId: string | null;
  /** What was changed by hand since; its entry, or the calendar file it was made from, leaves it alone. */
  readonly ownFields: readonly OwnField[];
  readonly origin: LessonOrigin;
}

export interface NewLessonRecord {
  readonly kind: LessonKind;
  readonly title: string;
  readonly subject: string | null;
  readonly schoolId: SchoolId;
  readonly lecturerId: PersonId;
  readonly coTeacherIds?: readonly PersonId[];
  readonly classGroupIds: readonly ClassGroupId[];
  readonly classroomIds: readonly ClassroomId[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly isRecorded: boolean;
  /** `class` when left out. */
  readonly origin?: LessonOrigin;
}

/** `file`: the calendar file that the lesson was made from. */
export type ChangedBy = 'person' | 'file';

/** What a lesson has of its timetable entry, or calendar file, until somebody changes it for this one. */
export type OwnField = 'times' | 'lecturer' | 'title' | 'subject' | 'classGroups' | 'classrooms';

/** What is left out stays. */
export type LessonChange = Partial<Omit<NewLessonRecord, 'kind' | 'schoolId' | 'origin'>>;

export interface LessonFilter {
  readonly fromMs: number;
  readonly toMs: number;
  readonly audience: Audience;
}

/**
 * - `farEndTeacher`: a teacher of a school one of whose classrooms listens.
 * - `guardian`: with those of its wards who attend.
 */
export type Involvement =
  | { readonly as: 'lecturer' | 'coTeacher' | 'farEndTeacher' | 'pupil' }
  | { readonly as: 'guardian'; readonly wards: { readonly personId: PersonId; readonly displayName: string }[] };

export interface RosterEntry {
  readonly personId: PersonId;
  readonly displayName: string;
  readonly studentNumber: string | null;
  readonly classGroupId: ClassGroupId;
  readonly classGroup: string;
  readonly schoolId: SchoolId;
  readonly schoolName: string;
}
