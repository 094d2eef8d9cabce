import { CircleCheck, CircleDashed, CircleDot, CircleX } from 'lucide-react';
import { useId } from 'react';
import { answerText } from '../../messages/answers.ts';
import { toolText } from '../../messages/class-tools.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { clockTime, wholeDate } from '../../text/time.ts';
import { answerWords, rightAnswer } from '../room/tools/poll-words.ts';
import type { LessonQuestions, PutQuestion } from './answers-query.ts';
import styles from './answers.module.css';

const MARKS = {
  right: CircleCheck,
  wrong: CircleX,
  given: CircleDot,
  missed: CircleDashed,
  open: CircleDashed,
} as const;

function markOf({ answer, isCorrect, state }: PutQuestion): keyof typeof MARKS {
  if (answer === null) return state === 'open' ? 'open' : 'missed';
  if (isCorrect === null) return 'given';
  return isCorrect ? 'right' : 'wrong';
}

function Question({ put }: { readonly put: PutQuestion }) {
  const t = useText(answerText);
  const tools = useText(toolText);
  const mark = markOf(put);
  const Icon = MARKS[mark];
  const right = put.right === null ? null : rightAnswer(put, put.right, tools);
  const options = put.options.map((_, n) => answerWords(put, { choices: [n], text: null }, tools)).join('　');
  return (
    <li className={styles.question} data-testid="put-question" data-mark={mark}>
      <h3>{put.text}</h3>
      <p className={[styles.mark, styles[mark]].join(' ')}>
        <Icon aria-hidden />
        {t(`mark_${mark}`)}
      </p>
      <p className={styles.soft}>
        {tools(`kind_${put.kind}`)} · <span className="tabular">{clockTime(put.openedAtMs)}</span>
      </p>
      {options !== '' && <p>{t('options', { options })}</p>}
      {put.answer !== null && <p>{t('own', { answer: answerWords(put, put.answer, tools) })}</p>}
      {right !== null && <p>{tools('rightAnswer', { answer: right })}</p>}
    </li>
  );
}

/** The questions of one lesson. */
export function LessonBlock({ lesson: { title, subject, startedAtMs }, questions }: LessonQuestions) {
  const language = useLanguage();
  const id = useId();
  return (
    <section className={styles.lesson} aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        <p className={styles.soft}>
          {subject !== null && `${subject} · `}
          <time dateTime={new Date(startedAtMs).toISOString()}>{wholeDate(startedAtMs, language)}</time>
        </p>
      </div>
      <ol className={styles.questions}>
        {questions.map((put) => (
          <Question key={put.pollId} put={put} />
        ))}
      </ol>
    </section>
  );
}
