import { useQueries, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import type { TimetableEntry } from '../../../../signaling/protocol/rest/classrooms.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { useText } from '../../text/text.ts';
import { fullClassName } from './classes-section.tsx';
import { deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import styles from './timetable.module.css';

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A place in the week. */
export interface Slot {
  readonly weekday: Weekday;
  readonly startTime: string;
  readonly endTime: string;
}

/** A row of the grid: lessons that begin and end at the same time, as on the sheet on a classroom's wall. */
interface Period {
  readonly startTime: string;
  readonly endTime: string;
}

function periodsOf(entries: readonly TimetableEntry[]): readonly Period[] {
  const periods = new Map(
    entries.map(({ startTime, endTime }) => [`${startTime}–${endTime}`, { startTime, endTime }] as const),
  );
  return [...periods].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, period]) => period);
}

/** Names for the ids of an entry, of this school and of those that listen to it. */
function useNames(): ReadonlyMap<string, string> {
  const { schools } = useDeskSchool();
  const classrooms = useQuery(deskQueries.classrooms);
  const groups = useQueries({ queries: schools.map((school) => deskQueries.classGroups(school.schoolId)) });
  return new Map([
    ...(classrooms.data ?? []).map(
      (classroom) => [classroom.classroomId as string, `${classroom.schoolName} ${classroom.name}`] as const,
    ),
    ...groups.flatMap((query) =>
      (query.data ?? []).map((group) => [group.classGroupId as string, fullClassName(group)] as const),
    ),
  ]);
}

interface EntryCardProps {
  readonly entry: TimetableEntry;
  readonly names: ReadonlyMap<string, string>;
  readonly onEdit: (entry: TimetableEntry) => void;
}

function EntryCard({ entry, names, onEdit }: EntryCardProps) {
  const t = useText(timetableText);
  const known = (ids: readonly string[]): string => ids.flatMap((id) => names.get(id) ?? []).join('、');
  const groups = known(entry.classGroupIds);
  const classrooms = known(entry.classroomIds);
  return (
    <button
      type="button"
      className={[styles.entry, styles[entry.kind]].join(' ')}
      onClick={() => onEdit(entry)}
      data-testid="entry"
      data-title={entry.title}
    >
      <strong>{entry.title}</strong>
      <span>
        {t(`kind_${entry.kind}`)} · {entry.lecturerName}
      </span>
      {groups !== '' && <span>{groups}</span>}
      {classrooms !== '' && <span>{t('listenersOf', { names: classrooms })}</span>}
    </button>
  );
}

export interface WeekGridProps {
  readonly entries: readonly TimetableEntry[];
  readonly onEdit: (entry: TimetableEntry) => void;
  readonly onAdd: (slot: Slot) => void;
}

export function WeekGrid({ entries, onEdit, onAdd }: WeekGridProps) {
  const t = useText(timetableText);
  const names = useNames();
  // The weekend is there only where somebody teaches on it.
  const last = Math.max(5, ...entries.map((entry) => entry.weekday));
  const days = WEEKDAYS.filter((day) => day <= last);
  return (
    <table className={styles.week} data-days={days.length}>
      <caption className="visually-hidden">{t('week')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('time')}</th>
          {days.map((day) => (
            <th key={day} scope="col">
              {t(`day_${day}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {periodsOf(entries).map((period) => (
          <tr key={`${period.startTime}–${period.endTime}`}>
            <th scope="row" className="tabular">
              {period.startTime}
              <span>{period.endTime}</span>
            </th>
            {days.map((weekday) => {
              const here = entries.filter(
                (entry) =>
                  entry.weekday === weekday && entry.startTime === period.startTime && entry.endTime === period.endTime,
              );
              return (
                <td key={weekday} data-label={t(`day_${weekday}`)} data-empty={here.length === 0}>
                  {here.map((entry) => (
                    <EntryCard key={entry.entryId} entry={entry} names={names} onEdit={onEdit} />
                  ))}
                  <button
                    type="button"
                    className={styles.addHere}
                    aria-label={t('addAt', { day: t(`day_${weekday}`), time: period.startTime })}
                    onClick={() => onAdd({ weekday, ...period })}
                  >
                    <Plus aria-hidden />
                  </button>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
