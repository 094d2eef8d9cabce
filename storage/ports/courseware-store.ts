import type { CoursewareId, LessonId, PersonId } from '../../signaling/protocol/ids.ts';
import type {
  CoursewareFailure,
  CoursewareKind,
  CoursewareState,
  PageSize,
} from '../../signaling/protocol/rest/courseware.ts';

/** Files of pages that are shown in lessons. The bytes lie in the object store (`objectKeys.courseware…`). Errors as in `DirectoryStore`. */
export interface CoursewareStore {
  /**
   * One after the other, so that two who announce at once see each other.
   *
   * @throws AppError `conflict` for an id that is taken or a lesson that has enough, `storageFull`, `notFound` when there is no such lesson.
   */
  create(courseware: NewCourseware, within: CoursewareBounds): Promise<void>;
  /** Also what was removed. */
  courseware(coursewareId: CoursewareId): Promise<Courseware | undefined>;
  /** First uploaded first, without what was removed. */
  list(lessonId: LessonId): Promise<Courseware[]>;
  /** The whole file is there and is prepared from now on. False when nobody waits for it: it was removed, or has been received. */
  markReceived(coursewareId: CoursewareId, kind: CoursewareKind): Promise<boolean>;
  /** Nothing happens unless it is being prepared. */
  markReady(coursewareId: CoursewareId, pages: readonly PageSize[]): Promise<void>;
  /** Nothing happens unless it is being prepared. */
  markFailed(coursewareId: CoursewareId, failure: CoursewareFailure): Promise<void>;
  /** The first time counts. */
  markShown(coursewareId: CoursewareId, nowMs: number): Promise<void>;
  /**
   * Takes it out of the list. True when nothing refers to it: then it is gone, and its objects may go. What was shown stays, since a
   * recording shows it.
   */
  remove(coursewareId: CoursewareId, nowMs: number): Promise<boolean>;
  /**
   * Forgets what was announced before the first instant and has not come, and what was removed before the second and is in no recording that is
   * still there. Answers what it was: their objects may go.
   */
  letGo(announcedBeforeMs: number, removedBeforeMs: number): Promise<CoursewareId[]>;
  /** Those of them that there are, removed or not. */
  known(coursewareIds: readonly CoursewareId[]): Promise<CoursewareId[]>;
}

export interface CoursewareBounds {
  /** Of one lesson. */
  readonly files: number;
  /** For everything that has been announced and has not come, of all lessons; undefined when the store does not say. */
  readonly bytes: number | undefined;
}

export interface NewCourseware {
  readonly coursewareId: CoursewareId;
  readonly lessonId: LessonId;
  readonly ownerId: PersonId;
  readonly fileName: string;
  readonly bytes: number;
  readonly createdAtMs: number;
}

export interface Courseware extends NewCourseware {
  readonly kind: CoursewareKind | null;
  readonly state: CoursewareState;
  readonly failure: CoursewareFailure | null;
  /** Of every page in order, in pixels; empty unless it is ready. */
  readonly pages: readonly PageSize[];
  readonly shownAtMs: number | null;
  /** Its lesson has it no more; recordings still show it. */
  readonly isRemoved: boolean;
}
