import * as z from 'zod';

/** Roles of the directory. A person may have several, each within a school (districtAdmin: the whole district). */
export const Role = z.enum(['districtAdmin', 'schoolAdmin', 'teacher', 'student', 'guardian']);
export type Role = z.infer<typeof Role>;

/**
 * Who may call a REST route: a role, an enrolled `site`, a `guest` holding an invitation, or `public` (nobody in
 * particular). `person` is anybody signed in.
 */
export type Principal = Role | 'site' | 'person' | 'public';
