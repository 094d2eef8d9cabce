import * as z from 'zod';
import { route } from '../define.ts';
import { LessonId, PersonId, PollId } from '../ids.ts';
import { NamedAnswer, PollTally, TeacherPoll } from '../polls.ts';
import { SeatKind } from '../seats.ts';

export const lessonReportRoutes = {
  lessonReport: route({
    method: 'GET',
    path: '/lessons/{lessonId}/report',
    summary: 'Who was there and who answered what, for the teachers of the lesson',
    access: ['teacher', 'schoolAdmin', 'districtAdmin'],
    params: z.object({ lessonId: LessonId }),
    reply: z.object({
      title: z.string(),
      startedAtMs: z.int().nullable(),
      endedAtMs: z.int().nullable(),
      /** Whoever asks lectures or co-teaches it, and may look at what these people answered in other lessons of its own. */
      isOwn: z.boolean(),
      /** How long its teachers were heard. */
      teachersTalkedMs: z.int(),
      /** What was asked, first asked first. */
      polls: z.array(
        TeacherPoll.pick({ pollId: true, question: true, state: true, openedAtMs: true }).extend(
          PollTally.pick({ answered: true, counts: true, correctCount: true }).shape,
        ),
      ),
      /** Everybody expected (in a meeting the children) and everybody else who came, but teachers and observers. */
      people: z.array(
        z.object({
          personId: PersonId.nullable(),
          displayName: z.string(),
          classGroup: z.string().nullable(),
          /** In a meeting, who came for the child. */
          cameFor: z.array(z.string()),
          /** Null for who never came. */
          seat: SeatKind.nullable(),
          firstJoinedAtMs: z.int().nullable(),
          /** Null while it is there, and for who never came. */
          lastLeftAtMs: z.int().nullable(),
          presentMs: z.int(),
          /** How long it was heard, by the media node. */
          talkedMs: z.int(),
          handsRaised: z.int(),
          /** 0–10, on average; null where it was never measured. */
          lineScore: z.number().nullable(),
          /** How long it was so poor that words are lost. */
          poorLineMs: z.int(),
          /** Not to anonymous questions; of a child's guardians, each their own. */
          answers: z.array(
            NamedAnswer.pick({ answer: true, isCorrect: true, answeredAtMs: true }).extend({ pollId: PollId }),
          ),
        }),
      ),
    }),
    errors: ['forbidden', 'notFound'],
  }),
} as const;
