import { queryOptions, useQueryClient } from '@tanstack/react-query';
import type { ClassGroupId, SchoolId } from '../../../../signaling/protocol/ids.ts';
import type { Person } from '../../../../signaling/protocol/rest/directory.ts';
import type { Role } from '../../../../signaling/protocol/roles.ts';
import { callApi } from '../../api/api.ts';

export interface PeopleFilter {
  /** Left out: people of the whole district. */
  readonly schoolId: SchoolId | undefined;
  readonly search?: string | undefined;
  readonly role?: Role | undefined;
  readonly classGroupId?: ClassGroupId | undefined;
}

/** What the contract allows at once. */
const MAX_PAGE = 200;

export const deskQueries = {
  schools: queryOptions({
    queryKey: ['desk', 'schools'],
    queryFn: async ({ signal }) => (await callApi('listSchools', undefined, signal)).schools,
  }),
  classGroups: (schoolId: SchoolId) =>
    queryOptions({
      queryKey: ['desk', 'classGroups', schoolId],
      queryFn: async ({ signal }) => (await callApi('listClassGroups', { query: { schoolId } }, signal)).classGroups,
    }),
  people: (filter: PeopleFilter, offset: number, limit: number) =>
    queryOptions({
      queryKey: ['desk', 'people', filter, offset, limit],
      queryFn: ({ signal }) => callApi('listPeople', { query: { ...given(filter), offset, limit } }, signal),
    }),
  teachers: (schoolId: SchoolId) =>
    queryOptions({
      queryKey: ['desk', 'people', 'teachers', schoolId],
      queryFn: ({ signal }) => everybody({ schoolId, role: 'teacher' }, signal),
    }),
  /** Of the school and of its partners. */
  classrooms: queryOptions({
    queryKey: ['desk', 'classrooms'],
    queryFn: async ({ signal }) => (await callApi('listClassrooms', { query: {} }, signal)).classrooms,
    refetchInterval: 15_000,
  }),
  sites: (schoolId: SchoolId) =>
    queryOptions({
      queryKey: ['desk', 'sites', schoolId],
      queryFn: async ({ signal }) => (await callApi('listSites', { query: { schoolId } }, signal)).sites,
      refetchInterval: 5_000,
    }),
  pairings: queryOptions({
    queryKey: ['desk', 'pairings'],
    queryFn: async ({ signal }) => (await callApi('listPairings', undefined, signal)).pairings,
  }),
  calendar: (schoolId: SchoolId) =>
    queryOptions({
      queryKey: ['desk', 'calendar', schoolId],
      queryFn: ({ signal }) => callApi('getSchoolCalendar', { query: { schoolId } }, signal),
    }),
  timetable: (schoolId: SchoolId) =>
    queryOptions({
      queryKey: ['desk', 'timetable', schoolId],
      queryFn: async ({ signal }) => (await callApi('listTimetable', { query: { schoolId } }, signal)).entries,
    }),
  words: (schoolId: SchoolId) =>
    queryOptions({
      queryKey: ['desk', 'words', schoolId],
      queryFn: async ({ signal }) => (await callApi('getRefusedWords', { params: { schoolId } }, signal)).words,
    }),
  reports: (schoolId: SchoolId, isHandled: boolean, offset: number, limit: number) =>
    queryOptions({
      queryKey: ['desk', 'reports', schoolId, isHandled, offset, limit],
      queryFn: ({ signal }) => {
        const query = { isHandled: isHandled ? 'true' : 'false', offset, limit } as const;
        return callApi('listReports', { params: { schoolId }, query }, signal);
      },
      refetchInterval: 30_000,
    }),
  lessons: (fromMs: number, toMs: number) =>
    queryOptions({
      queryKey: ['desk', 'lessons', fromMs, toMs],
      queryFn: async ({ signal }) => (await callApi('listLessons', { query: { fromMs, toMs } }, signal)).lessons,
      refetchInterval: 30_000,
    }),
};

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The contract's optional fields are left out, not undefined. */
export function given<T extends object>(values: T): Partial<Given<T>> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<Given<T>>;
}

/** All pages of a list of people, in its order. */
export async function everybody(filter: PeopleFilter, signal?: AbortSignal): Promise<Person[]> {
  const people: Person[] = [];
  for (;;) {
    const query = { ...given(filter), offset: people.length, limit: MAX_PAGE };
    const page = await callApi('listPeople', { query }, signal);
    people.push(...page.items);
    if (page.items.length === 0 || people.length >= page.total) return people;
  }
}

export type DeskData =
  | 'schools'
  | 'classGroups'
  | 'people'
  | 'classrooms'
  | 'sites'
  | 'pairings'
  | 'calendar'
  | 'timetable'
  | 'lessons'
  | 'words'
  | 'reports';

/** Asks again for what a change may have touched. */
export function useDeskRefresh(): (...changed: readonly DeskData[]) => Promise<void> {
  const client = useQueryClient();
  return async (...changed) => {
    await Promise.all(changed.map((data) => client.invalidateQueries({ queryKey: ['desk', data] })));
  };
}
