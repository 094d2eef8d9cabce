import { Role } from '../../../../signaling/protocol/roles.ts';

export interface PeopleFilters {
  readonly search: string;
  readonly role: Role | '';
  readonly classGroupId: string;
}

/** Where somebody is in the list of people. */
export interface PeoplePlace {
  readonly filters: PeopleFilters;
  readonly offset: number;
}

export const NO_FILTERS: PeopleFilters = { search: '', role: '', classGroupId: '' };

/** As a link to the list says it; what it does not say, or not rightly, is as in the whole list. */
export function placeOf(search: string): PeoplePlace {
  const params = new URLSearchParams(search);
  const role = Role.safeParse(params.get('role'));
  const offset = Number(params.get('offset'));
  return {
    filters: {
      search: params.get('search') ?? '',
      role: role.success ? role.data : '',
      classGroupId: params.get('class') ?? '',
    },
    offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
  };
}

export function linkTo({ filters: { search, role, classGroupId }, offset }: PeoplePlace): string {
  const params = new URLSearchParams();
  if (search.trim() !== '') params.set('search', search.trim());
  if (role !== '') params.set('role', role);
  if (classGroupId !== '') params.set('class', classGroupId);
  if (offset > 0) params.set('offset', String(offset));
  const said = params.toString();
  return said === '' ? '/desk/people' : `/desk/people?${said}`;
}
