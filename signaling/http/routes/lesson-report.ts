import { reportedPeople, reportedPolls, teachersTalkedMs } from '../../directory/lesson-report.ts';
import { AppError } from '../../protocol/errors.ts';
import { administers, personOf } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { visibleLesson } from './lessons.ts';

export class LessonReportRoutes implements Pick<RestHandlers, 'lessonReport'> {
  readonly #dependencies: RestDependencies;

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
  }

  /** Pupils' answers are for who teaches them and their school, not for every school that listens. */
  readonly lessonReport: RestHandlers['lessonReport'] = async ({ params: { lessonId } }, context) => {
    const caller = personOf(context.caller);
    const { lesson, involvement } = await visibleLesson(this.#dependencies, caller, lessonId);
    const leads = involvement?.as === 'lecturer' || involvement?.as === 'coTeacher';
    if (!leads && !administers(caller, lesson.schoolId)) throw new AppError('forbidden');
    const { lessons, seats, attendance, polls, activity } = this.#dependencies.stores;
    const [roster, sat, stays, asked, done] = await Promise.all([
      lessons.roster(lessonId),
      seats.list(lessonId),
      attendance.stays(lessonId),
      polls.list(lessonId),
      activity.list(lessonId),
    ]);
    const records = { roster, seats: sat, stays, polls: asked, activity: done };
    return {
      title: lesson.title,
      startedAtMs: lesson.startedAtMs,
      endedAtMs: lesson.endedAtMs,
      isOwn: leads,
      teachersTalkedMs: teachersTalkedMs(records),
      polls: reportedPolls(asked),
      people: reportedPeople(lesson.kind, records, this.#dependencies.nowMs()),
    };
  };
}
