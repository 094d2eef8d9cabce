import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
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
}

function FilterBar(props: {
  readonly filters: EntryFilters;
  readonly entries: readonly TimetableEntry[];
  readonly today: string;
  readonly onChange: (filters: EntryFilters) => void;
}) {
  const { filters, entries, today, onChange } = props;
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

function Week({ onEdit }: { readonly onEdit: (editing: Editing) => void }) {
  const t = useText(timetableText);
  const desk = useText(deskText);
  const { school } = useDeskSchool();
  const timetable = useQuery(deskQueries.timetable(school.schoolId));
  const [filters, setFilters] = useState<EntryFilters>({ classGroupId: '', lecturerId: '', showsPast: false });
  const today = localDate(useNow(60_000), school.timeZone);
  if (timetable.data === undefined) {
    if (timetable.isError) return <FailurePanel error={timetable.error} onRetry={() => void timetable.refetch()} />;
    return <Skeleton height={480} />;
  }
  if (timetable.data.length === 0) {
    return (
      <EmptyPanel title={t('empty')}>
        <p>{t('emptyBody')}</p>
      </EmptyPanel>
    );
  }
  const shown = timetable.data.filter((entry) => passes(entry, filters, today));
  return (
    <>
      <p className={shared.hint}>{t('intro')}</p>
      <FilterBar filters={filters} entries={timetable.data} today={today} onChange={setFilters} />
      {shown.length === 0 ? (
        <EmptyPanel title={desk('nothingFound')}>
          <p>{desk('nothingFoundBody')}</p>
        </EmptyPanel>
      ) : (
        <WeekGrid
          entries={shown}
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
      {view === 'week' ? <Week onEdit={setEditing} /> : <DayLessons />}
      {editing !== null && <EntryDialog entry={editing.entry} slot={editing.slot} onClose={() => setEditing(null)} />}
    </>
  );
}
