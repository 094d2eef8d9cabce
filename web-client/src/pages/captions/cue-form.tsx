import { useId, useState } from 'react';
import type { RefObject } from 'react';
import { MAX_CUE_CHARACTERS, type CaptionCue, type CaptionTimes } from '../../../../signaling/protocol/captions.ts';
import { captionsText } from '../../messages/captions.ts';
import { changeCue, parseTime, timeText } from '../../player/caption-edit.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import type { CaptionDraft } from './use-caption-draft.ts';
import styles from './caption-editor.module.css';

interface TimeFieldProps {
  readonly label: string;
  readonly filmMs: number;
  readonly onChange: (filmMs: number) => boolean;
  readonly testId: string;
}

/** Keeps what is typed until it is left: a half-written time is no time. */
function TimeField({ label, filmMs, onChange, testId }: TimeFieldProps) {
  const t = useText(captionsText);
  const [typed, setTyped] = useState<string | null>(null);
  const [isWrong, setWrong] = useState(false);
  const leave = (): void => {
    const ms = typed === null ? filmMs : parseTime(typed);
    const isTaken = ms !== undefined && (ms === filmMs || onChange(ms));
    setWrong(!isTaken);
    if (isTaken) setTyped(null);
  };
  return (
    <TextField
      label={label}
      value={typed ?? timeText(filmMs)}
      inputMode="decimal"
      className="tabular"
      onChange={(event) => setTyped(event.target.value)}
      onBlur={leave}
      onKeyDown={(event) => (event.key === 'Enter' ? leave() : undefined)}
      problem={isWrong ? t('timeWrong') : undefined}
      data-testid={testId}
    />
  );
}

export interface CueOrders {
  readonly beginNow: () => void;
  readonly endNow: () => void;
  readonly split: () => void;
  readonly merge: () => void;
  readonly remove: () => void;
}

interface CueFormProps {
  readonly cue: CaptionCue;
  readonly draft: CaptionDraft;
  readonly times: CaptionTimes;
  readonly voices: readonly string[];
  readonly textArea: RefObject<HTMLTextAreaElement | null>;
  readonly orders: CueOrders;
}

function Times({ cue, draft, times }: Pick<CueFormProps, 'cue' | 'draft' | 'times'>) {
  const t = useText(captionsText);
  const { cues, selected, edit } = draft;
  const change = (next: Partial<CaptionCue>): boolean => {
    const { fromMs, toMs } = { ...cue, ...next };
    if (toMs <= fromMs) return false;
    edit(changeCue(cues, selected, next));
    return true;
  };
  return (
    <>
      <TimeField
        key={`from-${cue.fromMs}`}
        label={t('from')}
        filmMs={times.toFilmMs(cue.fromMs)}
        onChange={(ms) => change({ fromMs: times.toSessionMs(ms, 'begins') })}
        testId="cue-from"
      />
      <TimeField
        key={`to-${cue.toMs}`}
        label={t('to')}
        filmMs={times.toFilmMs(cue.toMs)}
        onChange={(ms) => change({ toMs: times.toSessionMs(ms, 'ends') })}
        testId="cue-to"
      />
    </>
  );
}

/** The caption that is being edited. */
export function CueForm({ cue, draft, times, voices, textArea, orders }: CueFormProps) {
  const t = useText(captionsText);
  const id = useId();
  const { cues, selected, edit } = draft;
  return (
    <div className={styles.form} data-testid="cue-form">
      <label htmlFor={`${id}-text`}>{t('text')}</label>
      <textarea
        id={`${id}-text`}
        ref={textArea}
        value={cue.text}
        maxLength={MAX_CUE_CHARACTERS}
        rows={2}
        onChange={(event) => edit(changeCue(cues, selected, { text: event.target.value }), `text-${selected}`)}
        data-testid="cue-text"
      />
      <div className={styles.times}>
        <Times {...{ cue, draft, times }} />
        <TextField
          label={t('voice')}
          value={cue.voice ?? ''}
          maxLength={60}
          list={`${id}-voices`}
          onChange={({ target: { value } }) =>
            edit(changeCue(cues, selected, { voice: value === '' ? null : value }), `voice-${selected}`)
          }
          data-testid="cue-voice"
        />
      </div>
      <datalist id={`${id}-voices`}>
        {voices.map((voice) => (
          <option key={voice} value={voice}>
            {voice}
          </option>
        ))}
      </datalist>
      <div className={styles.orders}>
        <Button onClick={orders.beginNow}>{t('fromNow')}</Button>
        <Button onClick={orders.endNow}>{t('toNow')}</Button>
        <Button onClick={orders.split} data-testid="cue-split">
          {t('split')}
        </Button>
        <Button onClick={orders.merge} disabled={selected >= cues.length - 1} data-testid="cue-merge">
          {t('merge')}
        </Button>
        <Button onClick={orders.remove} data-testid="cue-delete">
          {t('delete')}
        </Button>
      </div>
    </div>
  );
}
