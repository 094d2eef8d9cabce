import { AppError } from '../../protocol/errors.ts';
import type { LessonId } from '../../protocol/ids.ts';
import { API_PREFIX } from '../../protocol/rest.ts';
import { COURSEWARE_DATA_PATH } from '../../protocol/rest/courseware.ts';
import { administers, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { visibleLesson } from './lessons.ts';

type Names = 'listCourseware' | 'createCourseware' | 'removeCourseware';

export class CoursewareRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
  }

  readonly listCourseware: RestHandlers['listCourseware'] = async ({ params: { lessonId } }, context) => {
    await this.#assertTeaches(personOf(context.caller), lessonId);
    return { courseware: await this.#dependencies.courseware.list(lessonId) };
  };

  readonly createCourseware: RestHandlers['createCourseware'] = async ({ params: { lessonId }, body }, context) => {
    const caller = personOf(context.caller);
    const { limits, courseware } = this.#dependencies;
    await this.#assertTeaches(caller, lessonId);
    await limits.consume('coursewarePerson', caller.personId);
    const coursewareId = await courseware.announce(lessonId, caller.personId, body);
    return { coursewareId, dataPath: `${API_PREFIX}${COURSEWARE_DATA_PATH}/${coursewareId}` };
  };

  readonly removeCourseware: RestHandlers['removeCourseware'] = async ({ params }, context) => {
    const { courseware } = this.#dependencies;
    const file = await courseware.find(params.coursewareId);
    await this.#assertTeaches(personOf(context.caller), file.lessonId);
    await courseware.remove(file);
    return {};
  };

  /** Its teachers, the one of a listening school too, and whoever runs its school. */
  async #assertTeaches(caller: PersonCaller, lessonId: LessonId): Promise<void> {
    const { lesson, involvement } = await visibleLesson(this.#dependencies, caller, lessonId);
    const teaches = involvement?.as === 'lecturer' || involvement?.as === 'coTeacher';
    if (!teaches && !administers(caller, lesson.schoolId)) throw new AppError('forbidden');
  }
}
