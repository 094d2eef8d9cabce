import { Dialog as Base } from '@base-ui/react/dialog';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Search, SlidersHorizontal, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import { libraryText } from '../../messages/library.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyPanel, FailureBanner, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { FilterPanel, filterCount, NO_FILTER, type FilterPanelProps } from './filter-panel.tsx';
import { Drafts } from './drafts.tsx';
import {
  begunQuery,
  filterOptionsQuery,
  isFiltered,
  libraryQuery,
  parseRange,
  type LibraryFilter,
} from './library-query.ts';
import { ContinueCard, RecordingCard } from './recording-card.tsx';
import { canWatch } from './recording-words.ts';
import { UploadButton } from './upload-button.tsx';
import { UploadList } from './upload-list.tsx';
import styles from './library-page.module.css';

const TYPING_MS = 250;
const SKELETONS = 6;
const CARD_HEIGHT = 300;
const NO_OPTIONS = { schools: [], subjects: [], grades: [], series: [] };

/** The filter lives in the address, so that "back" from a lesson finds the same list. */
function useFilter(): readonly [LibraryFilter, (change: Partial<LibraryFilter>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const filter: LibraryFilter = {
    search: parameters.get('q') ?? '',
    schoolId: parameters.get('school') ?? '',
    subject: parameters.get('subject') ?? '',
    grade: parameters.get('grade') ?? '',
    seriesId: parameters.get('series') ?? '',
    range: parseRange(parameters.get('date')),
  };
  const change = (part: Partial<LibraryFilter>): void => {
    const next = { ...filter, ...part };
    const { search, schoolId, subject, grade, seriesId, range } = next;
    const entries = { q: search, school: schoolId, subject, grade, series: seriesId, date: range };
    const kept = Object.entries(entries).filter(([, value]) => value !== '' && value !== 'all');
    setParameters(new URLSearchParams(kept), { replace: true });
  };
  return [filter, change];
}

function SearchField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const t = useText(libraryText);
  const [draft, setDraft] = useState({ of: value, text: value });
  // The address may change by itself ("clear", "back"): then what was typed is over.
  const typed = draft.of === value || draft.text.trim() === value ? draft.text : value;
  const setTyped = (text: string): void => setDraft({ of: value, text });
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => onChange(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <div className={styles.search}>
      <Search aria-hidden />
      <input
        type="search"
        value={typed}
        maxLength={60}
        placeholder={t('search')}
        aria-label={t('search')}
        onChange={(event) => setTyped(event.target.value)}
        data-testid="library-search"
      />
      {typed !== '' && (
        <button type="button" aria-label={t('clearSearch')} onClick={() => setTyped('')}>
          <X aria-hidden />
        </button>
      )}
    </div>
  );
}

/** On a phone the filters come from below. */
function FilterSheet({ total, ...panel }: FilterPanelProps & { readonly total: number }) {
  const t = useText(libraryText);
  const [isOpen, setOpen] = useState(false);
  const count = filterCount(panel.filter);
  return (
    <Base.Root open={isOpen} onOpenChange={setOpen}>
      <Base.Trigger
        className={styles.sheetButton}
        aria-label={count === 0 ? t('filters') : t('filtersCount', { n: count })}
        data-testid="library-filters"
      >
        <SlidersHorizontal aria-hidden />
        {count > 0 && <span aria-hidden>{count}</span>}
      </Base.Trigger>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.sheet}>
          <Base.Title className={styles.sheetTitle}>{t('filters')}</Base.Title>
          <FilterPanel {...panel} />
          <Button look="primary" size="l" onClick={() => setOpen(false)}>
            {t('showResults', { n: total })}
          </Button>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Continue() {
  const t = useText(libraryText);
  const begun = useQuery(begunQuery).data?.items.filter(canWatch) ?? [];
  if (begun.length === 0) return null;
  return (
    <section aria-labelledby="continue-title" className={styles.section}>
      <h2 id="continue-title">{t('continueTitle')}</h2>
      <div className={styles.continued}>
        {begun.map((recording) => (
          <ContinueCard key={recording.recordingId} recording={recording} />
        ))}
      </div>
    </section>
  );
}

function Skeletons() {
  return (
    <div className={styles.grid} aria-busy>
      {Array.from({ length: SKELETONS }, (_, at) => (
        <Skeleton key={at} height={CARD_HEIGHT} />
      ))}
    </div>
  );
}

/** Nothing recorded yet, or nothing that fits the filter that can be reset. */
function Nothing({ onReset }: { readonly onReset: (() => void) | null }) {
  const t = useText(libraryText);
  return (
    <EmptyPanel title={t(onReset === null ? 'empty' : 'nothingFound')}>
      <p>{t(onReset === null ? 'emptyBody' : 'nothingFoundBody')}</p>
      {onReset !== null && <Button onClick={onReset}>{t('clearFilters')}</Button>}
    </EmptyPanel>
  );
}

interface ResultsProps {
  readonly filter: LibraryFilter;
  readonly total: number;
  readonly onReset: () => void;
}

function Results({ filter, total, onReset }: ResultsProps) {
  const t = useText(libraryText);
  const list = useInfiniteQuery(libraryQuery(filter));
  const items = list.data?.pages.flatMap((page) => page.items);
  const isNarrowed = isFiltered(filter);
  if (items === undefined) {
    return list.isError ? <FailurePanel error={list.error} onRetry={() => void list.refetch()} /> : <Skeletons />;
  }
  if (items.length === 0) {
    return isNarrowed ? <Nothing onReset={onReset} /> : <Drafts otherwise={<Nothing onReset={null} />} />;
  }
  return (
    <>
      {list.isError && <FailureBanner error={list.error} />}
      {!isNarrowed && <Drafts />}
      {!isNarrowed && <Continue />}
      <section aria-labelledby="all-title" className={styles.section}>
        <div className={styles.sectionHead}>
          <h2 id="all-title">{t('allTitle')}</h2>
          <span className={styles.count}>{t('count', { n: total })}</span>
        </div>
        <div className={styles.grid}>
          {items.map((recording) => (
            <RecordingCard key={recording.recordingId} recording={recording} />
          ))}
        </div>
        {list.hasNextPage && (
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('more')}
          </Button>
        )}
      </section>
    </>
  );
}

export default function LibraryPage() {
  const t = useText(libraryText);
  const [filter, change] = useFilter();
  const options = useQuery(filterOptionsQuery).data ?? NO_OPTIONS;
  const list = useInfiniteQuery(libraryQuery(filter));
  const total = list.data?.pages.at(-1)?.total ?? 0;
  const panel = { filter, options, onChange: change };
  return (
    <Page title={t('title')} width="wide">
      <div className={styles.head}>
        <h1>{t('title')}</h1>
        <UploadButton />
        <SearchField value={filter.search} onChange={(search) => change({ search })} />
        <div className={styles.onPhone}>
          <FilterSheet {...panel} total={total} />
        </div>
      </div>
      <div className={styles.columns}>
        <aside className={styles.side} aria-label={t('filters')}>
          <FilterPanel {...panel} />
        </aside>
        <div className={styles.results}>
          <UploadList />
          <Results filter={filter} total={total} onReset={() => change({ search: '', ...NO_FILTER })} />
        </div>
      </div>
    </Page>
  );
}
