import type { Involvement, Recording, StoredRemark } from '../../../storage/ports.ts';
import {
  mayAnswer,
  mayDeleteRemark,
  mayRemark,
  maySeeRemark,
  type RemarkReader,
  type RemarkStanding,
} from '../../directory/remark-rights.ts';
import type { EditionTimes } from '../../recordings/edition-times.ts';
import { AppError } from '../../protocol/errors.ts';
import type { PersonId, RecordingId, RemarkId } from '../../protocol/ids.ts';
import type { RouteReplyInput } from '../../protocol/rest.ts';
import { administers, personOf, type Caller, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { timesFor, visibleRecording } from './recordings.ts';

type Names = 'listRemarks' | 'createRemark' | 'changeRemark' | 'deleteRemark' | 'answerQuestion';
type View = RouteReplyInput<'createRemark'>;
type Input<N extends Names> = Parameters<RestHandlers[N]>[0];

/** More than anybody writes by hand about one lesson. */
const MAX_PER_PERSON = 300;

/** Somebody who reads remarks, and on which time line. */
interface Reading {
  readonly reader: RemarkReader;
  readonly times: EditionTimes;
  /** Of the edition that counts: it says whom a remark about something cut out may still be shown to. */
  readonly counting: EditionTimes;
}

/** What is left out is none of the viewers' business, nor what was said about it: but its author knows, and who leads the lesson may. */
function isShown(remark: StoredRemark, { reader, counting }: Reading): boolean {
  if (!maySeeRemark(remark, reader)) return false;
  const isTold = remark.authorId === reader.personId || reader.standing === 'leads';
  return isTold || !counting.isCutOut(remark.atMs);
}

function viewOf(remark: StoredRemark, { reader, times }: Reading): View {
  const { remarkId, kind, text, verdict, aspect, authorId, authorName, createdAtMs, answers } = remark;
  return {
    atMs: times.isCutOut(remark.atMs) ? null : times.toShownMs(remark.atMs),
    ...{ remarkId, kind, text, verdict, aspect, authorId, authorName, createdAtMs },
    authorPlace: kind === 'question' ? remark.classGroup : remark.authorSchoolName,
    mayChange: authorId === reader.personId,
    mayDelete: mayDeleteRemark(remark, reader),
    mayAnswer: mayAnswer(remark, reader),
    answers: answers.map((answer) => ({ ...answer, isMine: answer.authorId === reader.personId })),
  };
}

export function standingOf(
  caller: PersonCaller,
  { schoolId }: Recording,
  as: Involvement['as'] | undefined,
): RemarkStanding {
  if (administers(caller, schoolId) || as === 'lecturer' || as === 'coTeacher') return 'leads';
  if (as === 'guardian' || as === 'pupil') return as;
  const roles = new Set(caller.roles.map(({ role }) => role));
  // An administrator sees a lesson of another school only because the own school listens to it.
  if (as === 'farEndTeacher' || roles.has('schoolAdmin')) return 'farEnd';
  if (roles.has('teacher')) return 'colleague';
  return roles.has('student') ? 'pupil' : 'other';
}

export class RemarkRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
  }

  readonly listRemarks: RestHandlers['listRemarks'] = async ({ params, query }, { caller }) => {
    const reading = await this.#reading(caller, params.recordingId, query.timeline);
    const { reader } = reading;
    const remarks = await this.#stores.remarks.list(params.recordingId, reader.personId);
    return {
      remarks: remarks.filter((remark) => isShown(remark, reading)).map((remark) => viewOf(remark, reading)),
      mayAsk: mayRemark('question', reader),
      mayObserve: mayRemark('observation', reader),
    };
  };

  readonly createRemark: RestHandlers['createRemark'] = async ({ params, body }: Input<'createRemark'>, { caller }) => {
    const { recordingId } = params;
    const reading = await this.#reading(caller, recordingId, body.timeline);
    const { reader, times } = reading;
    if (!mayRemark(body.kind, reader)) throw new AppError('forbidden');
    const made = await this.#stores.remarks.count(recordingId, reader.personId);
    if (made >= MAX_PER_PERSON) throw new AppError('tooManyRequests');
    const isObservation = body.kind === 'observation';
    const remark = await this.#stores.remarks.create({
      recordingId,
      authorId: reader.personId,
      kind: body.kind,
      atMs: times.toWholeMs(body.atMs),
      text: body.text,
      verdict: isObservation ? body.verdict : null,
      aspect: isObservation ? body.aspect : null,
      classGroupId: body.kind === 'question' ? reader.classGroupId : null,
      createdAtMs: this.#dependencies.nowMs(),
    });
    return viewOf(remark, reading);
  };

  readonly changeRemark: RestHandlers['changeRemark'] = async ({ params, body }, { caller }) => {
    const { remark, reading } = await this.#seen(caller, params);
    if (remark.authorId !== reading.reader.personId) throw new AppError('forbidden');
    return viewOf(await this.#stores.remarks.reword(remark.remarkId, body.text), reading);
  };

  readonly deleteRemark: RestHandlers['deleteRemark'] = async ({ params }, { caller }) => {
    const { remark, reading } = await this.#seen(caller, params);
    if (!mayDeleteRemark(remark, reading.reader)) throw new AppError('forbidden');
    await this.#stores.remarks.delete(remark.remarkId);
    return {};
  };

  readonly answerQuestion: RestHandlers['answerQuestion'] = async ({ params, body }, { caller }) => {
    const { remark, reading } = await this.#seen(caller, params);
    if (!mayAnswer(remark, reading.reader)) throw new AppError('forbidden');
    const answer = { authorId: reading.reader.personId, text: body.text, atMs: this.#dependencies.nowMs() };
    return viewOf(await this.#stores.remarks.answer(remark.remarkId, answer), reading);
  };

  /** @throws AppError `notFound` also for a remark that is none of the person's business. */
  async #seen(
    caller: Caller,
    params: { readonly recordingId: RecordingId; readonly remarkId: RemarkId },
  ): Promise<{ readonly remark: StoredRemark; readonly reading: Reading }> {
    const reading = await this.#reading(caller, params.recordingId);
    const remark = await this.#stores.remarks.remark(params.remarkId);
    const isThere = remark !== undefined && remark.recordingId === params.recordingId && isShown(remark, reading);
    if (!isThere) throw new AppError('notFound');
    return { remark, reading };
  }

  async #reading(caller: Caller, recordingId: RecordingId, timeline?: number): Promise<Reading> {
    const person = personOf(caller);
    const recording = await visibleRecording(this.#dependencies, person, recordingId);
    const times = await timesFor(this.#dependencies, person, recording, timeline);
    const counting = await this.#dependencies.times.of(recording, recording.edition.version);
    return { reader: await this.#reader(person, recording), times, counting };
  }

  async #reader(person: PersonCaller, recording: Recording): Promise<RemarkReader> {
    const { personId, classGroupId } = person;
    const schoolIds = person.roles.flatMap(({ role, schoolId }) =>
      schoolId !== null && (role === 'teacher' || role === 'schoolAdmin') ? [schoolId] : [],
    );
    return { personId, classGroupId, schoolIds, ...(await this.#standing(person, recording)) };
  }

  async #standing(
    caller: PersonCaller,
    recording: Recording,
  ): Promise<{ readonly standing: RemarkStanding; readonly wardIds: readonly PersonId[] }> {
    const { lessonId } = recording;
    const involvement = (await this.#stores.lessons.involvements(caller.personId, [lessonId])).get(lessonId);
    const wardIds = involvement?.as === 'guardian' ? involvement.wards.map((ward) => ward.personId) : [];
    return { standing: standingOf(caller, recording, involvement?.as), wardIds };
  }
}
