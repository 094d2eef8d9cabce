import { useEffect, useState } from 'react';
import type { PollQuestion } from '../../../../../signaling/protocol/polls.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';
import { draftOf, EMPTY_DRAFT } from './poll-draft.ts';
import type { PollDraft } from './poll-draft.ts';
import { PollForm } from './poll-form.tsx';
import { PollStanding } from './poll-standing.tsx';
import styles from './class-tools.module.css';

function Prepared({ state }: { readonly state: InsideState }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const prepared = state.tools.polls.filter((poll) => poll.state === 'prepared');
  if (prepared.length === 0) return null;
  return (
    <section className={styles.part}>
      <h4>{t('prepared')}</h4>
      <ul className={styles.rows}>
        {prepared.map(({ pollId, question }) => (
          <li key={pollId} data-testid="prepared-poll">
            <span>{question.text}</span>
            <Button onClick={() => void actions.tools.openPoll(pollId)} data-testid="prepared-ask">
              {t('ask')}
            </Button>
            <Button look="plain" onClick={() => void actions.tools.removePoll(pollId)}>
              {t('remove')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What this teacher has asked before, in this lesson and others. */
function Past({ onReuse }: { readonly onReuse: (question: PollQuestion) => void }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const [questions, setQuestions] = useState<readonly PollQuestion[]>([]);
  useEffect(() => {
    let isWanted = true;
    void actions.tools.pastQuestions().then((past) => {
      if (isWanted && past !== null) setQuestions(past);
    });
    return () => {
      isWanted = false;
    };
  }, [actions]);
  if (questions.length === 0) return null;
  return (
    <section className={styles.part}>
      <h4>{t('past')}</h4>
      <ul className={styles.rows}>
        {questions.map((question) => (
          <li key={JSON.stringify(question)} data-testid="past-question">
            <span>{question.text}</span>
            <Button look="plain" onClick={() => onReuse(question)}>
              {t('reuse')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Questions to the class: what runs now, a new one, those prepared, and what was asked before. */
export function PollTool({ state }: { readonly state: InsideState }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const [draft, setDraft] = useState<PollDraft>(EMPTY_DRAFT);
  const [isWriting, setWriting] = useState(false);
  const asked = state.tools.polls.filter((poll) => poll.state !== 'prepared');
  const shownId = state.tools.poll?.pollId;
  const current = asked.find((poll) => poll.pollId === shownId) ?? asked.at(-1);
  const showsForm = isWriting || current === undefined || current.state === 'published';
  const send = async (work: (question: PollQuestion) => Promise<boolean>, question: PollQuestion): Promise<void> => {
    if (!(await work(question))) return;
    setDraft(EMPTY_DRAFT);
    setWriting(false);
  };
  const write = (question: PollQuestion | null): void => {
    if (question !== null) setDraft(draftOf(question));
    setWriting(true);
  };
  return (
    <>
      {current !== undefined && <PollStanding poll={current} isShown={current.pollId === shownId} />}
      {showsForm ? (
        <section className={styles.part}>
          <h4>{t('newQuestion')}</h4>
          <PollForm
            draft={draft}
            onChange={setDraft}
            mayBeAnonymous={state.lesson.kind === 'meeting'}
            onAsk={async (question) => await send((one) => actions.tools.askPoll(one), question)}
            onPrepare={async (question) => await send((one) => actions.tools.preparePoll(one), question)}
          />
        </section>
      ) : (
        <Button onClick={() => write(null)} data-testid="poll-new">
          {t('newQuestion')}
        </Button>
      )}
      <Prepared state={state} />
      {/* Another one each time something was asked: that is among them then. */}
      <Past key={state.tools.polls.length} onReuse={write} />
    </>
  );
}
