import { AppError } from '../../signaling/protocol/errors.ts';
import type { Role } from '../../signaling/protocol/roles.ts';
import type { Stores } from '../ports.ts';
import {
  DISTRICT_ADMINISTRATOR,
  DISTRICT_NAME,
  LECTURING_SCHOOL,
  LISTENING_SCHOOL,
  type DemoPupil,
  type DemoSchool,
} from './names.ts';
import { seedSchool } from './seeded-school.ts';
import { planLessonsAroundNow, planWeeks } from './timetable.ts';

/** Whoever can sign in. */
export interface DemoSignIn {
  readonly account: string;
  readonly password: string;
  readonly role: Role;
  readonly name: string;
  readonly school: string;
}

export interface DemoOptions {
  readonly nowMs: number;
  /** Readable, new at each call. */
  readonly makePassword: () => string;
  readonly hashPassword: (password: string) => Promise<string>;
}

/**
 * Fills an empty database with a district to try everything in: two paired schools in two regions, their people,
 * classrooms, a timetable, and lessons of each kind that are on now. All or nothing.
 *
 * @returns the sign-ins, the main character of each role first.
 * @throws AppError `conflict` when the district has a name already.
 */
export async function seedDemoDistrict(stores: Stores, options: DemoOptions): Promise<DemoSignIn[]> {
  const people = demoPeople(options.makePassword);
  // Hashing takes seconds and the transaction must not.
  const hashes = new Map(
    await Promise.all(
      people.map(async ({ account, password }) => [account, await options.hashPassword(password)] as const),
    ),
  );
  await stores.atomically(async (tx) => {
    if ((await tx.directory.districtName()) !== undefined) throw new AppError('conflict');
    await tx.directory.setUpDistrict(DISTRICT_NAME, {
      account: DISTRICT_ADMINISTRATOR.account,
      displayName: DISTRICT_ADMINISTRATOR.name,
      passwordHash: hashes.get(DISTRICT_ADMINISTRATOR.account) ?? '',
    });
    const lecturing = await seedSchool(tx, LECTURING_SCHOOL, hashes);
    const listening = await seedSchool(tx, LISTENING_SCHOOL, hashes);
    const [first, second] = [lecturing.schoolId, listening.schoolId];
    await tx.classrooms.createPairing({ lecturingSchoolId: first, listeningSchoolId: second });
    await tx.classrooms.createPairing({ lecturingSchoolId: second, listeningSchoolId: first });
    await planWeeks(tx, lecturing, listening, options.nowMs);
    await planLessonsAroundNow(tx, lecturing, listening, options.nowMs);
  });
  return people;
}

/** Everybody with a new password, the main characters first: lecturer, far-end teacher, pupil, guardian, administrators. */
function demoPeople(makePassword: () => string): DemoSignIn[] {
  const signIn = ({ account, name }: DemoPupil, role: Role, school: string): DemoSignIn => ({
    account,
    password: makePassword(),
    role,
    name,
    school,
  });
  const schools = [LECTURING_SCHOOL, LISTENING_SCHOOL];
  const ofEach = (role: Role, peopleOf: (school: DemoSchool) => readonly DemoPupil[]): DemoSignIn[] =>
    schools.flatMap((school) => peopleOf(school).map((person) => signIn(person, role, school.name)));
  return [
    ...ofEach('teacher', (school) => school.teachers),
    ...ofEach('student', (school) => school.classGroups.flatMap(({ pupils }) => pupils)),
    ...ofEach('guardian', (school) => school.guardians),
    ...ofEach('schoolAdmin', (school) => [school.administrator]),
    signIn(DISTRICT_ADMINISTRATOR, 'districtAdmin', DISTRICT_NAME),
  ];
}
