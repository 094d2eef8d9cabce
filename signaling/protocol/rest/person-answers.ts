import * as z from 'zod';
import { route } from '../define.ts';
import { LessonId, PersonId, PollId } from '../ids.ts';
import { PollAnswer, PollResult, ShownPoll } from '../polls.ts';

export const personAnswerRoutes = {
  personAnswers: route({
    method: 'GET',
    path: '/people/{personId}/answers',
    summary:
      'What was asked of a person in its lessons, newest first: for itself, its guardians, its school, and teachers of lessons of theirs',
    access: ['person'],
    params: z.object({ personId: PersonId }),
    query: z.object({
      subject: z.string().trim().min(1).max(40).optional(),
      /** `next` of the page before. */
      before: PollId.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(30),
    }),
    reply: z.object({
      displayName: z.string(),
      classGroup: z.string().nullable(),
      /** Of the subject asked for; `judged` are answers that are known to be right or wrong. */
      totals: z.object({ asked: z.int(), answered: z.int(), judged: z.int(), correct: z.int() }),
      /** There are questions of these. */
      subjects: z.array(z.string()),
      items: z.array(
        ShownPoll.pick({ pollId: true, kind: true, text: true, options: true, state: true, openedAtMs: true }).extend({
          lesson: z.object({
            lessonId: LessonId,
            title: z.string(),
            subject: z.string().nullable(),
            startedAtMs: z.int(),
          }),
          /** Null when it was not answered. */
          answer: PollAnswer.nullable(),
          /** Null where nothing is right or wrong, and while the right answer is not to be known. */
          isCorrect: z.boolean().nullable(),
          /** Null until the result is published or the lesson is over: until then the question may be opened again. */
          right: PollResult.pick({ correctChoices: true, correctText: true }).nullable(),
        }),
      ),
      /** Null on the last page. */
      next: PollId.nullable(),
    }),
    errors: ['notFound'],
  }),
} as const;
