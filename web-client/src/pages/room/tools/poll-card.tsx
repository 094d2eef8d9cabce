import { Check, ChevronDown, CircleHelp, X } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { choiceCount } from '../../../../../signaling/protocol/polls.ts';
import type { PollAnswer, ShownPoll } from '../../../../../signaling/protocol/polls.ts';
import { answersQuestions } from '../../../../../signaling/protocol/seats.ts';
import { may } from '../../../call/room-state.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';
import { answerWords, letterOf, percent, rightAnswer } from './poll-words.ts';
import { ResultChart } from './result-chart.tsx';
import { useAnswerKeys } from './use-answer-keys.ts';
import styles from './class-cards.module.css';

interface AskedProps {
  readonly poll: ShownPoll;
  readonly mine: PollAnswer | null;
}

/** Hands in; what is under way is said, what did not arrive is taken back by the store and said there. */
function useHandIn(poll: ShownPoll) {
  const { actions } = useCall();
  const [isSending, setSending] = useState(false);
  const handIn = async (answer: PollAnswer): Promise<void> => {
    setSending(true);
    await actions.tools.answerPoll(poll.pollId, answer);
    setSending(false);
  };
  return { isSending, handIn };
}

interface OptionButtonsProps {
  readonly poll: ShownPoll;
  readonly chosen: readonly number[];
  readonly onPress: (choice: number) => void;
}

function OptionButtons({ poll, chosen, onPress }: OptionButtonsProps) {
  const t = useText(toolText);
  const isTrueFalse = poll.kind === 'trueFalse';
  const names = isTrueFalse ? [t('yes'), t('no')] : poll.options;
  return (
    <fieldset className={styles.options} aria-label={poll.text}>
      {names.map((name, choice) => (
        <button
          key={name}
          type="button"
          className={styles.option}
          aria-pressed={chosen.includes(choice)}
          onClick={() => onPress(choice)}
          data-testid={`answer-${choice}`}
        >
          <b aria-hidden={isTrueFalse}>{isTrueFalse ? choice + 1 : letterOf(choice)}</b>
          <span>{name}</span>
          {chosen.includes(choice) && <Check aria-hidden />}
        </button>
      ))}
    </fieldset>
  );
}

type Standing = 'sending' | 'sent' | 'open';

const standingOf = (isSending: boolean, isHandedIn: boolean): Standing =>
  isSending ? 'sending' : isHandedIn ? 'sent' : 'open';

function AnswerState({ standing, hint }: { readonly standing: Standing; readonly hint: string }) {
  const t = useText(toolText);
  return (
    <output data-testid="answer-state" data-state={standing}>
      {standing === 'open' ? hint : t(standing)}
    </output>
  );
}

function Choices({ poll, mine }: AskedProps) {
  const t = useText(toolText);
  const { isSending, handIn } = useHandIn(poll);
  const isMultiple = poll.kind === 'multiple';
  const [marked, setMarked] = useState<readonly number[] | null>(null);
  const chosen = marked ?? mine?.choices ?? [];
  const count = choiceCount(poll);
  const press = (choice: number): void => {
    if (!isMultiple) void handIn({ choices: [choice], text: null });
    else setMarked(chosen.includes(choice) ? chosen.filter((one) => one !== choice) : [...chosen, choice]);
  };
  useAnswerKeys(count, press);
  const isHandedIn = mine !== null && marked === null;
  const submit = (): void => {
    setMarked(null);
    void handIn({ choices: [...chosen], text: null });
  };
  return (
    <>
      <OptionButtons poll={poll} chosen={chosen} onPress={press} />
      <div className={styles.foot}>
        <AnswerState standing={standingOf(isSending, isHandedIn)} hint={t(isMultiple ? 'chooseSome' : 'chooseOne')} />
        <span className={styles.keys}>{t('keys', { n: count })}</span>
        {isMultiple && (
          <Button
            look="primary"
            busy={isSending}
            disabled={chosen.length === 0 || isHandedIn}
            onClick={submit}
            data-testid="answer-submit"
          >
            {mine === null ? t('submit') : t('submitAgain')}
          </Button>
        )}
      </div>
    </>
  );
}

function ShortAnswer({ poll, mine }: AskedProps) {
  const t = useText(toolText);
  const { isSending, handIn } = useHandIn(poll);
  const [text, setText] = useState(mine?.text ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') void handIn({ choices: [], text: text.trim() });
  };
  const isHandedIn = mine !== null && mine.text === text.trim();
  return (
    <form className={styles.short} onSubmit={submit}>
      <input
        value={text}
        maxLength={200}
        aria-label={t('writeAnswer')}
        placeholder={t('writeAnswer')}
        onChange={(event) => setText(event.target.value)}
        data-testid="answer-text"
      />
      <Button
        look="primary"
        type="submit"
        busy={isSending}
        disabled={text.trim() === '' || isHandedIn}
        data-testid="answer-submit"
      >
        {mine === null ? t('submit') : t('submitAgain')}
      </Button>
      <AnswerState standing={standingOf(isSending, isHandedIn)} hint="" />
    </form>
  );
}

function OptionList({ poll }: { readonly poll: ShownPoll }) {
  if (poll.options.length === 0) return null;
  return (
    <ul className={styles.list}>
      {poll.options.map((option, choice) => (
        <li key={option}>
          <b>{letterOf(choice)}</b> {option}
        </li>
      ))}
    </ul>
  );
}

function Result({ poll, mine, answers }: AskedProps & { readonly answers: boolean }) {
  const t = useText(toolText);
  const { result } = poll;
  if (result === null) return null;
  const right = rightAnswer(poll, result, t);
  return (
    <div className={styles.result} data-testid="poll-result">
      <div>
        <OptionList poll={poll} />
        {right !== null && <p className={styles.right}>{t('rightAnswer', { answer: right })}</p>}
        {answers && <p>{mine === null ? t('missed') : t('myAnswer', { answer: answerWords(poll, mine, t) })}</p>}
        <p className={styles.soft}>
          {t('answered', { n: result.answered })}
          {result.correctCount !== null &&
            ` · ${t('correctOf', { n: result.correctCount, percent: percent(result.correctCount, result.answered) })}`}
        </p>
      </div>
      {poll.kind !== 'short' && <ResultChart kind={poll.kind} options={poll.options} counted={result} />}
    </div>
  );
}

function Body({ poll, mine, answers }: AskedProps & { readonly answers: boolean }) {
  const t = useText(toolText);
  if (poll.state === 'published') return <Result poll={poll} mine={mine} answers={answers} />;
  if (poll.state === 'open' && answers)
    return poll.kind === 'short' ? (
      <ShortAnswer key={poll.pollId} poll={poll} mine={mine} />
    ) : (
      <Choices key={poll.pollId} poll={poll} mine={mine} />
    );
  return (
    <div className={styles.closed}>
      <OptionList poll={poll} />
      {answers && <p>{mine === null ? t('missed') : t('myAnswer', { answer: answerWords(poll, mine, t) })}</p>}
    </div>
  );
}

/** A question as the class sees it: below the lesson, never over it; it can be folded away and comes back with a press. */
export function PollCard({ state, poll }: { readonly state: InsideState; readonly poll: ShownPoll }) {
  const t = useText(toolText);
  const [folded, setFolded] = useState<string | null>(null);
  const moment = `${poll.pollId} ${poll.state}`;
  const answers = may(state, 'answer') && answersQuestions(state.self.seat, state.lesson.kind);
  if (folded === moment) {
    return (
      <button type="button" className={styles.folded} onClick={() => setFolded(null)} data-testid="poll-unfold">
        <CircleHelp aria-hidden /> {t('showQuestion')}
      </button>
    );
  }
  return (
    <section className={styles.card} aria-label={t('pollFromTeacher')} data-testid="poll-card" data-state={poll.state}>
      <header>
        <span className={styles.state}>
          <CircleHelp aria-hidden /> {t(`kind_${poll.kind}` as const)} · {t(`state_${poll.state}` as const)}
        </span>
        <button type="button" onClick={() => setFolded(moment)} aria-label={t('hide')} data-testid="poll-fold">
          {poll.state === 'open' ? <ChevronDown aria-hidden /> : <X aria-hidden />}
        </button>
      </header>
      <h2>{poll.text}</h2>
      <Body poll={poll} mine={state.tools.myAnswer} answers={answers} />
    </section>
  );
}
