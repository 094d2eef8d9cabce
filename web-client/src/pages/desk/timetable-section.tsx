import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { SchoolCalendar } from '../../../../signaling/protocol/rest/calendar.ts';
import type { TimetableEntry } from '../../../../signaling/protocol/rest/classrooms.ts';
import { deskText } from '../../messages/desk.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { EmptyPanel, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { fullClassName } from './classes-section.tsx';
import { DayLessons } from './day-lessons.tsx';
import { deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { EntryDialog } from './entry-dialog.tsx';
import { localDate } from './school-days.ts';
import { WeekGrid } from './week-grid.tsx';
import type { Slot } from './week-grid.tsx';
import shared from './desk.module.css';
import table from './table.module.css';
import grid from './timetable.module.css';

type Editing = { readonly entry: TimetableEntry | null; readonly slot: Slot | null };

interface EntryFilters {
  readonly classGroupId: string;
  readonly lecturerId: string;
  readonly showsPast: boolean;
  /** School whose times are shown beside the own ones; empty: none. */
  readonly partnerId: string;
}

function FilterBar(props: {
  readonly filters: EntryFilters;
  readonly entries: readonly TimetableEntry[];
  readonly partners: SchoolCalendar['partners'];
  readonly today: string;
  readonly onChange: (filters: EntryFilters) => void;
}) {
  const { filters, entries, partners, today, onChange } = props;
  const t = useText(timetableText);
  const people = useText(peopleText);
  const { school } = useDeskSchool();
  const groups = useQuery(deskQueries.classGroups(school.schoolId));
  const lecturers = new Map(entries.map((entry) => [entry.lecturerId as string, entry.lecturerName]));
  const hasPast = entries.some((entry) => entry.lastDate < today);
  return (
    <div className={table.filters}>
      <SelectField
        label={t('filterClass')}
        value={filters.classGroupId}
        options={[
          { value: '', label: people('allClasses') },
          ...(groups.data ?? []).map((group) => ({ value: group.classGroupId, label: fullClassName(group) })),
        ]}
        onChange={(classGroupId) => onChange({ ...filters, classGroupId })}
      />
      <SelectField
        label={t('filterTeacher')}
        value={filters.lecturerId}
        options={[
          { value: '', label: t('allTeachers') },
          ...[...lecturers].map(([value, label]) => ({ value, label })),
        ]}
        onChange={(lecturerId) => onChange({ ...filters, lecturerId })}
      />
      {partners.length > 0 && (
        <SelectField
          label={t('compareWith')}
          value={filters.partnerId}
          options={[
            ...partners.map(({ schoolId, name }) => ({ value: schoolId as string, label: name })),
            { value: '', label: t('compareNone') },
          ]}
          onChange={(partnerId) => onChange({ ...filters, partnerId })}
        />
      )}
      {hasPast && (
        <label className={shared.check}>
          <input
            type="checkbox"
            checked={filters.showsPast}
            onChange={(event) => onChange({ ...filters, showsPast: event.target.checked })}
          />
          <span>{t('showPast')}</span>
        </label>
      )}
    </div>
  );
}

const passes = (entry: TimetableEntry, filters: EntryFilters, today: string): boolean =>
  (filters.showsPast || entry.lastDate >= today) &&
  (filters.lecturerId === '' || entry.lecturerId === filters.lecturerId) &&
  (filters.classGroupId === '' || entry.classGroupIds.some((id) => id === filters.classGroupId));

interface WeekProps {
  readonly entries: readonly TimetableEntry[];
  readonly calendar: SchoolCalendar;
  readonly onEdit: (editing: Editing) => void;
}

function Week({ entries, calendar, onEdit }: WeekProps) {
  const t = useText(timetableText);
  const desk = useText(deskText);
  const { school } = useDeskSchool();
  const { periods, partners } = calendar;
  const [filters, setFilters] = useState<EntryFilters>({
    ...{ classGroupId: '', lecturerId: '', showsPast: false, partnerId: partners[0]?.schoolId ?? '' },
  });
  const today = localDate(useNow(60_000), school.timeZone);
  if (entries.length === 0 && periods.length === 0) {
    return (
      <EmptyPanel title={t('noPeriods')}>
        <p>{t('noPeriodsBody')}</p>
        <Link href="/desk/calendar">{t('setPeriods')}</Link>
      </EmptyPanel>
    );
  }
  const shown = entries.filter((entry) => passes(entry, filters, today));
  return (
    <>
      <p className={shared.hint}>{entries.length === 0 ? t('emptyBody') : t('intro')}</p>
      <FilterBar filters={filters} entries={entries} partners={partners} today={today} onChange={setFilters} />
      {shown.length === 0 && entries.length > 0 ? (
        <EmptyPanel title={desk('nothingFound')}>
          <p>{desk('nothingFoundBody')}</p>
        </EmptyPanel>
      ) : (
        <WeekGrid
          entries={shown}
          periods={periods}
          today={today}
          partner={partners.find(({ schoolId }) => schoolId === filters.partnerId) ?? null}
          onEdit={(entry) => onEdit({ entry, slot: null })}
          onAdd={(slot) => onEdit({ entry: null, slot })}
        />
      )}
    </>
  );
}

export function TimetableSection() {
  const t = useText(timetableText);
  const [view, setView] = useState<'week' | 'day'>('week');
  const [editing, setEditing] = useState<Editing | null>(null);
  const { school } = useDeskSchool();
  const timetable = useQuery(deskQueries.timetable(school.schoolId));
  const calendar = useQuery(deskQueries.calendar(school.schoolId));
  const failed = [timetable, calendar].find((query) => query.isError && query.data === undefined);
  if (failed !== undefined) return <FailurePanel error={failed.error} onRetry={() => void failed.refetch()} />;
  if (timetable.data === undefined || calendar.data === undefined) return <Skeleton height={480} />;
  return (
    <>
      <div className={grid.bar}>
        <fieldset className={grid.views}>
          <legend className="visually-hidden">{t('viewLabel')}</legend>
          {(['week', 'day'] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={view === name}
              onClick={() => setView(name)}
              data-testid={`view-${name}`}
            >
              {t(name)}
            </button>
          ))}
        </fieldset>
        <Button
          look="primary"
          icon={Plus}
          onClick={() => setEditing({ entry: null, slot: null })}
          data-testid="add-entry"
        >
          {t('addEntry')}
        </Button>
      </div>
      {view === 'week' ? (
        <Week entries={timetable.data} calendar={calendar.data} onEdit={setEditing} />
      ) : (
        <DayLessons calendar={calendar.data} />
      )}
      {editing !== null && (
        <EntryDialog
          entry={editing.entry}
          slot={editing.slot}
          calendar={calendar.data}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}
