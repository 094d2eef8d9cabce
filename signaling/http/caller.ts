import type { RouteDefinition } from '../protocol/define.ts';
import { AppError } from '../protocol/errors.ts';
import type { ClassGroupId, ClassroomId, PersonId, SchoolId, SiteId } from '../protocol/ids.ts';
import type { Principal, Role } from '../protocol/roles.ts';
import type { RoleGrant } from '../protocol/rest/shapes.ts';

export interface PersonCaller {
  readonly kind: 'person';
  readonly personId: PersonId;
  readonly displayName: string;
  readonly roles: readonly RoleGrant[];
  readonly schoolId: SchoolId | null;
  readonly classGroupId: ClassGroupId | null;
  readonly mustChangePassword: boolean;
  /** Hash of the session token, to end the other sessions. */
  readonly sessionHash: string;
}

export interface SiteCaller {
  readonly kind: 'site';
  readonly siteId: SiteId;
  readonly classroomId: ClassroomId;
  readonly classroomName: string;
  readonly schoolId: SchoolId;
}

/** Who is asking. */
export type Caller = PersonCaller | SiteCaller | { readonly kind: 'public' };

export function principalsOf(caller: Caller): ReadonlySet<Principal> {
  if (caller.kind === 'public') return new Set<Principal>(['public']);
  if (caller.kind === 'site') return new Set<Principal>(['public', 'site']);
  return new Set<Principal>(['public', 'person', ...caller.roles.map((grant) => grant.role)]);
}

/**
 * @throws AppError `signedOut` for nobody, `passwordChangeRequired` for who has to set an own password first, `forbidden` for
 * somebody else.
 */
export function assertAccess(caller: Caller, route: Pick<RouteDefinition, 'access' | 'allowsFirstPassword'>): void {
  const { access, allowsFirstPassword = false } = route;
  // Without the cookie anybody may call these.
  if (access.includes('public')) return;
  if (caller.kind === 'person' && caller.mustChangePassword && !allowsFirstPassword) {
    throw new AppError('passwordChangeRequired');
  }
  const principals = principalsOf(caller);
  if (access.some((principal) => principals.has(principal))) return;
  throw new AppError(caller.kind === 'public' ? 'signedOut' : 'forbidden');
}

export function personOf(caller: Caller): PersonCaller {
  if (caller.kind !== 'person') throw new AppError(caller.kind === 'public' ? 'signedOut' : 'forbidden');
  return caller;
}

export function siteOf(caller: Caller): SiteCaller {
  if (caller.kind !== 'site') throw new AppError(caller.kind === 'public' ? 'signedOut' : 'forbidden');
  return caller;
}

export function hasRole(caller: Pick<PersonCaller, 'roles'>, role: Role, schoolId?: SchoolId | null): boolean {
  return caller.roles.some(
    (grant) =>
      grant.role === role && (schoolId === undefined || grant.schoolId === null || grant.schoolId === schoolId),
  );
}

export const isDistrictAdmin = (caller: Pick<PersonCaller, 'roles'>): boolean => hasRole(caller, 'districtAdmin');

/** May this person administer that school? District administrators administer all. */
export function administers(caller: Pick<PersonCaller, 'roles'>, schoolId: SchoolId | null): boolean {
  if (isDistrictAdmin(caller)) return true;
  return schoolId !== null && hasRole(caller, 'schoolAdmin', schoolId);
}

export function assertAdministers(caller: PersonCaller, schoolId: SchoolId | null): void {
  if (!administers(caller, schoolId)) throw new AppError('forbidden');
}

/** Belongs to the school in any way: staff, pupil, or administrator of it. */
export function belongsTo(caller: PersonCaller, schoolId: SchoolId): boolean {
  return (
    administers(caller, schoolId) || caller.schoolId === schoolId || caller.roles.some((g) => g.schoolId === schoolId)
  );
}
