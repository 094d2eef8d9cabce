import type { LessonId, PersonId, PollId, SeatId } from '../../signaling/protocol/ids.ts';
import type { PollAnswer, PollQuestion, PollState } from '../../signaling/protocol/polls.ts';
import type { LessonState } from '../../signaling/protocol/rest/shapes.ts';
import type { SeatKind } from '../../signaling/protocol/seats.ts';

/**
 * Questions of lessons and their answers. Every write is idempotent and the later one stays, so that what was kept while the
 * database was away can be replayed. Errors as in `DirectoryStore`.
 */
export interface PollStore {
  /** @throws AppError `notFound` when there is no such lesson or seat. */
  save(lessonId: LessonId, poll: PollRow): Promise<void>;
  /** Only a prepared one; idempotent. */
  remove(pollId: PollId): Promise<void>;
  /** @throws AppError `notFound` when there is no such question or seat. */
  saveAnswer(answer: NewPollAnswer): Promise<void>;
  /** First asked first; `seatId` and who it was are null where the question is anonymous. */
  list(lessonId: LessonId): Promise<PollWithAnswers[]>;
  /** What the person of a seat has asked in any lesson, newest first, each once. */
  askedBySeat(seatId: SeatId, limit: number): Promise<PollQuestion[]>;
  /**
   * What was put to a person in any lesson, answered or not, newest first. Anonymous questions are left out, and what was open only
   * while the person was not there.
   */
  putTo(filter: PutQuestionPage): Promise<PutQuestion[]>;
  /** The same of all pages, counted by what decides whether an answer is right. */
  countPutTo(filter: PutQuestionFilter): Promise<PutQuestionCount[]>;
  /** From now on nobody can tell whose an anonymous answer of this lesson is. Idempotent. */
  forgetBallots(lessonId: LessonId): Promise<void>;
}

export interface PollRow {
  readonly pollId: PollId;
  readonly askedBy: SeatId;
  readonly question: PollQuestion;
  readonly state: PollState;
  /** What makes voters of seats while the lesson runs; only of an anonymous question. */
  readonly ballotKey: string | null;
  readonly createdAtMs: number;
  readonly openedAtMs: number | null;
  readonly closedAtMs: number | null;
  readonly changedAtMs: number;
}

export interface NewPollAnswer {
  readonly pollId: PollId;
  readonly voter: string;
  readonly seatId: SeatId | null;
  readonly answer: PollAnswer;
  readonly answeredAtMs: number;
}

export interface PollWithAnswers {
  readonly poll: PollRow;
  readonly answers: readonly (Omit<NewPollAnswer, 'pollId'> & {
    readonly displayName: string | null;
    readonly seat: SeatKind | null;
    readonly personId: PersonId | null;
  })[];
}

export interface PutQuestionFilter {
  readonly personId: PersonId;
  /** Only in lessons that this teacher lectures or co-teaches. */
  readonly ledBy?: PersonId;
}

export interface PutQuestionPage extends PutQuestionFilter {
  readonly subject?: string;
  /** Only what was opened before this one. */
  readonly before?: PollId;
  readonly limit: number;
}

export interface PutQuestion {
  readonly pollId: PollId;
  readonly question: PollQuestion;
  readonly state: Exclude<PollState, 'prepared'>;
  readonly openedAtMs: number;
  /** Null when it was not answered. */
  readonly answer: PollAnswer | null;
  readonly answeredAtMs: number | null;
  readonly lesson: {
    readonly lessonId: LessonId;
    readonly title: string;
    readonly subject: string | null;
    readonly state: LessonState;
    /** When it began. */
    readonly startedAtMs: number;
  };
}

/** Questions that agree in all of this. */
export interface PutQuestionCount {
  readonly question: Pick<PollQuestion, 'kind' | 'correctChoices' | 'correctText'>;
  readonly state: PutQuestion['state'];
  readonly answer: PollAnswer | null;
  readonly lesson: Pick<PutQuestion['lesson'], 'subject' | 'state'>;
  readonly count: number;
}
