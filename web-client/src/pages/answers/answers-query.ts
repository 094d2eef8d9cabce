import { infiniteQueryOptions } from '@tanstack/react-query';
import type { PersonId, PollId } from '../../../../signaling/protocol/ids.ts';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';

const PAGE_SIZE = 30;

export type AnswerPage = RouteReply<'personAnswers'>;
export type PutQuestion = AnswerPage['items'][number];

/** `subject` is empty for all. */
export const answersQuery = (personId: PersonId, subject: string) =>
  infiniteQueryOptions({
    queryKey: ['answers', personId, subject],
    initialPageParam: null as PollId | null,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: PAGE_SIZE,
        ...(subject === '' ? {} : { subject }),
        ...(pageParam === null ? {} : { before: pageParam }),
      };
      return callApi('personAnswers', { params: { personId }, query }, signal);
    },
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
  });

export interface LessonQuestions {
  readonly lesson: PutQuestion['lesson'];
  readonly questions: PutQuestion[];
}

/** Questions that follow each other in one lesson stand under it. */
export function byLesson(items: readonly PutQuestion[]): LessonQuestions[] {
  const lessons: LessonQuestions[] = [];
  for (const item of items) {
    const last = lessons.at(-1);
    if (last?.lesson.lessonId === item.lesson.lessonId) last.questions.push(item);
    else lessons.push({ lesson: item.lesson, questions: [item] });
  }
  return lessons;
}
