import type { Involvement, Lesson, StoredInspectionNote } from '../../../storage/ports.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RouteReplyInput } from '../../protocol/rest.ts';
import { administers, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { lessonSummary, seatOf } from '../lesson-view.ts';
import type { RestHandlers } from '../serve-route.ts';
import { audienceOf, visibleLesson } from './lessons.ts';

type Names = 'listLiveLessons' | 'listInspectionNotes' | 'writeInspectionNote' | 'deleteInspectionNote';
type NoteView = RouteReplyInput<'writeInspectionNote'>;

/** More than anybody writes about one lesson. */
const MAX_NOTES = 100;

/** What inspectors wrote is for whom it is about and who answers for the school; everybody else has the own notes alone. */
function readsAll(caller: PersonCaller, lesson: Lesson, involvement: Involvement | undefined): boolean {
  const leads = involvement?.as === 'lecturer' || involvement?.as === 'coTeacher';
  return leads || administers(caller, lesson.schoolId);
}

function viewOf(note: StoredInspectionNote, caller: PersonCaller): NoteView {
  const { noteId, text, verdict, authorId, authorName, authorSchoolName, writtenAtMs } = note;
  const isMine = authorId === caller.personId;
  return { noteId, text, verdict, authorId, authorName, authorPlace: authorSchoolName, writtenAtMs, isMine };
}

export class InspectionRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
  }

  readonly listLiveLessons: RestHandlers['listLiveLessons'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    const nowMs = this.#dependencies.nowMs();
    const running = await this.#stores.lessons.list({ fromMs: nowMs, toMs: nowMs + 1, audience: audienceOf(caller) });
    const live = running.filter(
      ({ state, kind, origin }) => state === 'live' && kind !== 'meeting' && origin === 'class',
    );
    const involvements = await this.#stores.lessons.involvements(
      caller.personId,
      live.map(({ lessonId }) => lessonId),
    );
    // Whoever has another seat in a lesson has that one, and does not inspect it.
    const observed = live.filter((lesson) => seatOf(caller, lesson, involvements.get(lesson.lessonId)) === 'observer');
    const shown = observed.slice(query.offset, query.offset + query.limit);
    const { rooms } = this.#dependencies;
    return {
      items: shown.map((lesson) => lessonSummary(lesson, 'observer', rooms.presentCount(lesson.lessonId))),
      total: observed.length,
    };
  };

  readonly listInspectionNotes: RestHandlers['listInspectionNotes'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const { lesson, involvement } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    const isReader = readsAll(caller, lesson, involvement);
    const mayWrite = seatOf(caller, lesson, involvement) === 'observer';
    if (!isReader && !mayWrite) throw new AppError('forbidden');
    const notes = await this.#stores.inspection.list(lesson.lessonId);
    const seen = isReader ? notes : notes.filter(({ authorId }) => authorId === caller.personId);
    return { notes: seen.map((note) => viewOf(note, caller)), mayWrite };
  };

  readonly writeInspectionNote: RestHandlers['writeInspectionNote'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const { lesson, involvement } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    if (seatOf(caller, lesson, involvement) !== 'observer') throw new AppError('forbidden');
    const { lessonId } = lesson;
    const note = { lessonId, authorId: caller.personId, ...body, writtenAtMs: this.#dependencies.nowMs() };
    return viewOf(await this.#stores.inspection.write(note, MAX_NOTES), caller);
  };

  readonly deleteInspectionNote: RestHandlers['deleteInspectionNote'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const { lesson } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    const notes = await this.#stores.inspection.list(lesson.lessonId);
    const own = notes.find(({ noteId, authorId }) => noteId === params.noteId && authorId === caller.personId);
    if (own === undefined) throw new AppError('notFound');
    await this.#stores.inspection.delete(own.noteId);
    return {};
  };
}
