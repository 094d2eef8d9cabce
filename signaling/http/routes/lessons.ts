import type { Audience, Involvement, Lesson, Recording, Stores } from '../../../storage/ports.ts';
import { assertNoClash } from '../../directory/clashes.ts';
import { assertReachable } from '../../directory/reachability.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import type { LessonId, PersonId, SchoolId } from '../../protocol/ids.ts';
import type { LessonSummary } from '../../protocol/rest/shapes.ts';
import type { LessonKind } from '../../protocol/seats.ts';
import { administers, belongsTo, hasRole, isDistrictAdmin, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { administersOneOf, lessonSummary, seatOf } from '../lesson-view.ts';
import type { RestHandlers } from '../serve-route.ts';
import { given } from './schools.ts';

type Names = 'home' | 'listLessons' | 'createLesson' | 'getLesson' | 'changeLesson' | 'cancelLesson';

/** What decides whether a lesson clashes with another. */
const PLANNED = ['startsAtMs', 'endsAtMs', 'lecturerId', 'classGroupIds', 'classroomIds'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_RANGE_MS = 62 * DAY_MS;
const MAX_LENGTH_MS = 8 * HOUR_MS;
const HOME_RECORDINGS_MS = 14 * DAY_MS;

/** Whose lessons and recordings a person sees: its own, and those of the schools that it administers. */
export function audienceOf(caller: Pick<PersonCaller, 'personId' | 'roles'>): Audience {
  if (isDistrictAdmin(caller)) return { everything: true };
  const schoolIds = caller.roles.flatMap((grant) =>
    grant.role === 'schoolAdmin' && grant.schoolId !== null ? [grant.schoolId] : [],
  );
  return { personId: caller.personId, ...(schoolIds.length > 0 ? { schoolIds } : {}) };
}

/** @throws AppError `notFound` also for a lesson that does not concern the person: its existence is no one else's business. */
export async function visibleLesson(
  dependencies: RestDependencies,
  caller: PersonCaller,
  lessonId: LessonId,
): Promise<{ lesson: Lesson; involvement: Involvement | undefined }> {
  const lesson = await dependencies.stores.lessons.lesson(lessonId);
  if (lesson === undefined) throw new AppError('notFound');
  const involvements = await dependencies.stores.lessons.involvements(caller.personId, [lessonId]);
  const involvement = involvements.get(lessonId);
  if (involvement === undefined && !administersOneOf(caller, lesson)) throw new AppError('notFound');
  return { lesson, involvement };
}

/** The lecturer, or an administrator of the school. */
export function assertManagesLesson(caller: PersonCaller, lesson: Pick<Lesson, 'lecturerId' | 'schoolId'>): void {
  if (lesson.lecturerId !== caller.personId && !administers(caller, lesson.schoolId)) throw new AppError('forbidden');
}

const lineOf = ({ recordingId, title, startedAtMs }: Recording) => ({ recordingId, title, startedAtMs });

function assertTimes(startsAtMs: number, endsAtMs: number): void {
  if (endsAtMs <= startsAtMs) throw fieldProblem('endsAtMs', 'endsBeforeStart');
  if (endsAtMs - startsAtMs > MAX_LENGTH_MS)
    throw fieldProblem('endsAtMs', 'lessonTooLong', { hours: MAX_LENGTH_MS / HOUR_MS });
}

export class LessonRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];
  readonly #rooms: RestDependencies['rooms'];
  readonly #nowMs: RestDependencies['nowMs'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
    this.#rooms = dependencies.rooms;
    this.#nowMs = dependencies.nowMs;
  }

  readonly home: RestHandlers['home'] = async (_input, context) => {
    const caller = personOf(context.caller);
    const now = this.#nowMs();
    const lessons = await this.#stores.lessons.list({
      fromMs: now - 12 * HOUR_MS,
      toMs: now + 18 * HOUR_MS,
      audience: { personId: caller.personId },
    });
    const page = { audience: audienceOf(caller), offset: 0, limit: 6 };
    const [recordings, drafts] = await Promise.all([
      this.#stores.recordings.list({ ...page, fromMs: now - HOME_RECORDINGS_MS, isDraft: false }),
      this.#stores.recordings.list({ ...page, isDraft: true }),
    ]);
    return {
      lessons: await this.#summaries(caller, lessons),
      recordings: recordings.items.map(lineOf),
      drafts: drafts.items.map(lineOf),
      mayTeach: hasRole(caller, 'teacher'),
      mayAdminister: hasRole(caller, 'schoolAdmin') || isDistrictAdmin(caller),
      serverNowMs: now,
    };
  };

  readonly listLessons: RestHandlers['listLessons'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    if (query.toMs <= query.fromMs || query.toMs - query.fromMs > MAX_RANGE_MS) {
      throw fieldProblem('toMs', 'rangeTooLong', { days: MAX_RANGE_MS / DAY_MS });
    }
    const lessons = await this.#stores.lessons.list({ ...query, audience: audienceOf(caller) });
    return { lessons: await this.#summaries(caller, lessons) };
  };

  readonly createLesson: RestHandlers['createLesson'] = async ({ body }, context) => {
    const caller = personOf(context.caller);
    assertTimes(body.startsAtMs, body.endsAtMs);
    const lecturerId = body.lecturerId ?? caller.personId;
    const schoolId = await this.#lecturerFor(caller, lecturerId);
    await this.#dependencies.limits.consume('lessonPerson', caller.personId);
    await assertReachable(this.#stores, schoolId, body);
    const isRecorded = body.isRecorded ?? (await this.#recordsByDefault(body.kind, schoolId));
    const lesson = { ...body, lecturerId, schoolId, isRecorded };
    // A lesson that begins now waits for nobody: all that could refuse it is a classroom.
    const isFree = body.allowsClashes && body.classroomIds.length === 0;
    const made = isFree
      ? await this.#stores.lessons.create(lesson)
      : await this.#planned(caller, schoolId, body.allowsClashes, (stores) => stores.lessons.create(lesson));
    return this.#summary(caller, made);
  };

  readonly getLesson: RestHandlers['getLesson'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const { lesson } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    return this.#summary(caller, lesson);
  };

  readonly changeLesson: RestHandlers['changeLesson'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const { lesson } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    assertManagesLesson(caller, lesson);
    assertTimes(body.startsAtMs ?? lesson.startsAtMs, body.endsAtMs ?? lesson.endsAtMs);
    if (body.lecturerId !== undefined && (await this.#lecturerFor(caller, body.lecturerId)) !== lesson.schoolId) {
      throw fieldProblem('lecturerId', 'lecturerElsewhere');
    }
    const { classGroupIds = [], classroomIds = [] } = body;
    await assertReachable(this.#stores, lesson.schoolId, { classGroupIds, classroomIds });
    const { allowsClashes = false, ...facts } = body;
    const change = given(facts);
    // A lesson that clashed before, since somebody wanted it so, may still get another title.
    const isPlanned = PLANNED.some((field) => field in change);
    const changed = isPlanned
      ? await this.#planned(caller, lesson.schoolId, allowsClashes, (stores) =>
          stores.lessons.change(lesson.lessonId, change),
        )
      : await this.#stores.lessons.change(lesson.lessonId, change);
    return this.#summary(caller, changed);
  };

  readonly cancelLesson: RestHandlers['cancelLesson'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const { lesson } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    assertManagesLesson(caller, lesson);
    await this.#stores.lessons.cancel(lesson.lessonId);
    return {};
  };

  /** Saved together with the look for clashes, so that of two who give a teacher away one is told. */
  async #planned(
    caller: PersonCaller,
    schoolId: SchoolId,
    allowsClashes: boolean,
    save: (stores: Stores) => Promise<Lesson>,
  ): Promise<Lesson> {
    const timeZone = (await this.#stores.directory.school(schoolId))?.timeZone ?? 'UTC';
    return this.#stores.atomically(async (stores) => {
      await stores.timetable.planAlone();
      const lesson = await save(stores);
      const scope = { lessonId: lesson.lessonId };
      const mayKnow = (other: SchoolId): boolean => belongsTo(caller, other);
      await assertNoClash(stores, { scope, allowsClashes, timeZone, mayKnow, nowMs: this.#nowMs() });
      return lesson;
    });
  }

  async #summaries(caller: PersonCaller, lessons: readonly Lesson[]): Promise<LessonSummary[]> {
    const involvements = await this.#stores.lessons.involvements(
      caller.personId,
      lessons.map((lesson) => lesson.lessonId),
    );
    return lessons.map((lesson) =>
      lessonSummary(
        lesson,
        seatOf(caller, lesson, involvements.get(lesson.lessonId)),
        this.#rooms.presentCount(lesson.lessonId),
      ),
    );
  }

  async #summary(caller: PersonCaller, lesson: Lesson): Promise<LessonSummary> {
    const [first] = await this.#summaries(caller, [lesson]);
    if (first === undefined) throw new AppError('notFound');
    return first;
  }

  /** The teacher who is to lecture, and the school that holds the lesson. */
  async #lecturerFor(caller: PersonCaller, lecturerId: PersonId): Promise<SchoolId> {
    const lecturer = await this.#stores.directory.person(lecturerId);
    if (lecturer?.schoolId === undefined || lecturer.schoolId === null || !lecturer.isActive) {
      throw fieldProblem('lecturerId', 'lecturerUnknown');
    }
    if (lecturerId !== caller.personId && !administers(caller, lecturer.schoolId)) throw new AppError('forbidden');
    if (!lecturer.roles.some((grant) => grant.role === 'teacher'))
      throw fieldProblem('lecturerId', 'lecturerNotTeacher');
    return lecturer.schoolId;
  }

  /** Lessons follow the school's setting; a meeting with parents is recorded only when somebody says so. */
  async #recordsByDefault(kind: LessonKind, schoolId: SchoolId): Promise<boolean> {
    if (kind === 'meeting') return false;
    return (await this.#stores.directory.school(schoolId))?.settings.recordsScheduledLessons ?? false;
  }
}
