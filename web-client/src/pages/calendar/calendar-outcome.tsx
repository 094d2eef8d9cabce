import { CalendarPlus } from 'lucide-react';
import type { CalendarLine } from '../../../../signaling/protocol/rest/calendar-feeds.ts';
import { calendarImportText } from '../../messages/calendar-import.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { CalendarLines } from './calendar-lines.tsx';
import styles from './calendar-links.module.css';

/** What a choice of the reader's decides. */
const isEdited = ({ problems }: CalendarLine): boolean =>
  problems.some(({ code }) => code === 'calendarEdited' || code === 'calendarOverwrites');

function Counts({ lines, isDone }: { readonly lines: readonly CalendarLine[]; readonly isDone: boolean }) {
  const t = useText(calendarImportText);
  const count = (...states: CalendarLine['state'][]): number =>
    lines.filter(({ state }) => states.includes(state)).length;
  const others = [
    ['changedCount', count('changed')],
    ['cancelledCount', count('cancelled')],
    ['unchangedCount', count('unchanged')],
    ['keptCount', count('kept')],
    ['badCount', count('clash', 'unreadable')],
  ] as const;
  return (
    <output className={styles.counts} data-testid="calendar-counts">
      <strong>{isDone ? t('madeCount', { n: count('made') }) : t('newCount', { n: count('new') })}</strong>
      {others.map(([words, n]) => n > 0 && <span key={words}>{t(words, { n })}</span>)}
    </output>
  );
}

/** What a calendar file does, or has done, and the button that does it. */
export function CalendarOutcome(props: {
  readonly lines: readonly CalendarLine[];
  readonly isDone: boolean;
  readonly overwritesEdited: boolean;
  readonly busy: boolean;
  readonly onOverwrite: (overwritesEdited: boolean) => void;
  readonly onMake: () => void;
}) {
  const t = useText(calendarImportText);
  const { lines, isDone, overwritesEdited, busy, onOverwrite, onMake } = props;
  const toDo = lines.filter(({ state }) => state === 'new' || state === 'changed' || state === 'cancelled').length;
  return (
    <>
      <Counts lines={lines} isDone={isDone} />
      {!isDone && lines.some(isEdited) && (
        <label className={styles.check}>
          <input
            type="checkbox"
            data-testid="overwrite-edited"
            checked={overwritesEdited}
            disabled={busy}
            onChange={(event) => onOverwrite(event.target.checked)}
          />
          <span>{t('overwrite')}</span>
        </label>
      )}
      {!isDone && toDo === 0 && <Banner tone="calm">{t('nothingNew')}</Banner>}
      {!isDone && toDo > 0 && (
        <div className={styles.actions}>
          <Button look="primary" size="l" icon={CalendarPlus} busy={busy} onClick={onMake} data-testid="make-lessons">
            {t('make', { n: toDo })}
          </Button>
        </div>
      )}
      <CalendarLines lines={lines} />
    </>
  );
}
