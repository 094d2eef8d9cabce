import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Download, FileUp, UserPlus } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useSearch } from 'wouter';
import { ClassGroupId } from '../../../../signaling/protocol/ids.ts';
import type { PersonId } from '../../../../signaling/protocol/ids.ts';
import type { Person, SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { Role } from '../../../../signaling/protocol/roles.ts';
import { deskText } from '../../messages/desk.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { EmptyPanel, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { fullClassName } from './classes-section.tsx';
import { deskQueries, everybody } from './desk-queries.ts';
import type { PeopleFilter } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { useNotices } from './notices.tsx';
import { Pager, PAGE_SIZE } from './pager.tsx';
import { linkTo, NO_FILTERS, placeOf, type PeopleFilters } from './people-place.ts';
import { PeopleTable } from './people-table.tsx';
import { PersonDialog } from './person-dialog.tsx';
import { ResetBar } from './reset-bar.tsx';
import { useRoleOptions } from './role-options.ts';
import { SHEET_HEADINGS, downloadCsv } from './sheet.ts';
import shared from './desk.module.css';
import table from './table.module.css';

function FilterBar(props: { readonly filters: PeopleFilters; readonly onChange: (filters: PeopleFilters) => void }) {
  const { filters, onChange } = props;
  const t = useText(peopleText);
  const desk = useText(deskText);
  const { school } = useDeskSchool();
  const groups = useQuery(deskQueries.classGroups(school.schoolId));
  const roles = useRoleOptions();
  return (
    <div className={table.filters}>
      <TextField
        label={desk('search')}
        type="search"
        value={filters.search}
        maxLength={60}
        placeholder={t('searchHint')}
        data-testid="people-search"
        onChange={(event) => onChange({ ...filters, search: event.target.value })}
      />
      <SelectField
        label={t('role')}
        value={filters.role}
        options={[{ value: '', label: t('allRoles') }, ...roles]}
        onChange={(value) => onChange({ ...filters, role: value === '' ? '' : Role.parse(value) })}
      />
      <SelectField
        label={t('classGroup')}
        value={filters.classGroupId}
        options={[
          { value: '', label: t('allClasses') },
          ...(groups.data ?? []).map((group) => ({ value: group.classGroupId, label: fullClassName(group) })),
        ]}
        onChange={(classGroupId) => onChange({ ...filters, classGroupId })}
      />
    </div>
  );
}

function ExportButton({ filter }: { readonly filter: PeopleFilter }) {
  const t = useText(peopleText);
  const { school } = useDeskSchool();
  const notices = useNotices();
  const roleWord = (person: Person): string => {
    const role = person.roles[0]?.role;
    return role === undefined ? '' : t(`role_${role}`);
  };
  const download = useMutation({
    mutationFn: () => everybody(filter),
    onSuccess: (people) =>
      downloadCsv(`${school.name}-${t('exportFile')}`, [
        [...SHEET_HEADINGS, t('state')],
        ...people.map((person) => [
          person.displayName,
          roleWord(person),
          person.classGroup ?? '',
          person.account,
          person.wards.map((ward) => ward.displayName).join('、'),
          person.isActive ? t('active') : t('off'),
        ]),
      ]),
    onError: (error) => notices.fail(error),
  });
  return (
    <Button icon={Download} busy={download.isPending} onClick={() => download.mutate()} data-testid="export-people">
      {t('export')}
    </Button>
  );
}

function ListActions(props: {
  readonly filter: PeopleFilter;
  readonly onImport: () => void;
  readonly onAdd: () => void;
}) {
  const t = useText(peopleText);
  return (
    <div className={shared.actions}>
      <Button look="primary" icon={FileUp} onClick={props.onImport} data-testid="import-people">
        {t('import')}
      </Button>
      <Button icon={UserPlus} onClick={props.onAdd} data-testid="add-person">
        {t('addPerson')}
      </Button>
      <ExportButton filter={props.filter} />
    </div>
  );
}

/** Where a link has led to, and where one goes from there. */
function usePlace() {
  const search = useSearch();
  const [place, setPlace] = useState(() => placeOf(search));
  const { filters, offset } = place;
  const { school } = useDeskSchool();
  const deferredSearch = useDeferredValue(filters.search.trim());
  const group = ClassGroupId.safeParse(filters.classGroupId);
  const filter: PeopleFilter = {
    // Administrators of the district belong to no school.
    schoolId: filters.role === 'districtAdmin' ? undefined : school.schoolId,
    search: deferredSearch,
    role: filters.role === '' ? undefined : filters.role,
    classGroupId: filters.classGroupId !== '' && group.success ? group.data : undefined,
  };
  return { place, setPlace, filters, offset, filter };
}

export interface PeopleListProps {
  readonly onImport: () => void;
  readonly onSlips: (slips: readonly SignInSlip[]) => void;
}

export function PeopleList({ onImport, onSlips }: PeopleListProps) {
  const t = useText(peopleText);
  const desk = useText(deskText);
  const { place, setPlace, filters, offset, filter } = usePlace();
  const [chosen, setChosen] = useState<ReadonlySet<PersonId>>(new Set());
  const [editing, setEditing] = useState<Person | 'new' | null>(null);
  const people = useQuery({ ...deskQueries.people(filter, offset, PAGE_SIZE), placeholderData: keepPreviousData });
  const changeFilters = (next: PeopleFilters): void => {
    setPlace({ filters: next, offset: 0 });
    setChosen(new Set());
  };
  const isFiltered = filters.search.trim() !== '' || filters.role !== '' || filters.classGroupId !== '';
  return (
    <>
      <ListActions filter={filter} onImport={onImport} onAdd={() => setEditing('new')} />
      <FilterBar filters={filters} onChange={changeFilters} />
      {people.data === undefined ? (
        people.isError ? (
          <FailurePanel error={people.error} onRetry={() => void people.refetch()} />
        ) : (
          <Skeleton height={480} />
        )
      ) : people.data.total === 0 ? (
        <EmptyPanel title={isFiltered ? desk('nothingFound') : t('empty')}>
          <p>{isFiltered ? desk('nothingFoundBody') : t('emptyBody')}</p>
          {isFiltered && <Button onClick={() => changeFilters(NO_FILTERS)}>{desk('clearFilters')}</Button>}
        </EmptyPanel>
      ) : (
        <>
          <ResetBar chosen={chosen} total={people.data.total} filter={filter} onChoose={setChosen} onSlips={onSlips} />
          <PeopleTable
            people={people.data.items}
            here={linkTo(place)}
            chosen={chosen}
            onChoose={setChosen}
            onEdit={setEditing}
            onSlips={onSlips}
          />
          <Pager
            offset={offset}
            total={people.data.total}
            range={(from, to) => t('range', { from, to, total: people.data.total })}
            onMove={(next) => setPlace({ filters, offset: next })}
            testId="people-range"
          />
        </>
      )}
      {editing !== null && (
        <PersonDialog
          person={editing === 'new' ? null : editing}
          classGroupId={filter.classGroupId ?? null}
          onClose={() => setEditing(null)}
          onSlips={onSlips}
        />
      )}
    </>
  );
}
