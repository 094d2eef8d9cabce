import type { PutQuestion, PutQuestionCount } from '../../storage/ports.ts';
import type { RouteReplyInput } from '../protocol/rest.ts';
import { isCorrect } from '../rooms/poll-tally.ts';

type Answers = RouteReplyInput<'personAnswers'>;

/** Before the lesson is over a question that was closed may be opened again, so what is right is known by its result alone. */
const isDecided = ({ state, lesson }: Pick<PutQuestionCount, 'state' | 'lesson'>): boolean =>
  state === 'published' || lesson.state === 'ended';

export function shownAnswer(put: PutQuestion): Answers['items'][number] {
  const { pollId, question, state, openedAtMs, answer } = put;
  const { lessonId, title, subject, startedAtMs } = put.lesson;
  const { kind, text, options, correctChoices, correctText } = question;
  const isAsked = correctText !== null || correctChoices.length > 0;
  const isKnown = isDecided(put);
  return {
    ...{ pollId, kind, text, options, state, openedAtMs, answer },
    lesson: { lessonId, title, subject, startedAtMs },
    isCorrect: isKnown && answer !== null ? isCorrect(question, answer) : null,
    right: isKnown && isAsked ? { correctChoices, correctText } : null,
  };
}

export function answerTotals(counts: readonly PutQuestionCount[]): Answers['totals'] {
  const totals = { asked: 0, answered: 0, judged: 0, correct: 0 };
  for (const counted of counts) {
    const { question, answer, count } = counted;
    totals.asked += count;
    if (answer === null) continue;
    totals.answered += count;
    const verdict = isDecided(counted) ? isCorrect(question, answer) : null;
    if (verdict === null) continue;
    totals.judged += count;
    if (verdict) totals.correct += count;
  }
  return totals;
}

export const subjectsAsked = (counts: readonly PutQuestionCount[]): string[] =>
  [...new Set(counts.flatMap(({ lesson: { subject } }) => subject ?? []))]
    .filter((subject) => subject !== '')
    .toSorted((a, b) => a.localeCompare(b, 'zh-CN'));
