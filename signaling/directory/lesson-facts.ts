import type { Lesson } from '../../storage/ports.ts';
import { RoomId } from '../protocol/ids.ts';
import type { LessonFacts } from '../protocol/room.ts';

/** What a lesson's room and its doors say about it. A room has its lesson's id. */
export function lessonFacts(lesson: Lesson): LessonFacts {
  return {
    lessonId: lesson.lessonId,
    roomId: RoomId.parse(lesson.lessonId),
    kind: lesson.kind,
    origin: lesson.origin,
    title: lesson.title,
    subject: lesson.subject,
    lecturerName: lesson.lecturerName,
    schoolName: lesson.schoolName,
    startsAtMs: lesson.startsAtMs,
    endsAtMs: lesson.endsAtMs,
    isRecorded: lesson.isRecorded,
  };
}
