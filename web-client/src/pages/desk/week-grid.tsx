import { useQueries, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import type { Period } from '../../../../signaling/protocol/rest/calendar.ts';
import type { TimetableEntry } from '../../../../signaling/protocol/rest/classrooms.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { useText } from '../../text/text.ts';
import { fullClassName } from './classes-section.tsx';
import { deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { partnerTimes, type Partner } from './partner-rhythm.ts';
import { usePlaceName } from './place-name.ts';
import { WEEKDAYS, type Weekday } from './weekdays.ts';
import styles from './timetable.module.css';

/** A place in the week. */
export interface Slot {
  readonly weekday: Weekday;
  /** Null: lessons that begin and end at a time of their own. */
  readonly period: number | null;
  readonly startTime: string;
  readonly endTime: string;
}

/** A row of the grid, as on the sheet on a classroom's wall: a period, or a time that lessons of their own have. */
type Row = Omit<Slot, 'weekday'>;

const rowKey = ({ period, startTime, endTime }: Row): string => `${startTime}–${endTime} ${period ?? ''}`;

function rowsOf(entries: readonly TimetableEntry[], periods: readonly Period[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const { number, startTime, endTime } of periods) {
    const row = { period: number, startTime, endTime };
    rows.set(rowKey(row), row);
  }
  for (const { period, startTime, endTime } of entries) {
    const row = { period, startTime, endTime };
    rows.set(rowKey(row), row);
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
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
      {entry.weeks !== 'all' && <span className={styles.weeks}>{t(`weeks_${entry.weeks}`)}</span>}
      <span>
        {t(`kind_${entry.kind}`)} · {entry.lecturerName}
      </span>
      {groups !== '' && <span>{groups}</span>}
      {classrooms !== '' && <span>{t('listenersOf', { names: classrooms })}</span>}
    </button>
  );
}

/** What the clock shows there, and which of its periods that is. */
function PartnerClock(props: { readonly row: Row; readonly partner: Partner; readonly today: string }) {
  const { row, partner, today } = props;
  const { school } = useDeskSchool();
  const placeName = usePlaceName();
  const there = partnerTimes(row, school.timeZone, partner, today);
  return (
    <span className={styles.partner} title={partner.name} data-testid="partner-clock">
      <b className="visually-hidden">{partner.name}</b>
      {there.startTime}–{there.endTime}
      <span>{placeName(there.place)}</span>
    </span>
  );
}

export interface WeekGridProps {
  readonly entries: readonly TimetableEntry[];
  readonly periods: readonly Period[];
  /** Local date, for the two clocks. */
  readonly today: string;
  /** Whose times stand beside the own ones. */
  readonly partner: Partner | null;
  readonly onEdit: (entry: TimetableEntry) => void;
  readonly onAdd: (slot: Slot) => void;
}

export function WeekGrid({ entries, periods, today, partner, onEdit, onAdd }: WeekGridProps) {
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
        {rowsOf(entries, periods).map((row) => (
          <tr key={rowKey(row)}>
            <th scope="row" className="tabular">
              {row.period !== null && <strong>{t('periodName', { number: row.period })}</strong>}
              <span>
                {row.startTime}–{row.endTime}
              </span>
              {partner !== null && <PartnerClock row={row} partner={partner} today={today} />}
            </th>
            {days.map((weekday) => {
              const here = entries.filter((entry) => entry.weekday === weekday && rowKey(entry) === rowKey(row));
              return (
                <td key={weekday} data-label={t(`day_${weekday}`)} data-empty={here.length === 0}>
                  {here.map((entry) => (
                    <EntryCard key={entry.entryId} entry={entry} names={names} onEdit={onEdit} />
                  ))}
                  <button
                    type="button"
                    className={styles.addHere}
                    aria-label={t('addAt', { day: t(`day_${weekday}`), time: row.startTime })}
                    onClick={() => onAdd({ weekday, ...row })}
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
