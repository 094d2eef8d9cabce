import { randomUUID } from 'node:crypto';
import type { ClassGroupId, ClassroomId, PersonId } from '../../signaling/protocol/ids.ts';
import type { Role } from '../../signaling/protocol/roles.ts';
import type { ClassGroup, Person, School } from '../../signaling/protocol/rest/directory.ts';
import type { Lesson, NewLessonRecord, Stores } from '../../storage/ports.ts';

/** 2026-09-07 was a Monday. */
export const MONDAY_8_MS = Date.parse('2026-09-07T08:00:00+08:00');
export const MINUTE_MS = 60_000;

export interface SmallDistrict {
  readonly lecturing: School;
  readonly listening: School;
  readonly classGroup: ClassGroup;
  readonly classroomId: ClassroomId;
  readonly teacher: Person;
  readonly farTeacher: Person;
  readonly pupil: Person;
  readonly otherPupil: Person;
  readonly guardian: Person;
}

/** Two paired schools with one class group, one listening classroom and a person of each kind; names are unique per call. */
export async function makeDistrict(stores: Stores): Promise<SmallDistrict> {
  const { directory, classrooms } = stores;
  const mark = randomUUID().slice(0, 8);
  const lecturing = await directory.createSchool({
    name: `莲都实验小学 ${mark}`,
    timeZone: 'Asia/Shanghai',
    region: '浙江丽水',
    settings: { showsPupilsInRecordings: true },
  });
  const listening = await directory.createSchool({
    name: `新和县小学 ${mark}`,
    timeZone: 'Asia/Urumqi',
    region: '新疆',
  });
  const classGroup = await directory.createClassGroup({ schoolId: lecturing.schoolId, grade: '三年级', name: '一班' });
  const person = (role: Role, name: string, school: School, more: { group?: ClassGroupId; wards?: PersonId[] } = {}) =>
    directory.createPerson({
      account: `${role}.${randomUUID().slice(0, 12)}`.toLowerCase(),
      displayName: name,
      role,
      schoolId: school.schoolId,
      classGroupId: more.group ?? null,
      wardIds: more.wards ?? [],
      passwordHash: 'hash',
      mustChangePassword: false,
    });
  const pupil = await person('student', '王小明', lecturing, { group: classGroup.classGroupId });
  await classrooms.createPairing({ lecturingSchoolId: lecturing.schoolId, listeningSchoolId: listening.schoolId });
  const classroom = await classrooms.createClassroom({ schoolId: listening.schoolId, name: '空中课堂教室' });
  return {
    lecturing,
    listening,
    classGroup,
    classroomId: classroom.classroomId,
    teacher: await person('teacher', '林老师', lecturing),
    farTeacher: await person('teacher', '古丽老师', listening),
    pupil,
    otherPupil: await person('student', '李四', lecturing),
    guardian: await person('guardian', '王妈妈', lecturing, { wards: [pupil.personId] }),
  };
}

export function makeLesson(
  stores: Stores,
  district: SmallDistrict,
  change: Partial<NewLessonRecord> = {},
): Promise<Lesson> {
  return stores.lessons.create({
    kind: 'sky',
    title: '古诗二首',
    subject: '语文',
    schoolId: district.lecturing.schoolId,
    lecturerId: district.teacher.personId,
    classGroupIds: [district.classGroup.classGroupId],
    classroomIds: [district.classroomId],
    startsAtMs: MONDAY_8_MS,
    endsAtMs: MONDAY_8_MS + 40 * MINUTE_MS,
    isRecorded: true,
    ...change,
  });
}
