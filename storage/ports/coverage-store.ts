import type { ClassroomId, LessonId, SchoolId } from '../../signaling/protocol/ids.ts';

/** What was really taught and heard. Errors as in `DirectoryStore`. */
export interface CoverageStore {
  /** By lecturing school. */
  given(range: CoverageRange): Promise<LessonsGiven[]>;
  /** By lecturing school and listening classroom; who heard nothing is left out. */
  heard(range: CoverageRange): Promise<LessonsHeard[]>;
}

export interface CoverageRange {
  /** Local dates of the lecturing school, both included. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** Left out: every school. Else what that school gave or heard. */
  readonly schoolId?: SchoolId | undefined;
  /** For lessons that still run. */
  readonly nowMs: number;
}

export interface LessonsGiven {
  readonly schoolId: SchoolId;
  readonly lessons: number;
  readonly ms: number;
}

export interface LessonsHeard {
  readonly lecturingSchoolId: SchoolId;
  readonly classroomId: ClassroomId;
  readonly schoolId: SchoolId;
  readonly lessonIds: readonly LessonId[];
  readonly ms: number;
  readonly lineMs: number;
  readonly poorLineMs: number;
  readonly lineScoreMs: number;
}
