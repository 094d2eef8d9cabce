import type { ClassGroupId, ClassroomId, PersonId, SchoolId } from '../../signaling/protocol/ids.ts';

/**
 * Whose lessons or recordings are asked for: the union of all parts given. An empty value means nobody's.
 *
 * - `personId`: what concerns the person: lecturer, co-teacher, pupil of an attending class group, guardian of one,
 *   teacher of a school with a listening classroom.
 * - `schoolIds`: what these schools hold, and what their classrooms listen to.
 * - `classroomId`: what this classroom listens to.
 * - `classGroupId`: what this class group attends.
 * - `everything`: the whole district.
 */
export interface Audience {
  readonly personId?: PersonId;
  readonly schoolIds?: readonly SchoolId[];
  readonly classroomId?: ClassroomId;
  readonly classGroupId?: ClassGroupId;
  readonly everything?: boolean;
}

/** Part of a list; `total` counts all that match. */
export interface Page<T> {
  readonly items: T[];
  readonly total: number;
}

export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}
