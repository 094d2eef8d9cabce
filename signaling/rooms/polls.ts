import { randomBytes } from 'node:crypto';
import { AppError, isUnavailable } from '../protocol/errors.ts';
import type { LessonId, PollId, RequestId, SeatId } from '../protocol/ids.ts';
import {
  isAnswerTo,
  type PollAnswer,
  type PollQuestion,
  type PollTally,
  type ShownPoll,
  type TeacherPoll,
} from '../protocol/polls.ts';
import type { RoomResult } from '../protocol/room.ts';
import { answersQuestions, type LessonKind } from '../protocol/seats.ts';
import type { Log } from '../runtime/log.ts';
import { pollIdOf, voterOf, type AnswerRecord, type PollRecord } from './poll-record.ts';
import { isCorrect, resultOf, tallyOf } from './poll-tally.ts';
import type { Clock, RoomStore, StoredPoll } from './ports.ts';
import { RememberedRequests, requestKey } from './remembered-requests.ts';
import type { Seat } from './seat.ts';

/** At most four batches of counts a second (SPEC Q6). */
export const TALLY_BATCH_MS = 250;
/** What was answered before a take-over is asked for again so often while it cannot be read. */
export const LOAD_RETRY_MS = 500;
/** What does not mend itself is not asked for twice a second for a whole lesson. */
const LOAD_RETRY_MOST_MS = 30_000;
const MAX_POLLS = 100;
const PAST_QUESTIONS = 30;
/** Of answers. */
const REMEMBERED_REQUESTS = 1_000;

export interface PollsOptions {
  readonly lessonId: LessonId;
  readonly lessonKind: () => LessonKind;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<RoomStore, 'savePoll' | 'removePoll' | 'saveAnswer' | 'polls' | 'pastQuestions'>;
  /** Who is there and may answer. */
  readonly answerers: () => readonly Pick<Seat, 'seatId' | 'displayName'>[];
  readonly onShown: (poll: ShownPoll | null) => void;
  readonly onChanged: (poll: TeacherPoll) => void;
  readonly onRemoved: (pollId: PollId) => void;
  readonly onTally: (pollId: PollId, tally: PollTally) => void;
  readonly onState: (poll: PollRecord, state: 'opened' | 'closed' | 'published') => void;
  /** Own answers are known that a page may not have: after a take-over, or when a question is opened again. */
  readonly onAnswersKnown: () => void;
  readonly onSaveNeeded: () => void;
}

interface Given {
  readonly seatId: SeatId | null;
  readonly displayName: string;
  readonly answer: PollAnswer;
  readonly answeredAtMs: number;
}

interface Entry {
  poll: PollRecord;
  /** By voter. */
  readonly answers: Map<string, Given>;
}

/** Questions to the class: one open at a time, one answer per seat, durable before it is acknowledged (SPEC Q). */
export class Polls {
  readonly #options: PollsOptions;
  readonly #entries = new Map<PollId, Entry>();
  readonly #requests = new RememberedRequests<Promise<PollAnswer>>(REMEMBERED_REQUESTS);
  readonly #recounted = new Set<PollId>();
  #shownId: PollId | null = null;
  #lastMs = 0;
  #orders: Promise<unknown> = Promise.resolve();
  #loadRetryMs = LOAD_RETRY_MS;
  #isLoaded = false;
  #isClosed = false;
  #cancelTally: (() => void) | null = null;
  #cancelLoad: (() => void) | null = null;

  constructor(options: PollsOptions) {
    this.#options = options;
  }

  get shown(): ShownPoll | null {
    const entry = this.#shownId === null ? undefined : this.#entries.get(this.#shownId);
    return entry === undefined ? null : shownOf(entry);
  }

  forTeachers(): TeacherPoll[] {
    return [...this.#entries.values()].map((entry) => this.#teacherView(entry));
  }

  /** The seat's own answer to what is shown. */
  answerOf(seatId: SeatId): PollAnswer | null {
    const entry = this.#shownId === null ? undefined : this.#entries.get(this.#shownId);
    return entry?.answers.get(voterOf(entry.poll, seatId))?.answer ?? null;
  }

  /** Idempotent by `requestId` (SPEC Q2). @throws AppError `forbidden`, `conflict` */
  async prepare(seat: Seat, requestId: RequestId, question: PollQuestion): Promise<PollId> {
    return await this.#inOrder(async () => (await this.#create(seat, requestId, question)).poll.pollId);
  }

  /** Idempotent by `requestId`. @throws AppError `forbidden`, `conflict` */
  async ask(seat: Seat, requestId: RequestId, question: PollQuestion): Promise<PollId> {
    return await this.#inOrder(async () => {
      const entry = await this.#create(seat, requestId, question);
      if (entry.poll.state === 'prepared') await this.#open(entry);
      return entry.poll.pollId;
    });
  }

  /** @throws AppError `notFound`, `conflict` once its result is known to everybody (SPEC Q3). */
  async open(pollId: PollId): Promise<void> {
    await this.#inOrder(async () => {
      const entry = this.#require(pollId);
      if (entry.poll.state === 'published') throw new AppError('conflict', { message: 'its result is known' });
      await this.#open(entry);
    });
  }

  /** @throws AppError `notFound`, `conflict` when it was never open. */
  async close(pollId: PollId): Promise<void> {
    await this.#inOrder(async () => await this.#close(this.#requireOpened(pollId)));
  }

  /** @throws AppError `notFound`, `conflict` when it was never open. */
  async publish(pollId: PollId): Promise<void> {
    await this.#inOrder(async () => {
      const entry = this.#requireOpened(pollId);
      await this.#close(entry);
      if (entry.poll.state !== 'published') await this.#change(entry, { state: 'published' }, 'published');
      this.#show(pollId);
    });
  }

  /** @throws AppError `notFound`, `conflict` for what has been asked. */
  async remove(pollId: PollId): Promise<void> {
    await this.#inOrder(async () => {
      if (this.#require(pollId).poll.state !== 'prepared') throw new AppError('conflict', { message: 'it was asked' });
      await this.#options.store.removePoll(pollId);
      this.#entries.delete(pollId);
      this.#options.onRemoved(pollId);
      this.#options.onSaveNeeded();
    });
  }

  async hide(): Promise<void> {
    await this.#inOrder(async () => {
      const entry = this.#shownId === null ? undefined : this.#entries.get(this.#shownId);
      if (entry !== undefined) await this.#close(entry);
      this.#show(null);
    });
  }

  /** Resolves once the answer is durable (SPEC Q4, Q5). @throws AppError `forbidden`, `notFound`, `conflict`, `invalidInput` */
  answer(seat: Seat, requestId: RequestId, pollId: PollId, answer: PollAnswer): Promise<PollAnswer> {
    const key = requestKey(seat.seatId, requestId);
    const earlier = this.#requests.get(key);
    if (earlier !== undefined) return earlier;
    const answering = this.#answer(seat, pollId, answer);
    this.#requests.remember(key, answering);
    answering.catch(() => this.#requests.forget(key));
    return answering;
  }

  /** @throws AppError `notFound`, `forbidden` for an anonymous one (SPEC Q7). */
  answers(pollId: PollId): RoomResult<'pollAnswers'> {
    const { poll, answers } = this.#require(pollId);
    if (poll.question.isAnonymous) throw new AppError('forbidden', { message: 'it is anonymous' });
    const given = [...answers.values()].flatMap(({ seatId, ...rest }) =>
      seatId === null ? [] : [{ seatId, ...rest }],
    );
    const has = new Set(given.map(({ seatId }) => seatId));
    return {
      answers: given.map((one) => ({ ...one, isCorrect: isCorrect(poll.question, one.answer) })),
      missing: this.#options
        .answerers()
        .filter(({ seatId }) => !has.has(seatId))
        .map(({ seatId, displayName }) => ({ seatId, displayName })),
    };
  }

  async pastQuestions(seat: Seat): Promise<PollQuestion[]> {
    return await this.#options.store.pastQuestions(seat.seatId, PAST_QUESTIONS);
  }

  /** Who is there has changed: so has how many have yet to answer. */
  presenceChanged(): void {
    const open = [...this.#entries.values()].find(({ poll }) => poll.state === 'open');
    if (open !== undefined) this.#recount(open.poll.pollId);
  }

  /** The lesson ends: nobody answers any more. */
  finish(): void {
    for (const entry of this.#entries.values()) {
      if (entry.poll.state !== 'open') continue;
      const atMs = this.#nextMs();
      entry.poll = { ...entry.poll, state: 'closed', closedAtMs: atMs, changedAtMs: atMs };
      this.#options.onState(entry.poll, 'closed');
      this.#options.store
        .savePoll(this.#options.lessonId, entry.poll)
        .catch((error: unknown) => this.#options.log.error({ err: error }, 'question could not be closed'));
    }
  }

  /** What an earlier process of this lesson has stored. What cannot be read now is read later (SPEC Q8). */
  async load(): Promise<void> {
    try {
      this.#merge(await this.#options.store.polls(this.#options.lessonId));
      this.#isLoaded = true;
      if (this.#entries.size > 0) this.#options.onAnswersKnown();
    } catch (error) {
      if (this.#isClosed) return;
      if (!isUnavailable(error)) this.#options.log.error({ err: error }, 'answers could not be read');
      this.#cancelLoad = this.#options.clock.after(this.#loadRetryMs, () => void this.load());
      this.#loadRetryMs = Math.min(2 * this.#loadRetryMs, LOAD_RETRY_MOST_MS);
    }
  }

  save(): { readonly polls: PollRecord[]; readonly shownPollId: PollId | null } {
    return { polls: [...this.#entries.values()].map(({ poll }) => poll), shownPollId: this.#shownId };
  }

  restore({ polls, shownPollId }: ReturnType<Polls['save']>): void {
    for (const poll of polls) this.#entries.set(poll.pollId, { poll, answers: new Map() });
    this.#shownId = shownPollId;
  }

  readonly answersBy = (seatId: SeatId): number =>
    [...this.#entries.values()].filter(({ poll, answers }) => poll.ballotKey === null && answers.has(seatId)).length;

  stop(): void {
    this.#isClosed = true;
    this.#cancelTally?.();
    this.#cancelLoad?.();
  }

  async #create(seat: Seat, requestId: RequestId, question: PollQuestion): Promise<Entry> {
    const pollId = pollIdOf(this.#options.lessonId, seat.seatId, requestId);
    const known = this.#entries.get(pollId);
    if (known !== undefined) return known;
    if (question.isAnonymous && this.#options.lessonKind() !== 'meeting')
      throw new AppError('forbidden', { message: 'only meetings have anonymous questions' });
    if (this.#entries.size >= MAX_POLLS)
      throw new AppError('conflict', { message: 'too many questions in one lesson' });
    const createdAtMs = this.#nextMs();
    const poll: PollRecord = {
      pollId,
      askedBy: seat.seatId,
      question,
      state: 'prepared',
      ballotKey: question.isAnonymous ? randomBytes(24).toString('base64url') : null,
      createdAtMs,
      openedAtMs: null,
      closedAtMs: null,
      changedAtMs: createdAtMs,
    };
    await this.#options.store.savePoll(this.#options.lessonId, poll);
    const entry: Entry = { poll, answers: new Map() };
    this.#entries.set(pollId, entry);
    this.#options.onChanged(this.#teacherView(entry));
    this.#options.onSaveNeeded();
    return entry;
  }

  async #open(entry: Entry): Promise<void> {
    for (const other of this.#entries.values()) if (other !== entry) await this.#close(other);
    if (entry.poll.state !== 'open')
      await this.#change(entry, { state: 'open', openedAtMs: this.#options.clock.nowMs(), closedAtMs: null }, 'opened');
    this.#show(entry.poll.pollId);
    if (entry.answers.size > 0) this.#options.onAnswersKnown();
  }

  async #close(entry: Entry): Promise<void> {
    if (entry.poll.state !== 'open') return;
    await this.#change(entry, { state: 'closed', closedAtMs: this.#options.clock.nowMs() }, 'closed');
    if (this.#shownId === entry.poll.pollId) this.#options.onShown(this.shown);
  }

  async #change(
    entry: Entry,
    change: Partial<PollRecord>,
    state: Parameters<PollsOptions['onState']>[1],
  ): Promise<void> {
    const poll = { ...entry.poll, ...change, changedAtMs: this.#nextMs() };
    await this.#options.store.savePoll(this.#options.lessonId, poll);
    entry.poll = poll;
    this.#options.onChanged(this.#teacherView(entry));
    this.#options.onState(poll, state);
    this.#options.onSaveNeeded();
  }

  #show(pollId: PollId | null): void {
    this.#shownId = pollId;
    this.#options.onShown(this.shown);
    this.#options.onSaveNeeded();
  }

  async #answer(seat: Seat, pollId: PollId, answer: PollAnswer): Promise<PollAnswer> {
    if (!answersQuestions(seat.kind, this.#options.lessonKind()))
      throw new AppError('forbidden', { message: 'this seat does not answer in such a lesson' });
    const entry = this.#require(pollId);
    const { poll } = entry;
    if (poll.state === 'prepared') throw new AppError('notFound', { message: 'no such question' });
    if (poll.state !== 'open') throw new AppError('conflict', { message: 'the question is closed' });
    if (!isAnswerTo(poll.question, answer))
      throw new AppError('invalidInput', { message: 'no answer to this question' });
    const record: AnswerRecord = {
      pollId,
      voter: voterOf(poll, seat.seatId),
      seatId: poll.question.isAnonymous ? null : seat.seatId,
      answer: { choices: answer.choices.toSorted((a, b) => a - b), text: answer.text },
      answeredAtMs: this.#nextMs(),
    };
    await this.#options.store.saveAnswer(record);
    this.#count(entry, { ...record, displayName: seat.displayName });
    return record.answer;
  }

  /** Two answers of a seat may be written at the same time: the later one counts, as in the database. */
  #count({ poll, answers }: Entry, { voter, ...given }: StoredPoll['answers'][number]): void {
    const known = answers.get(voter);
    if (known !== undefined && known.answeredAtMs >= given.answeredAtMs) return;
    answers.set(voter, given);
    this.#recount(poll.pollId);
  }

  #recount(pollId: PollId): void {
    this.#recounted.add(pollId);
    this.#cancelTally ??= this.#options.clock.after(TALLY_BATCH_MS, () => {
      this.#cancelTally = null;
      for (const recounted of this.#recounted) {
        const entry = this.#entries.get(recounted);
        if (entry !== undefined) this.#options.onTally(recounted, this.#tally(entry));
        // An answer that was being written while the result was shown.
        if (entry?.poll.state === 'published' && recounted === this.#shownId) this.#options.onShown(this.shown);
      }
      this.#recounted.clear();
    });
  }

  #merge(stored: readonly StoredPoll[]): void {
    for (const { poll, answers } of stored) {
      const entry = this.#entries.get(poll.pollId) ?? { poll, answers: new Map() };
      if (poll.changedAtMs > entry.poll.changedAtMs) entry.poll = poll;
      this.#entries.set(poll.pollId, entry);
      this.#lastMs = Math.max(this.#lastMs, entry.poll.changedAtMs, ...answers.map(({ answeredAtMs }) => answeredAtMs));
      for (const answer of answers) this.#count(entry, answer);
      // The process before opened it, and died before the room was saved.
      if (entry.poll.state === 'open' && entry.poll === poll) this.#shownId = poll.pollId;
    }
  }

  #tally({ poll, answers }: Entry): PollTally {
    const present = this.#options.answerers();
    const answeredPresent = present.filter(({ seatId }) => answers.has(voterOf(poll, seatId))).length;
    const given = [...answers.values()].map(({ answer }) => answer);
    return { ...tallyOf(poll.question, given), answeredPresent, present: present.length };
  }

  #teacherView(entry: Entry): TeacherPoll {
    const { pollId, question, state, openedAtMs } = entry.poll;
    return { pollId, question, state, openedAtMs, tally: this.#tally(entry) };
  }

  #require(pollId: PollId): Entry {
    const entry = this.#entries.get(pollId);
    if (entry !== undefined) return entry;
    throw new AppError(this.#isLoaded ? 'notFound' : 'unavailable', { message: 'no such question' });
  }

  #requireOpened(pollId: PollId): Entry {
    const entry = this.#require(pollId);
    if (entry.poll.state === 'prepared') throw new AppError('conflict', { message: 'it has not been asked' });
    return entry;
  }

  /** Orders of teachers one after the other: two at once would leave two questions open. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#orders.then(work, work);
    this.#orders = result.catch(() => undefined);
    return result;
  }

  #nextMs(): number {
    this.#lastMs = Math.max(this.#options.clock.nowMs(), this.#lastMs + 1);
    return this.#lastMs;
  }
}

function shownOf({ poll, answers }: Entry): ShownPoll | null {
  const { pollId, state, openedAtMs, question } = poll;
  if (state === 'prepared' || openedAtMs === null) return null;
  const { kind, text, options, isAnonymous } = question;
  const given = [...answers.values()].map(({ answer }) => answer);
  const result = state === 'published' ? resultOf(question, given) : null;
  return { pollId, kind, text, options, isAnonymous, state, openedAtMs, result };
}
