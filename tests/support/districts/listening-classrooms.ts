import type { ClassroomId, SchoolId } from '../../../signaling/protocol/ids.ts';
import { RestClient } from '../clients/rest-client.ts';
import type { Stack } from '../stands/stack.ts';
import { signedIn } from './demo-lessons.ts';

export interface ListeningClassroom {
  readonly classroomId: ClassroomId;
  readonly name: string;
  readonly schoolName: string;
  /** Good once. */
  readonly enrolmentCode: string;
}

/** New schools that are paired to listen to this one, each with classrooms whose screens wait for their code. */
export async function addListeningSchools(
  stack: Stack,
  lecturingSchoolId: SchoolId,
  classroomCounts: readonly number[],
): Promise<ListeningClassroom[]> {
  const district = await signedIn(stack, 'admin');
  const made: ListeningClassroom[] = [];
  for (const [index, count] of classroomCounts.entries()) {
    const schoolName = `第${index + 1}小学`;
    const { schoolId } = await district.call('createSchool', { body: { name: schoolName } });
    await district.call('createPairing', { body: { lecturingSchoolId, listeningSchoolId: schoolId } });
    for (let number = 1; number <= count; number += 1) {
      const name = `${schoolName}${number}号教室`;
      const { classroomId } = await district.call('createClassroom', { body: { schoolId, name } });
      const { code } = await district.call('issueEnrolmentCode', { params: { classroomId } });
      made.push({ classroomId, name, schoolName, enrolmentCode: code });
    }
  }
  return made;
}

/** The screen of a classroom after its code was typed: signed in for good. */
export async function enrolledScreen(stack: Stack, { enrolmentCode }: ListeningClassroom): Promise<RestClient> {
  const screen = new RestClient(stack.url);
  await screen.call('enrolSite', { body: { code: enrolmentCode } });
  return screen;
}
