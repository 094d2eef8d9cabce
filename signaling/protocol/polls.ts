import * as z from 'zod';
import { notice, request } from './define.ts';
import { PollId, RequestId, SeatId } from './ids.ts';

/** Questions to the class and their answers (SPEC Q). What is here of an answer never goes to another pupil by name. */

/** `trueFalse` has no options of its own: choice 0 is true, choice 1 is false. */
export const PollKind = z.enum(['single', 'multiple', 'trueFalse', 'short']);
export type PollKind = z.infer<typeof PollKind>;

/** As many as a remote control has keys within reach, and a screen has room for in letters that are read from six metres. */
export const MAX_OPTIONS = 6;
const MIN_OPTIONS = 2;

const Choice = z
  .int()
  .min(0)
  .max(MAX_OPTIONS - 1);

const QuestionFields = z.object({
  kind: PollKind,
  text: z.string().trim().min(1).max(300),
  options: z.array(z.string().trim().min(1).max(100)).max(MAX_OPTIONS),
  /** The right choices; empty where nothing is right or wrong. */
  correctChoices: z.array(Choice).max(MAX_OPTIONS),
  /** Of a short answer; other spellings after a semicolon. Null where nothing is right or wrong. */
  correctText: z.string().trim().min(1).max(200).nullable(),
  /** Nobody learns who answered what; only in a meeting. */
  isAnonymous: z.boolean(),
});

export const choiceCount = ({ kind, options }: Pick<z.infer<typeof QuestionFields>, 'kind' | 'options'>): number =>
  kind === 'trueFalse' ? 2 : options.length;

function isSound(question: z.infer<typeof QuestionFields>): boolean {
  const { kind, options, correctChoices, correctText } = question;
  const areChoicesSound =
    correctChoices.every((choice) => choice < choiceCount(question)) &&
    new Set(correctChoices).size === correctChoices.length &&
    (kind === 'multiple' || correctChoices.length <= 1);
  if (kind === 'short' || kind === 'trueFalse')
    return options.length === 0 && areChoicesSound && (kind === 'short' || correctText === null);
  return (
    areChoicesSound && options.length >= MIN_OPTIONS && new Set(options).size === options.length && correctText === null
  );
}

export const PollQuestion = QuestionFields.refine(isSound, 'options and right answers do not fit the kind of question');
export type PollQuestion = z.infer<typeof PollQuestion>;

/** One or several choices, or for a short answer the text. */
export const PollAnswer = z.object({
  choices: z.array(Choice).max(MAX_OPTIONS),
  text: z.string().trim().min(1).max(200).nullable(),
});
export type PollAnswer = z.infer<typeof PollAnswer>;

/** Whether it is an answer to this question at all. */
export function isAnswerTo(question: PollQuestion, { choices, text }: PollAnswer): boolean {
  if (question.kind === 'short') return choices.length === 0 && text !== null;
  return (
    text === null &&
    choices.length > 0 &&
    (question.kind === 'multiple' || choices.length === 1) &&
    new Set(choices).size === choices.length &&
    choices.every((choice) => choice < choiceCount(question))
  );
}

export const PollState = z.enum(['prepared', 'open', 'closed', 'published']);
export type PollState = z.infer<typeof PollState>;

export const PollResult = z.object({
  answered: z.int(),
  /** By choice; empty for short answers. */
  counts: z.array(z.int()),
  correctChoices: z.array(Choice),
  correctText: z.string().nullable(),
  /** How many were right; null where nothing is right or wrong. */
  correctCount: z.int().nullable(),
});
export type PollResult = z.infer<typeof PollResult>;

/** The question as everybody sees it. */
export const ShownPoll = z.object({
  pollId: PollId,
  kind: PollKind,
  text: z.string(),
  options: z.array(z.string()),
  isAnonymous: z.boolean(),
  state: z.enum(['open', 'closed', 'published']),
  openedAtMs: z.int(),
  /** Only once it is published. */
  result: PollResult.nullable(),
});
export type ShownPoll = z.infer<typeof ShownPoll>;

export const PollTally = z.object({
  answered: z.int(),
  /** Of the answers, those of seats that are there, and seats that are there and may answer. */
  answeredPresent: z.int(),
  present: z.int(),
  counts: z.array(z.int()),
  /** What was written, most frequent first. */
  texts: z.array(z.object({ text: z.string(), count: z.int(), isCorrect: z.boolean().nullable() })),
  correctCount: z.int().nullable(),
});
export type PollTally = z.infer<typeof PollTally>;

/** The question as teachers see it. */
export const TeacherPoll = z.object({
  pollId: PollId,
  question: QuestionFields,
  state: PollState,
  openedAtMs: z.int().nullable(),
  tally: PollTally,
});
export type TeacherPoll = z.infer<typeof TeacherPoll>;

export const NamedAnswer = z.object({
  seatId: SeatId,
  displayName: z.string(),
  answer: PollAnswer,
  isCorrect: z.boolean().nullable(),
  answeredAtMs: z.int(),
});

const onePoll = z.object({ pollId: PollId });
const nothing = z.object({});

export const pollRequests = {
  /** For later in this lesson. Idempotent by `requestId`. */
  preparePoll: request({
    needs: 'runTools',
    params: z.object({ requestId: RequestId, question: PollQuestion }),
    result: onePoll,
  }),
  /** Asks at once; an open one is closed. Idempotent by `requestId`. */
  askPoll: request({
    needs: 'runTools',
    params: z.object({ requestId: RequestId, question: PollQuestion }),
    result: onePoll,
  }),
  /** Opens a prepared one, or a closed one again. Errors: `conflict` once its result is known to everybody. */
  openPoll: request({ needs: 'runTools', params: onePoll, result: nothing }),
  closePoll: request({ needs: 'runTools', params: onePoll, result: nothing }),
  /** Closes it and shows result and right answer to everybody. */
  publishPoll: request({ needs: 'runTools', params: onePoll, result: nothing }),
  /** Takes a prepared one away; others are history (`conflict`). */
  removePoll: request({ needs: 'runTools', params: onePoll, result: nothing }),
  /** Takes what is shown off everybody's screen; an open one is closed. */
  hidePoll: request({ needs: 'runTools', params: nothing, result: nothing }),
  /** Who answered what, and who of those present has not. Errors: `forbidden` for an anonymous one. */
  pollAnswers: request({
    needs: 'runTools',
    params: onePoll,
    result: z.object({
      answers: z.array(NamedAnswer),
      missing: z.array(z.object({ seatId: SeatId, displayName: z.string() })),
    }),
  }),
  /** What this teacher has asked before, in other lessons too, newest first. */
  pastQuestions: request({
    needs: 'runTools',
    params: nothing,
    result: z.object({ questions: z.array(QuestionFields) }),
  }),
  /** One answer per seat; the next one replaces it. The ack means that it is durable. Errors: `conflict` when it is closed. */
  answerPoll: request({
    needs: 'answer',
    params: z.object({ requestId: RequestId, pollId: PollId, answer: PollAnswer }),
    result: z.object({ answer: PollAnswer }),
  }),
} as const;

export const pollNotices = {
  /** What everybody sees now; null: nothing. */
  pollShown: notice(z.object({ poll: ShownPoll.nullable() })),
  /** Teachers: a question is new or has another state. */
  pollChanged: notice(z.object({ poll: TeacherPoll })),
  pollRemoved: notice(onePoll),
  /** Teachers, batched, at most four a second. */
  pollTally: notice(z.object({ pollId: PollId, tally: PollTally })),
} as const;
