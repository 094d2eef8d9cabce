import { memo, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { CaptionCue, CaptionTimes } from '../../../../signaling/protocol/captions.ts';
import { captionsText } from '../../messages/captions.ts';
import { isUnfinished, timeText } from '../../player/caption-edit.ts';
import { useText } from '../../text/text.ts';
import styles from './caption-editor.module.css';

interface RowProps {
  readonly cue: CaptionCue;
  readonly index: number;
  readonly times: CaptionTimes;
  readonly isHere: boolean;
  readonly onSelect: (index: number) => void;
}

const Row = memo(function Row({ cue, index, times, isHere, onSelect }: RowProps) {
  const t = useText(captionsText);
  const [fromMs, toMs] = [times.toFilmMs(cue.fromMs), times.toFilmMs(cue.toMs)];
  const isLeftOut = toMs <= fromMs && !isUnfinished(cue);
  return (
    <button
      type="button"
      className={styles.row}
      data-here={isHere}
      data-unfinished={isUnfinished(cue)}
      onClick={() => onSelect(index)}
      data-testid="cue-row"
    >
      <span className="tabular">{timeText(fromMs)}</span>
      <span>
        {cue.voice !== null && <b>{cue.voice}：</b>}
        {cue.text === '' ? '…' : cue.text}
        {isLeftOut && <small>{t('leftOut')}</small>}
      </span>
    </button>
  );
});

export interface CueListProps {
  readonly cues: readonly CaptionCue[];
  readonly selected: number;
  /** What is said now. */
  readonly here: number;
  readonly times: CaptionTimes;
  readonly follows: boolean;
  readonly onSelect: (index: number) => void;
  /** In place of the selected row. */
  readonly form: ReactNode;
}

/** All captions; the selected one opens. What is far outside of the window costs next to nothing. */
export function CueList({ cues, selected, here, times, follows, onSelect, form }: CueListProps) {
  const t = useText(captionsText);
  const list = useRef<HTMLOListElement>(null);
  const shown = follows ? here : selected;
  useEffect(() => {
    if (shown < 0) return undefined;
    // Rows that were outside of the window get their true height first.
    const frame = requestAnimationFrame(() => list.current?.children[shown]?.scrollIntoView({ block: 'nearest' }));
    return () => cancelAnimationFrame(frame);
  }, [shown]);
  if (cues.length === 0) return <p className={styles.empty}>{t('emptyList')}</p>;
  return (
    <ol ref={list} className={styles.list} data-testid="cue-list">
      {cues.map((cue, index) => (
        // A caption has no name of its own: its place is what it is known by.
        <li key={index} aria-current={index === selected ? 'true' : undefined}>
          {index === selected ? form : <Row {...{ cue, index, times, onSelect }} isHere={index === here} />}
        </li>
      ))}
    </ol>
  );
}
