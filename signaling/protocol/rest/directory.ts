import * as z from 'zod';
import { route } from '../define.ts';
import { ClassGroupId, PersonId, SchoolId } from '../ids.ts';
import { Role } from '../roles.ts';
import { AccountName, changeOf, DisplayName, Nothing, PageQuery, RoleGrant, page } from './shapes.ts';

/** The school desk: schools, class groups, people. A school administrator sees and changes the own school only. */
const admins = ['schoolAdmin', 'districtAdmin'] as const;

export const SchoolSettings = z.object({
  /** Scheduled lessons record by themselves. */
  recordsScheduledLessons: z.boolean(),
  /** Recordings may show pupils (consent of the school's guardians is on file). */
  showsPupilsInRecordings: z.boolean(),
  allowsDownload: z.boolean(),
  /** The viewer's name moves over what is played of the school's recordings. */
  watermarksPlayback: z.boolean(),
  /** New recordings are published as lecturer and board only, until somebody decides otherwise for one. */
  publishesLecturerOnly: z.boolean(),
  /** New recordings are drafts until somebody has looked at them. */
  reviewsRecordings: z.boolean(),
  /** Recordings may be shown to people without an account, by links that expire. */
  allowsLinks: z.boolean(),
  /** Teachers may see the cameras of pupils who are not on stage; the pupils are told and may refuse (SPEC V). */
  allowsClassWall: z.boolean(),
  /** Days after the lesson that its recordings are kept; null: for good. */
  keepsRecordingsDays: z.int().min(1).max(3_650).nullable(),
});
export type SchoolSettings = z.infer<typeof SchoolSettings>;

export const School = z.object({
  schoolId: SchoolId,
  name: z.string(),
  /** IANA name of the local time people live by, e.g. `Asia/Urumqi`. */
  timeZone: z.string(),
  region: z.string(),
  settings: SchoolSettings,
});
export type School = z.infer<typeof School>;

const TimeZone = z
  .string()
  .max(60)
  .refine(
    (zone) => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: zone });
        return true;
      } catch {
        return false;
      }
    },
    { error: 'unknown time zone' },
  );

export const NewSchool = z.object({
  name: DisplayName,
  timeZone: TimeZone.default('Asia/Shanghai'),
  region: z.string().trim().max(40).default(''),
  settings: SchoolSettings.partial().default({}),
});

export const ClassGroup = z.object({
  classGroupId: ClassGroupId,
  schoolId: SchoolId,
  grade: z.string(),
  name: z.string(),
  pupilCount: z.int(),
});
export type ClassGroup = z.infer<typeof ClassGroup>;

export const Person = z.object({
  personId: PersonId,
  account: z.string(),
  displayName: z.string(),
  roles: z.array(RoleGrant),
  schoolId: SchoolId.nullable(),
  classGroupId: ClassGroupId.nullable(),
  classGroup: z.string().nullable(),
  wards: z.array(z.object({ personId: PersonId, displayName: z.string() })),
  isActive: z.boolean(),
  /** Has not yet set an own password since one was given out. */
  mustChangePassword: z.boolean(),
});
export type Person = z.infer<typeof Person>;

export const NewPerson = z.object({
  /** Made from the name when left out. */
  account: AccountName.optional(),
  displayName: DisplayName,
  role: Role,
  schoolId: SchoolId.nullable(),
  classGroupId: ClassGroupId.nullable().default(null),
  wardIds: z.array(PersonId).max(10).default([]),
});

/** What is printed on a sign-in slip, shown once: passwords are stored only as argon2id hashes. */
export const SignInSlip = z.object({
  personId: PersonId,
  displayName: z.string(),
  account: z.string(),
  password: z.string(),
  role: Role,
  classGroup: z.string().nullable(),
});
export type SignInSlip = z.infer<typeof SignInSlip>;

/** One line of a people import: as read, and what is wrong with it (empty: good). Line 1 is the heading. */
export const ImportLine = z.object({
  line: z.int(),
  displayName: z.string(),
  role: z.string(),
  classGroup: z.string(),
  account: z.string(),
  ward: z.string(),
  problems: z.array(
    z.object({
      column: z.string(),
      /** One of `PROBLEMS`, with the values that its words need. */
      code: z.string(),
      values: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
});
export type ImportLine = z.infer<typeof ImportLine>;

/** Most characters of a people sheet; beyond it `payloadTooLarge`. */
export const MAX_SHEET_CHARACTERS = 1_000_000;

const CsvBody = z.object({ schoolId: SchoolId, csv: z.string() });
const schoolParams = z.object({ schoolId: SchoolId });
const classGroupParams = z.object({ classGroupId: ClassGroupId });
const personParams = z.object({ personId: PersonId });
const wrong = ['invalidInput', 'forbidden', 'notFound', 'conflict'] as const;

export const directoryRoutes = {
  listSchools: route({
    method: 'GET',
    path: '/schools',
    summary: 'Schools (administrators of a school: the own one and its partners)',
    access: ['teacher', ...admins],
    reply: z.object({ schools: z.array(School) }),
  }),
  createSchool: route({
    method: 'POST',
    path: '/schools',
    summary: 'Add a school',
    access: ['districtAdmin'],
    body: NewSchool,
    reply: School,
    status: 201,
    errors: wrong,
  }),
  changeSchool: route({
    method: 'PATCH',
    path: '/schools/{schoolId}',
    summary: 'Change a school and its settings',
    access: admins,
    params: schoolParams,
    body: changeOf(NewSchool),
    reply: School,
    errors: wrong,
  }),
  listClassGroups: route({
    method: 'GET',
    path: '/class-groups',
    summary: 'Class groups of a school',
    access: ['teacher', ...admins],
    query: z.object({ schoolId: SchoolId, search: z.string().max(60).optional() }),
    reply: z.object({ classGroups: z.array(ClassGroup) }),
    errors: ['forbidden'],
  }),
  createClassGroup: route({
    method: 'POST',
    path: '/class-groups',
    summary: 'Add a class group',
    access: admins,
    body: z.object({ schoolId: SchoolId, grade: z.string().trim().max(20), name: DisplayName }),
    reply: ClassGroup,
    status: 201,
    errors: wrong,
  }),
  changeClassGroup: route({
    method: 'PATCH',
    path: '/class-groups/{classGroupId}',
    summary: 'Rename a class group',
    access: admins,
    params: classGroupParams,
    body: z.object({ grade: z.string().trim().max(20), name: DisplayName }).partial(),
    reply: ClassGroup,
    errors: wrong,
  }),
  deleteClassGroup: route({
    method: 'DELETE',
    path: '/class-groups/{classGroupId}',
    summary: 'Delete an empty class group',
    access: admins,
    params: classGroupParams,
    reply: Nothing,
    errors: wrong,
  }),
  listPeople: route({
    method: 'GET',
    path: '/people',
    summary: 'People of a school, searched by name or account',
    access: admins,
    query: PageQuery.extend({
      schoolId: SchoolId.optional(),
      role: Role.optional(),
      classGroupId: ClassGroupId.optional(),
    }),
    reply: page(Person),
    errors: ['forbidden'],
  }),
  createPerson: route({
    method: 'POST',
    path: '/people',
    summary: 'Add a person; answers with the sign-in slip',
    access: admins,
    body: NewPerson,
    reply: z.object({ person: Person, slip: SignInSlip }),
    status: 201,
    errors: wrong,
  }),
  changePerson: route({
    method: 'PATCH',
    path: '/people/{personId}',
    summary: 'Change a person, or switch it off (ends its sessions)',
    access: admins,
    params: personParams,
    body: z
      .object({
        displayName: DisplayName,
        classGroupId: ClassGroupId.nullable(),
        role: Role,
        wardIds: z.array(PersonId).max(10),
        isActive: z.boolean(),
      })
      .partial(),
    reply: Person,
    errors: wrong,
  }),
  resetPasswords: route({
    method: 'POST',
    path: '/people/passwords',
    summary: 'New passwords for people, answered once as sign-in slips to print; ends their sessions',
    access: admins,
    body: z.object({ personIds: z.array(PersonId).min(1).max(500) }),
    reply: z.object({ slips: z.array(SignInSlip) }),
    errors: wrong,
  }),
  previewPeopleImport: route({
    method: 'POST',
    path: '/people/import/preview',
    summary: 'Read a CSV (name, role, class group, account, ward) and say what is wrong with which line',
    access: admins,
    body: CsvBody,
    reply: z.object({ lines: z.array(ImportLine), good: z.int(), bad: z.int(), newClassGroups: z.array(z.string()) }),
    errors: ['invalidInput', 'forbidden', 'payloadTooLarge'],
  }),
  importPeople: route({
    method: 'POST',
    path: '/people/import',
    summary: 'Import the good lines of a CSV, all or none; answers with sign-in slips (about 30 ms a line)',
    access: admins,
    body: CsvBody.extend({
      skipBadLines: z.boolean().default(false),
      /** The same sheet under the same key imports nobody twice: who is there already gets a new password and slip. */
      importKey: z
        .string()
        .regex(/^[\w-]{16,64}$/)
        .optional(),
    }),
    reply: z.object({ imported: z.int(), skipped: z.int(), slips: z.array(SignInSlip) }),
    status: 201,
    errors: ['invalidInput', 'forbidden', 'payloadTooLarge', 'conflict'],
  }),
} as const;
