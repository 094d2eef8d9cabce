import type { Stores } from '../../storage/ports.ts';
import { fieldProblem } from '../protocol/errors.ts';
import type { ClassGroupId, ClassroomId, SchoolId } from '../protocol/ids.ts';
import { MOST_CLASSROOMS } from '../protocol/sites.ts';

/**
 * Who may attend a school's lessons: class groups and classrooms of itself and of the schools that are paired to listen, and of classrooms no
 * more than one lesson holds.
 *
 * @throws AppError `invalidInput` naming the field.
 */
export async function assertReachable(
  stores: Pick<Stores, 'classrooms' | 'directory'>,
  schoolId: SchoolId,
  attending: { readonly classGroupIds: readonly ClassGroupId[]; readonly classroomIds: readonly ClassroomId[] },
): Promise<void> {
  if (new Set(attending.classroomIds).size > MOST_CLASSROOMS) {
    throw fieldProblem('classroomIds', 'classroomsTooMany', { n: MOST_CLASSROOMS });
  }
  const reachable = new Set(await stores.classrooms.listeningSchoolIds(schoolId));
  for (const classGroupId of attending.classGroupIds) {
    const group = await stores.directory.classGroup(classGroupId);
    if (group === undefined || !reachable.has(group.schoolId)) {
      throw fieldProblem('classGroupIds', 'classGroupUnreachable');
    }
  }
  for (const classroomId of attending.classroomIds) {
    const classroom = await stores.classrooms.classroom(classroomId);
    if (classroom === undefined || !reachable.has(classroom.schoolId)) {
      throw fieldProblem('classroomIds', 'classroomUnreachable');
    }
  }
}
