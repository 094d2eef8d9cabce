import { createHash, createHmac } from 'node:crypto';
import * as z from 'zod';
import { PollId, SeatId, type LessonId, type RequestId } from '../protocol/ids.ts';
import { PollAnswer, PollQuestion, PollState } from '../protocol/polls.ts';

/** A question as it is kept. Who answers an anonymous one is known only by what `ballotKey` makes of the seat; the key dies with the lesson. */
export const PollRecord = z.object({
  pollId: PollId,
  askedBy: SeatId,
  question: PollQuestion,
  state: PollState,
  ballotKey: z.string().nullable(),
  createdAtMs: z.int(),
  openedAtMs: z.int().nullable(),
  closedAtMs: z.int().nullable(),
  /** Grows with each change: of two writes the later one stays, in whatever order they arrive. */
  changedAtMs: z.int(),
});
export type PollRecord = z.infer<typeof PollRecord>;

export const AnswerRecord = z.object({
  pollId: PollId,
  /** The seat, or of an anonymous question what cannot be led back to it. */
  voter: z.string(),
  seatId: SeatId.nullable(),
  answer: PollAnswer,
  /** Grows with each answer of the room. */
  answeredAtMs: z.int(),
});
export type AnswerRecord = z.infer<typeof AnswerRecord>;

/** The same request makes the same question, also of another process. */
export const pollIdOf = (lessonId: LessonId, seatId: SeatId, requestId: RequestId): PollId =>
  PollId.parse(createHash('sha256').update(`${lessonId} ${seatId} ${requestId}`).digest('base64url').slice(0, 32));

/** What a seat's answer is stored under: one per seat and question, whatever is asked how often. */
export const voterOf = ({ pollId, ballotKey }: PollRecord, seatId: SeatId): string =>
  ballotKey === null ? seatId : createHmac('sha256', ballotKey).update(`${pollId} ${seatId}`).digest('base64url');
