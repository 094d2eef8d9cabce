import type { CalendarLine } from '../../../../signaling/protocol/rest/calendar-feeds.ts';
import { calendarImportText } from '../../messages/calendar-import.ts';
import { useLanguage } from '../../text/language.ts';
import { useProblemWords } from '../../text/problem-words.ts';
import { useText } from '../../text/text.ts';
import { clockTime, dayAndTime } from '../../text/time.ts';
import table from '../desk/table.module.css';
import styles from './calendar-links.module.css';

const STATE_CLASS = {
  new: 'stateNew',
  made: 'stateMade',
  changed: 'stateNew',
  cancelled: 'stateClash',
  unchanged: 'stateKnown',
  kept: 'stateClash',
  clash: 'stateClash',
  unreadable: 'stateUnreadable',
} as const;

type Times = Pick<CalendarLine, 'startsAtMs' | 'endsAtMs' | 'startText'>;

function useTimeText(): (times: Times) => string {
  const t = useText(calendarImportText);
  const language = useLanguage();
  return ({ startsAtMs, endsAtMs, startText }) => {
    if (startsAtMs === null) return startText ?? t('noTime');
    const start = dayAndTime(startsAtMs, language);
    return endsAtMs === null ? start : `${start}–${clockTime(endsAtMs)}`;
  };
}

/** What of the lesson was otherwise. */
function useBefore(): (line: CalendarLine) => string[] {
  const t = useText(calendarImportText);
  const timeText = useTimeText();
  return ({ before, ...line }) => {
    if (before === null) return [];
    const isMoved = before.startsAtMs !== line.startsAtMs || before.endsAtMs !== line.endsAtMs;
    return [
      ...(isMoved ? [timeText({ ...before, startText: null })] : []),
      ...(before.title === line.title ? [] : [before.title]),
      ...(before.subject === line.subject ? [] : [before.subject ?? t('noSubject')]),
    ];
  };
}

function Line({ line }: { readonly line: CalendarLine }) {
  const t = useText(calendarImportText);
  const words = useProblemWords();
  const timeText = useTimeText();
  const before = useBefore()(line);
  const { state } = line;
  return (
    <tr data-testid="calendar-line" data-state={state}>
      <td data-label={t('when')} className="tabular">
        {timeText(line)}
      </td>
      <td data-label={t('lesson')}>
        {line.title === '' ? t('noTitle') : line.title}
        {line.subject !== null && <span className={styles.hint}> · {line.subject}</span>}
      </td>
      <td data-label={t('teacher')}>{line.lecturerName}</td>
      <td data-label={t('state')}>
        <div>
          {' '}
          <strong className={styles[STATE_CLASS[state]] ?? ''}>{t(state)}</strong>
          {before.length > 0 && (
            <p className={styles.hint} data-testid="calendar-before">
              {t('before', { what: before.join(' · ') })}
            </p>
          )}
          {line.problems.map((problem) => (
            <p key={problem.code} className={styles.hint}>
              {words(problem)}
            </p>
          ))}
        </div>
      </td>
    </tr>
  );
}

/** What is not as the file has it, what the file does, and last what it leaves alone. */
const ORDER: Readonly<Record<CalendarLine['state'], number>> = {
  ...{ unreadable: 0, clash: 0, kept: 0 },
  ...{ cancelled: 1, changed: 1, new: 2, made: 2, unchanged: 3 },
};

/** What becomes of each event of the file; what does not become a lesson first, so that nobody misses it. */
export function CalendarLines({ lines }: { readonly lines: readonly CalendarLine[] }) {
  const t = useText(calendarImportText);
  const ordered = lines.toSorted((a, b) => ORDER[a.state] - ORDER[b.state]);
  return (
    <table className={table.table}>
      <caption className="visually-hidden">{t('title')}</caption>
      <thead>
        <tr>
          {(['when', 'lesson', 'teacher', 'state'] as const).map((column) => (
            <th key={column} scope="col">
              {t(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ordered.map((line, index) => (
          <Line key={`${line.uid}-${line.state}-${line.startsAtMs ?? index}`} line={line} />
        ))}
      </tbody>
    </table>
  );
}
