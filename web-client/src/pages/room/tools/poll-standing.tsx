import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TeacherPoll } from '../../../../../signaling/protocol/polls.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';
import { answerWords, letterOf, percent, rightAnswer } from './poll-words.ts';
import { ResultChart } from './result-chart.tsx';
import styles from './class-tools.module.css';

function Texts({ texts }: { readonly texts: TeacherPoll['tally']['texts'] }) {
  const t = useText(toolText);
  return (
    <ul className={styles.texts}>
      {texts.map(({ text, count, isCorrect }) => (
        <li key={text}>
          <span>{text}</span>
          <b className="tabular">{count}</b>
          {isCorrect !== null && <i data-right={isCorrect}>{isCorrect ? t('right') : t('wrong')}</i>}
        </li>
      ))}
    </ul>
  );
}

/** Asked for again whenever the counts have changed while it is open. */
function Names({ poll }: { readonly poll: TeacherPoll }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const { pollId, question, tally } = poll;
  const { data: known = null } = useQuery({
    queryKey: ['poll-answers', pollId, tally],
    queryFn: () => actions.tools.pollAnswers(pollId),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  if (known === null) return null;
  return (
    <div className={styles.names} data-testid="poll-names">
      {known.answers.length === 0 && <p className={styles.hint}>{t('nobodyYet')}</p>}
      <ul>
        {known.answers.map(({ seatId, displayName, answer, isCorrect }) => (
          <li key={seatId} data-testid="named-answer">
            <strong>{displayName}</strong> <span>{answerWords(question, answer, t)}</span>
            {isCorrect !== null && <i data-right={isCorrect}>{isCorrect ? t('right') : t('wrong')}</i>}
          </li>
        ))}
      </ul>
      {known.missing.length > 0 && (
        <p className={styles.hint}>
          {t('notAnswered', {
            n: known.missing.length,
            names: known.missing.map(({ displayName }) => displayName).join(t('comma')),
          })}
        </p>
      )}
    </div>
  );
}

function Orders({ poll, isShown }: { readonly poll: TeacherPoll; readonly isShown: boolean }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const { pollId, state } = poll;
  return (
    <div className={styles.buttons}>
      {state === 'open' && (
        <Button look="primary" onClick={() => void actions.tools.closePoll(pollId)} data-testid="poll-close">
          {t('close')}
        </Button>
      )}
      {state !== 'published' && (
        <Button
          look={state === 'closed' ? 'primary' : 'quiet'}
          onClick={() => void actions.tools.publishPoll(pollId)}
          data-testid="poll-publish"
        >
          {t('publish')}
        </Button>
      )}
      {state === 'closed' && <Button onClick={() => void actions.tools.openPoll(pollId)}>{t('reopen')}</Button>}
      {isShown && state !== 'open' && (
        <Button onClick={() => void actions.tools.hidePoll()} data-testid="poll-hide">
          {t('hide')}
        </Button>
      )}
    </div>
  );
}

/** How a question stands, for the teacher: counts as they come in, who, and what to do next. */
export function PollStanding({ poll, isShown }: { readonly poll: TeacherPoll; readonly isShown: boolean }) {
  const t = useText(toolText);
  const [namesOpen, setNamesOpen] = useState(false);
  const { question, state, tally } = poll;
  const right = rightAnswer(question, question, t);
  return (
    <article className={styles.standing} data-testid="poll-standing" data-state={state}>
      <p className={styles.hint}>
        {t(`kind_${question.kind}` as const)} · {t(`state_${state}` as const)}
      </p>
      <h4>{question.text}</h4>
      {question.options.length > 0 && (
        <p className={styles.hint}>{question.options.map((option, n) => `${letterOf(n)} ${option}`).join('　')}</p>
      )}
      <p data-testid="poll-progress" className="tabular">
        {state === 'open'
          ? t('answeredOf', { n: tally.answeredPresent, all: tally.present })
          : t('answered', { n: tally.answered })}
        {tally.correctCount !== null &&
          ` · ${t('correctOf', { n: tally.correctCount, percent: percent(tally.correctCount, tally.answered) })}`}
      </p>
      {question.kind === 'short' ? (
        <Texts texts={tally.texts} />
      ) : (
        <ResultChart
          kind={question.kind}
          options={question.options}
          counted={{ ...tally, correctChoices: question.correctChoices }}
        />
      )}
      {right !== null && <p className={styles.hint}>{t('rightAnswer', { answer: right })}</p>}
      <Orders poll={poll} isShown={isShown} />
      {!question.isAnonymous && (
        <Button
          look="plain"
          aria-expanded={namesOpen}
          onClick={() => setNamesOpen(!namesOpen)}
          data-testid="poll-names-toggle"
        >
          {t('names')}
        </Button>
      )}
      {namesOpen && !question.isAnonymous && <Names poll={poll} />}
    </article>
  );
}
