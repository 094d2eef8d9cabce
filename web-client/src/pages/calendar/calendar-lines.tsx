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
  known: 'stateKnown',
  clash: 'stateClash',
  unreadable: 'stateUnreadable',
} as const;

function Line({ line }: { readonly line: CalendarLine }) {
  const t = useText(calendarImportText);
  const words = useProblemWords();
  const language = useLanguage();
  const { startsAtMs, endsAtMs, state } = line;
  return (
    <tr data-testid="calendar-line" data-state={state}>
      <td data-label={t('when')} className="tabular">
        {startsAtMs === null || endsAtMs === null
          ? t('noTime')
          : `${dayAndTime(startsAtMs, language)}–${clockTime(endsAtMs)}`}
      </td>
      <td data-label={t('lesson')}>
        {line.title === '' ? t('noTitle') : line.title}
        {line.subject !== null && <span className={styles.hint}> · {line.subject}</span>}
      </td>
      <td data-label={t('teacher')}>{line.lecturerName}</td>
      <td data-label={t('state')}>
        <div>
          <strong className={styles[STATE_CLASS[state]] ?? ''}>{t(state)}</strong>
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

/** What becomes of each event of the file; what does not become a lesson first, so that nobody misses it. */
export function CalendarLines({ lines }: { readonly lines: readonly CalendarLine[] }) {
  const t = useText(calendarImportText);
  const isBad = ({ state }: CalendarLine): boolean => state === 'clash' || state === 'unreadable';
  const ordered = [...lines.filter(isBad), ...lines.filter((line) => !isBad(line))];
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
          <Line key={`${line.uid}-${line.startsAtMs ?? index}`} line={line} />
        ))}
      </tbody>
    </table>
  );
}
