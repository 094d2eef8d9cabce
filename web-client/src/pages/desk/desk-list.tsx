import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { TextField } from '../../ui/field.tsx';
import { EmptyPanel, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import table from './table.module.css';

/** Below this everything is seen at a glance. */
const SEARCHED_FROM = 8;

export interface DeskListProps<T> {
  readonly query: Pick<UseQueryResult, 'isError' | 'error' | 'refetch'>;
  /** Undefined until they are there. */
  readonly items: readonly T[] | undefined;
  /** What this is a list of, for those who cannot see the tab. */
  readonly caption: string;
  /** Headings; null is a column without one. */
  readonly columns: readonly (string | null)[];
  readonly hasActions: boolean;
  /** What the search looks through. */
  readonly wordsOf: (item: T) => string;
  readonly searchHint: string;
  /** Instead of the table while there is nothing. */
  readonly empty: ReactNode;
  /** One `tr` for each. */
  readonly renderLine: (item: T) => ReactNode;
}

function Heading({ columns, hasActions }: Pick<DeskListProps<unknown>, 'columns' | 'hasActions'>) {
  const t = useText(deskText);
  return (
    <thead>
      <tr>
        {columns.map((column, index) =>
          column === null ? (
            <td key={String(index)} aria-hidden />
          ) : (
            <th key={column} scope="col">
              {column}
            </th>
          ),
        )}
        {hasActions && (
          <th scope="col">
            <span className="visually-hidden">{t('actions')}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}

/** What every section of the desk lists: on its way, failed, empty, or a table that can be searched. */
export function DeskList<T>(props: DeskListProps<T>) {
  const { query, items, caption, columns, hasActions, wordsOf, searchHint, empty, renderLine } = props;
  const t = useText(deskText);
  const [search, setSearch] = useState('');
  if (items === undefined) {
    if (query.isError) return <FailurePanel error={query.error} onRetry={() => void query.refetch()} />;
    return <Skeleton height={280} />;
  }
  if (items.length === 0) return empty;
  const words = search.trim().toLowerCase();
  const shown = items.filter((item) => wordsOf(item).toLowerCase().includes(words));
  return (
    <>
      {(items.length >= SEARCHED_FROM || words !== '') && (
        <div className={table.filters}>
          <TextField
            label={t('search')}
            type="search"
            value={search}
            placeholder={searchHint}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
      )}
      <table className={table.table}>
        <caption className="visually-hidden">{caption}</caption>
        <Heading columns={columns} hasActions={hasActions} />
        <tbody>{shown.map(renderLine)}</tbody>
      </table>
      {shown.length === 0 && <EmptyPanel title={t('nothingFound')} />}
    </>
  );
}
