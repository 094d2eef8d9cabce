import { createContext, useContext } from 'react';
import type { School } from '../../../../signaling/protocol/rest/directory.ts';
import type { Me } from '../../../../signaling/protocol/rest/shapes.ts';
import { RequestFailure } from '../../api/request-failure.ts';

/** Whose desk this is: the school that is looked after now, and all that the person sees. */
export interface DeskSchool {
  readonly school: School;
  /** Schools that the person administers. */
  readonly administered: readonly School[];
  /** These and their partners. */
  readonly schools: readonly School[];
  readonly isDistrict: boolean;
  readonly choose: (schoolId: string) => void;
}

const Context = createContext<DeskSchool | null>(null);
export const DeskSchoolProvider = Context.Provider;

export function useDeskSchool(): DeskSchool {
  const desk = useContext(Context);
  if (desk === null) throw new RequestFailure('unreadable', { message: 'rendered outside of DeskSchoolProvider' });
  return desk;
}

export const isDistrictAdmin = (me: Me): boolean => me.roles.some((grant) => grant.role === 'districtAdmin');

export function administeredBy(me: Me, schools: readonly School[]): readonly School[] {
  if (isDistrictAdmin(me)) return schools;
  const own = new Set(me.roles.flatMap((grant) => (grant.role === 'schoolAdmin' ? [grant.schoolId] : [])));
  return schools.filter((school) => own.has(school.schoolId));
}
