import { PersonId, type ClassGroupId, type ClassroomId, type SchoolId } from '../../signaling/protocol/ids.ts';
import type { Role } from '../../signaling/protocol/roles.ts';
import { newId } from '../new-id.ts';
import type { NewPersonRecord, Stores } from '../ports.ts';
import type { DemoPupil, DemoSchool } from './names.ts';

export interface SeededTeacher {
  readonly personId: PersonId;
  readonly subject: string;
}

export interface SeededSchool {
  readonly schoolId: SchoolId;
  readonly timeZone: string;
  readonly teachers: readonly [SeededTeacher, SeededTeacher, SeededTeacher];
  readonly classGroupIds: readonly [ClassGroupId, ClassGroupId];
  readonly classroomId: ClassroomId;
}

/** Makes a school with everybody in it. `passwordHashes` is by account. */
export async function seedSchool(
  { directory, classrooms }: Stores,
  school: DemoSchool,
  passwordHashes: ReadonlyMap<string, string>,
): Promise<SeededSchool> {
  const { schoolId } = await directory.createSchool({
    name: school.name,
    shortName: school.shortName,
    timeZone: school.timeZone,
    region: school.region,
    settings: { recordsScheduledLessons: true, showsPupilsInRecordings: true, allowsDownload: true },
  });
  const [firstGroup, secondGroup] = school.classGroups;
  const makeGroup = async ({ grade, name }: typeof firstGroup) =>
    (await directory.createClassGroup({ schoolId, grade, name })).classGroupId;
  const classGroupIds = [await makeGroup(firstGroup), await makeGroup(secondGroup)] as const;
  const personIds = new Map<string, PersonId>();
  const person = ({ name, account }: DemoPupil, role: Role, more: Partial<NewPersonRecord> = {}): NewPersonRecord => {
    const personId = newId(PersonId);
    personIds.set(account, personId);
    const passwordHash = passwordHashes.get(account) ?? '';
    return { personId, account, displayName: name, role, schoolId, passwordHash, mustChangePassword: false, ...more };
  };
  const pupils = school.classGroups.flatMap((group, n) =>
    group.pupils.map((pupil) => person(pupil, 'student', { classGroupId: classGroupIds[n] ?? null })),
  );
  const teacher = (facts: DemoSchool['teachers'][number]) => ({
    record: person(facts, 'teacher'),
    subject: facts.subject,
  });
  const [a, b, c] = school.teachers;
  const teachers = [teacher(a), teacher(b), teacher(c)] as const;
  const guardians = school.guardians.map((guardian) => {
    const wardId = personIds.get(guardian.ward);
    return person(guardian, 'guardian', { wardIds: wardId === undefined ? [] : [wardId] });
  });
  const administrator = person(school.administrator, 'schoolAdmin');
  await directory.importPeople({
    classGroups: [],
    people: [...numbered(pupils), ...teachers.map(({ record }) => record), ...guardians, administrator],
  });
  const { classroomId } = await classrooms.createClassroom({ schoolId, name: school.classroom });
  const seeded = ({ record, subject }: (typeof teachers)[number]): SeededTeacher => ({
    personId: record.personId ?? newId(PersonId),
    subject,
  });
  return {
    schoolId,
    timeZone: school.timeZone,
    teachers: [seeded(teachers[0]), seeded(teachers[1]), seeded(teachers[2])],
    classGroupIds,
    classroomId,
  };
}

/** School numbers as on the register, so that the roll is in its order. */
function numbered(pupils: readonly NewPersonRecord[]): NewPersonRecord[] {
  return pupils.map((pupil, n) => ({ ...pupil, studentNumber: `2026${String(n + 1).padStart(4, '0')}` }));
}
