import { useState } from 'react';
import type { FormEvent } from 'react';
import type { Remark } from '../../../../signaling/protocol/rest/remarks.ts';
import { remarksText } from '../../messages/remarks.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import type { useRemarkOrders } from './remarks-query.ts';
import styles from './side-panel.module.css';

type Orders = ReturnType<typeof useRemarkOrders>;

interface WordsFormProps {
  readonly label: string;
  readonly initial: string;
  readonly mayBeEmpty: boolean;
  readonly onSave: (text: string) => void;
  readonly onCancel: () => void;
}

function WordsForm({ label, initial, mayBeEmpty, onSave, onCancel }: WordsFormProps) {
  const t = useText(remarksText);
  const [text, setText] = useState(initial);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSave(text.trim());
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <textarea
        value={text}
        rows={3}
        maxLength={500}
        aria-label={label}
        onChange={(event) => setText(event.target.value)}
        data-testid="remark-words"
      />
      <div className={styles.formEnd}>
        <Button onClick={onCancel}>{t('cancel')}</Button>
        <Button look="primary" type="submit" disabled={!mayBeEmpty && text.trim() === ''} data-testid="remark-save">
          {t('save')}
        </Button>
      </div>
    </form>
  );
}

function Answers({ remark }: { readonly remark: Remark }) {
  const t = useText(remarksText);
  if (remark.kind !== 'question') return null;
  if (remark.answers.length === 0) return <p className={styles.open}>{t('unanswered')}</p>;
  return (
    <ul className={styles.answers}>
      {remark.answers.map(({ authorId, authorName, text }) => (
        <li key={authorId} data-testid="remark-answer">
          <strong>{t('answered', { name: authorName })}</strong>
          <p>{text}</p>
        </li>
      ))}
    </ul>
  );
}

function Head({ remark, onSeek }: { readonly remark: Remark; readonly onSeek: (positionS: number) => void }) {
  const t = useText(remarksText);
  const { atMs, kind, verdict, aspect, authorName, authorPlace } = remark;
  return (
    <div className={styles.remarkHead}>
      {atMs === null ? (
        <span className={styles.cutOut} data-testid="remark-cut-out">
          {t('cutOut')}
        </span>
      ) : (
        <button
          type="button"
          className={[styles.time, 'tabular'].join(' ')}
          aria-label={t('jumpTo', { at: duration(atMs) })}
          onClick={() => onSeek(atMs / 1000)}
          data-testid="remark-time"
        >
          {duration(atMs)}
        </button>
      )}
      {verdict !== null && (
        <span className={styles.verdict} data-verdict={verdict}>
          {t(`verdict_${verdict}`)}
        </span>
      )}
      {aspect !== null && <span className={styles.soft}>{t(`aspect_${aspect}`)}</span>}
      {kind !== 'note' && (
        <span className={styles.soft}>{[authorName, authorPlace].filter((part) => part !== null).join(' · ')}</span>
      )}
    </div>
  );
}

type Writing = 'words' | 'answer';

interface OrderRowProps {
  readonly remark: Remark;
  readonly hasAnswered: boolean;
  readonly onWrite: (what: Writing) => void;
  readonly onRemove: () => void;
}

/** What this person may do with it. */
function OrderRow({ remark, hasAnswered, onWrite, onRemove }: OrderRowProps) {
  const t = useText(remarksText);
  const { mayChange, mayDelete, mayAnswer } = remark;
  if (!mayChange && !mayDelete && !mayAnswer) return null;
  return (
    <div className={styles.orders}>
      {mayAnswer && (
        <button type="button" onClick={() => onWrite('answer')} data-testid="remark-answer-button">
          {t(hasAnswered ? 'changeAnswer' : 'answer')}
        </button>
      )}
      {mayChange && (
        <button type="button" onClick={() => onWrite('words')}>
          {t('edit')}
        </button>
      )}
      {mayDelete && (
        <button type="button" onClick={onRemove} data-testid="remark-delete">
          {t('remove')}
        </button>
      )}
    </div>
  );
}

export interface RemarkItemProps {
  readonly remark: Remark;
  readonly orders: Orders;
  readonly onSeek: (positionS: number) => void;
}

export function RemarkItem({ remark, orders, onSeek }: RemarkItemProps) {
  const t = useText(remarksText);
  const [writing, setWriting] = useState<Writing | null>(null);
  const { remarkId, text, answers } = remark;
  const own = answers.find(({ isMine }) => isMine);
  const done = (): void => setWriting(null);
  return (
    <li className={styles.remark} data-testid="remark" data-kind={remark.kind}>
      <Head remark={remark} onSeek={onSeek} />
      {writing === 'words' ? (
        <WordsForm
          label={t('edit')}
          initial={text}
          mayBeEmpty={false}
          onSave={(words) => orders.reword.mutate({ remarkId, text: words }, { onSuccess: done })}
          onCancel={done}
        />
      ) : (
        <p className={styles.words}>{text}</p>
      )}
      <Answers remark={remark} />
      {writing === 'answer' && (
        <WordsForm
          label={t('answerLabel')}
          initial={own?.text ?? ''}
          mayBeEmpty={own !== undefined}
          onSave={(words) => orders.answer.mutate({ remarkId, text: words }, { onSuccess: done })}
          onCancel={done}
        />
      )}
      {writing === null && (
        <OrderRow
          remark={remark}
          hasAnswered={own !== undefined}
          onWrite={setWriting}
          onRemove={() => orders.remove.mutate(remarkId)}
        />
      )}
    </li>
  );
}
