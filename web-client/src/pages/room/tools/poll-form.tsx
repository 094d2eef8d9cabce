import { Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { PollKind } from '../../../../../signaling/protocol/polls.ts';
import type { PollQuestion } from '../../../../../signaling/protocol/polls.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { SelectField, TextField } from '../../../ui/field.tsx';
import { mayAddOption, questionOf, toggleCorrect, withKind, withoutOption } from './poll-draft.ts';
import type { PollDraft } from './poll-draft.ts';
import { letterOf } from './poll-words.ts';
import styles from './class-tools.module.css';

interface PartProps {
  readonly draft: PollDraft;
  readonly onChange: (draft: PollDraft) => void;
}

const FEWEST = 2;

function Options({ draft, onChange }: PartProps) {
  const t = useText(toolText);
  const setOption = (index: number, text: string): void =>
    onChange({ ...draft, options: draft.options.map((option, one) => (one === index ? text : option)) });
  return (
    <>
      <ol className={styles.draftOptions}>
        {draft.options.map((option, index) => (
          <li key={index}>
            <button
              type="button"
              className={styles.mark}
              aria-pressed={draft.correct.includes(index)}
              aria-label={t('isCorrect', { letter: letterOf(index) })}
              onClick={() => onChange(toggleCorrect(draft, index))}
              data-testid={`mark-${index}`}
            >
              {letterOf(index)}
            </button>
            <input
              value={option}
              maxLength={100}
              aria-label={t('option', { letter: letterOf(index) })}
              onChange={(event) => setOption(index, event.target.value)}
              data-testid={`option-${index}`}
            />
            {draft.options.length > FEWEST && (
              <button
                type="button"
                className={styles.drop}
                aria-label={t('removeOption', { letter: letterOf(index) })}
                onClick={() => onChange(withoutOption(draft, index))}
              >
                <X aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ol>
      {mayAddOption(draft) && (
        <Button icon={Plus} look="plain" onClick={() => onChange({ ...draft, options: [...draft.options, ''] })}>
          {t('addOption')}
        </Button>
      )}
      <p className={styles.hint}>{t('correctHint')}</p>
    </>
  );
}

function TrueFalse({ draft, onChange }: PartProps) {
  const t = useText(toolText);
  return (
    <>
      <div className={styles.pair}>
        {[t('yes'), t('no')].map((name, choice) => (
          <button
            key={name}
            type="button"
            className={styles.mark}
            aria-pressed={draft.correct.includes(choice)}
            aria-label={t('isCorrect', { letter: name })}
            onClick={() => onChange(toggleCorrect(draft, choice))}
            data-testid={`mark-${choice}`}
          >
            {name}
          </button>
        ))}
      </div>
      <p className={styles.hint}>{t('correctHint')}</p>
    </>
  );
}

function RightAnswers({ draft, onChange }: PartProps) {
  const t = useText(toolText);
  if (draft.kind === 'trueFalse') return <TrueFalse draft={draft} onChange={onChange} />;
  if (draft.kind !== 'short') return <Options draft={draft} onChange={onChange} />;
  return (
    <TextField
      label={t('correctText')}
      hint={t('correctTextHint')}
      value={draft.correctText}
      maxLength={200}
      onChange={(event) => onChange({ ...draft, correctText: event.target.value })}
    />
  );
}

export interface PollFormProps extends PartProps {
  readonly mayBeAnonymous: boolean;
  readonly onAsk: (question: PollQuestion) => Promise<unknown>;
  readonly onPrepare: (question: PollQuestion) => Promise<unknown>;
}

export function PollForm({ draft, onChange, mayBeAnonymous, onAsk, onPrepare }: PollFormProps) {
  const t = useText(toolText);
  const questionId = useId();
  const [isBusy, setBusy] = useState(false);
  const question = questionOf(draft);
  const run = async (work: PollFormProps['onAsk']): Promise<void> => {
    if (question === null) return;
    setBusy(true);
    await work(question);
    setBusy(false);
  };
  return (
    <div className={styles.form} data-testid="poll-form">
      <SelectField
        label={t('kind')}
        value={draft.kind}
        options={PollKind.options.map((kind) => ({ value: kind, label: t(`kind_${kind}` as const) }))}
        onChange={(value) => onChange(withKind(draft, PollKind.parse(value)))}
      />
      <div className={styles.question}>
        <label htmlFor={questionId}>{t('question')}</label>
        <textarea
          id={questionId}
          rows={2}
          value={draft.text}
          maxLength={300}
          placeholder={t('questionPlaceholder')}
          onChange={(event) => onChange({ ...draft, text: event.target.value })}
          data-testid="question-text"
        />
      </div>
      <RightAnswers draft={draft} onChange={onChange} />
      {mayBeAnonymous && (
        <label className={styles.tick}>
          <input
            type="checkbox"
            checked={draft.isAnonymous}
            onChange={(event) => onChange({ ...draft, isAnonymous: event.target.checked })}
          />
          {t('anonymous')}
        </label>
      )}
      <div className={styles.buttons}>
        <Button
          look="primary"
          busy={isBusy}
          disabled={question === null}
          onClick={() => void run(onAsk)}
          data-testid="poll-ask"
        >
          {t('ask')}
        </Button>
        <Button disabled={question === null || isBusy} onClick={() => void run(onPrepare)} data-testid="poll-prepare">
          {t('prepare')}
        </Button>
      </div>
    </div>
  );
}
