import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { SchoolId } from '../../../../signaling/protocol/ids.ts';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';
import { isMoving } from './recording-words.ts';

const PAGE_SIZE = 48;
const DAY_MS = 86_400_000;
const MOVING_MS = 2_000;
const CALM_MS = 30_000;
const MAX_BEGUN = 3;
const OPTIONS_FRESH_MS = 60_000;

export const DATE_RANGES = ['all', 'today', 'week', 'month', 'term'] as const;
export type DateRange = (typeof DATE_RANGES)[number];
const RANGE_DAYS: Readonly<Record<Exclude<DateRange, 'all' | 'today'>, number>> = { week: 7, month: 30, term: 183 };

export type FoundRecording = RouteReply<'listRecordings'>['items'][number];

export interface LibraryFilter {
  readonly search: string;
  readonly schoolId: string;
  readonly subject: string;
  readonly grade: string;
  readonly seriesId: string;
  readonly range: DateRange;
}

export const parseRange = (text: string | null): DateRange => DATE_RANGES.find((range) => range === text) ?? 'all';

export const isFiltered = ({ search, schoolId, subject, grade, seriesId, range }: LibraryFilter): boolean =>
  [search, schoolId, subject, grade, seriesId].some((value) => value !== '') || range !== 'all';

/** A series of the timetable has an id, one that a manager has named has its name alone. */
const NAMED = 'name:';

function seriesQuery(value: string): { readonly series?: string; readonly seriesId?: string } {
  if (value === '') return {};
  return value.startsWith(NAMED) ? { series: value.slice(NAMED.length) } : { seriesId: value };
}

/** Whole days, so that the question stays the same for as long as its answer does. */
function fromMs(range: DateRange): number | undefined {
  if (range === 'all') return undefined;
  const today = new Date().setHours(0, 0, 0, 0);
  return range === 'today' ? today : today - RANGE_DAYS[range] * DAY_MS;
}

export const libraryQuery = (filter: LibraryFilter) =>
  infiniteQueryOptions({
    queryKey: ['recordings', filter],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => {
      const school = SchoolId.safeParse(filter.schoolId);
      const since = fromMs(filter.range);
      const query = {
        offset: pageParam,
        limit: PAGE_SIZE,
        ...(filter.search === '' ? {} : { search: filter.search }),
        ...(school.success ? { schoolId: school.data } : {}),
        ...(filter.subject === '' ? {} : { subject: filter.subject }),
        ...(filter.grade === '' ? {} : { grade: filter.grade }),
        ...seriesQuery(filter.seriesId),
        // Drafts stand by themselves above everything, unless they are looked for.
        ...(isFiltered(filter) ? {} : { state: 'published' as const }),
        ...(since === undefined ? {} : { fromMs: since }),
      };
      return callApi('listRecordings', { query }, signal);
    },
    getNextPageParam: (last, pages) => {
      const loaded = pages.reduce((sum, page) => sum + page.items.length, 0);
      return last.items.length > 0 && loaded < last.total ? loaded : undefined;
    },
    refetchInterval: ({ state }) => {
      const items = state.data?.pages.flatMap((page) => page.items) ?? [];
      return items.some(isMoving) ? MOVING_MS : CALM_MS;
    },
    placeholderData: (before) => before,
  });

/** What somebody has begun, wherever in the library it stands. */
export const begunQuery = queryOptions({
  queryKey: ['recordings', 'begun'],
  queryFn: ({ signal }) => callApi('listRecordings', { query: { offset: 0, limit: MAX_BEGUN, begun: 'yes' } }, signal),
});

const MAX_DRAFTS = 12;

/** What waits for the review of whoever asks. */
export const draftsQuery = queryOptions({
  queryKey: ['recordings', 'drafts'],
  queryFn: ({ signal }) =>
    callApi('listRecordings', { query: { offset: 0, limit: MAX_DRAFTS, state: 'draft' } }, signal),
  refetchInterval: CALM_MS,
});

export const filterOptionsQuery = queryOptions({
  queryKey: ['library-filters'],
  queryFn: ({ signal }) => callApi('libraryFilters', undefined, signal),
  staleTime: OPTIONS_FRESH_MS,
  select: filterOptions,
});

interface FilterOption {
  readonly value: string;
  readonly label: string;
}

export type FilterOptions = Readonly<Record<'schools' | 'subjects' | 'grades' | 'series', readonly FilterOption[]>>;

const plain = (value: string): FilterOption => ({ value, label: value });

function filterOptions({ schools, subjects, grades, series }: RouteReply<'libraryFilters'>): FilterOptions {
  return {
    schools: schools.map(({ schoolId, name }) => ({ value: schoolId, label: name })),
    subjects: subjects.map(plain),
    grades: grades.map(plain),
    series: series.map(({ seriesId, title }) => ({ value: seriesId ?? `${NAMED}${title}`, label: title })),
  };
}
