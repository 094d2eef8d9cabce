import type { Involvement, Lesson } from '../../storage/ports.ts';
import type { LessonSummary } from '../protocol/rest/shapes.ts';
import type { SeatKind } from '../protocol/seats.ts';
import { administers, type PersonCaller } from './caller.ts';

const MINUTE_MS = 60_000;
/** A teacher may open the room early to set things up; everybody else waits in front of it a little before the bell. */
const TEACHER_EARLY_MS = 120 * MINUTE_MS;
const OTHERS_EARLY_MS = 30 * MINUTE_MS;
/** A lesson that nobody has begun can still be begun late. */
const LATE_MS = 120 * MINUTE_MS;

/** Administers a school that takes part: the one that lectures, or one that listens. */
export function administersOneOf(caller: PersonCaller, lesson: Lesson): boolean {
  const listening = [...lesson.classrooms, ...lesson.classGroups].map(({ schoolId }) => schoolId);
  return [lesson.schoolId, ...listening].some((schoolId) => administers(caller, schoolId));
}

/**
 * The seat that a person has in a lesson, or null: parents have one in meetings, pupils in lessons; a micro-lesson has its lecturer's alone,
 * and a film that was uploaded has none.
 */
export function seatOf(caller: PersonCaller, lesson: Lesson, involvement: Involvement | undefined): SeatKind | null {
  if (lesson.origin !== 'class') return seatWithoutClass(lesson, involvement);
  const isMeeting = lesson.kind === 'meeting';
  switch (involvement?.as) {
    case 'lecturer':
      return 'lecturer';
    case 'coTeacher':
    case 'farEndTeacher':
      return 'coTeacher';
    case 'pupil':
      return isMeeting ? null : 'pupil';
    case 'guardian':
      return isMeeting ? 'guardian' : null;
    case undefined:
      return administersOneOf(caller, lesson) ? 'observer' : null;
  }
}

/** A micro-lesson is its lecturer's alone. */
const seatWithoutClass = ({ origin }: Lesson, involvement: Involvement | undefined): SeatKind | null =>
  origin === 'micro' && involvement?.as === 'lecturer' ? 'lecturer' : null;

export function lessonSummary(lesson: Lesson, mySeat: SeatKind | null, presentCount: number | null): LessonSummary {
  return {
    lessonId: lesson.lessonId,
    kind: lesson.kind,
    origin: lesson.origin,
    title: lesson.title,
    subject: lesson.subject,
    state: lesson.state,
    schoolId: lesson.schoolId,
    schoolName: lesson.schoolName,
    lecturerId: lesson.lecturerId,
    lecturerName: lesson.lecturerName,
    classGroups: lesson.classGroups.map(({ classGroupId, name }) => ({ classGroupId, name })),
    classrooms: lesson.classrooms.map(({ classroomId, name, schoolName }) => ({ classroomId, name, schoolName })),
    startsAtMs: lesson.startsAtMs,
    endsAtMs: lesson.endsAtMs,
    isRecorded: lesson.isRecorded,
    isAdjusted: lesson.timetableEntryId !== null && lesson.ownFields.length > 0,
    mySeat,
    presentCount,
  };
}

/** When a seat may come to the door; null while it may not, with the time from which it may. */
export function opensAtMs(lesson: Lesson, seat: SeatKind): number {
  return lesson.startsAtMs - (seat === 'lecturer' || seat === 'coTeacher' ? TEACHER_EARLY_MS : OTHERS_EARLY_MS);
}

export function isOver(lesson: Lesson, nowMs: number): boolean {
  if (lesson.state === 'ended' || lesson.state === 'cancelled') return true;
  return lesson.state === 'scheduled' && nowMs > lesson.endsAtMs + LATE_MS;
}
