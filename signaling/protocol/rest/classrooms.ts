import * as z from 'zod';
import { route } from '../define.ts';
import { ClassGroupId, ClassroomId, PairingId, PersonId, SchoolId, SiteId, TermId } from '../ids.ts';
import { LessonKind } from '../seats.ts';
import { MAX_PERIODS } from './calendar.ts';
import { SiteWanted } from './sites.ts';
import {
  changeOf,
  ClassroomIds,
  DisplayName,
  LessonSummary,
  LocalDate,
  LocalTime,
  Nothing,
  Weekday,
} from './shapes.ts';

/** Physical rooms, their sites, who is paired with whom, and the weekly timetable. */
const admins = ['schoolAdmin', 'districtAdmin'] as const;
const wrong = ['invalidInput', 'forbidden', 'notFound', 'conflict'] as const;

export const Classroom = z.object({
  classroomId: ClassroomId,
  schoolId: SchoolId,
  schoolName: z.string(),
  name: z.string(),
  site: z.object({ siteId: SiteId, isEnrolled: z.boolean(), lastSeenAtMs: z.int().nullable() }).nullable(),
});
export type Classroom = z.infer<typeof Classroom>;

export const Pairing = z.object({
  pairingId: PairingId,
  lecturingSchoolId: SchoolId,
  lecturingSchoolName: z.string(),
  listeningSchoolId: SchoolId,
  listeningSchoolName: z.string(),
});
export type Pairing = z.infer<typeof Pairing>;

/** Odd and even 单双周 count from the week that the term, or without one the first date, begins in. */
export const Weeks = z.enum(['all', 'odd', 'even']);
export type Weeks = z.infer<typeof Weeks>;

/** A lesson that recurs on a weekday, within a term or between two dates, in a period or at a time of its own. */
export const TimetableEntry = z.object({
  entryId: z.string(),
  schoolId: SchoolId,
  kind: LessonKind,
  title: z.string(),
  subject: z.string().nullable(),
  lecturerId: PersonId,
  lecturerName: z.string(),
  classGroupIds: z.array(ClassGroupId),
  classroomIds: z.array(ClassroomId),
  weekday: Weekday,
  weeks: Weeks,
  /** Number of the school's period, whose times it then has. */
  period: z.int().min(1).max(MAX_PERIODS).nullable(),
  startTime: LocalTime,
  endTime: LocalTime,
  /** The term, whose dates it then has. */
  termId: TermId.nullable(),
  firstDate: LocalDate,
  lastDate: LocalDate,
});
export type TimetableEntry = z.infer<typeof TimetableEntry>;

export const NewTimetableEntry = TimetableEntry.omit({ entryId: true, lecturerName: true }).extend({
  title: z.string().trim().min(1).max(80),
  classGroupIds: z.array(ClassGroupId).max(50).default([]),
  classroomIds: ClassroomIds.default([]),
  subject: z.string().trim().max(40).nullable().default(null),
  weeks: Weeks.default('all'),
  period: TimetableEntry.shape.period.default(null),
  termId: TermId.nullable().default(null),
  // Needed without a period, without a term.
  startTime: LocalTime.optional(),
  endTime: LocalTime.optional(),
  firstDate: LocalDate.optional(),
  lastDate: LocalDate.optional(),
  /** The other lessons that a teacher or a class has at the time are known; a classroom is never in two. */
  allowsClashes: z.boolean().default(false),
});

export const SiteIdentity = z.object({
  siteId: SiteId,
  classroomName: z.string(),
  schoolName: z.string(),
  timeZone: z.string(),
});

export const classroomRoutes = {
  listClassrooms: route({
    method: 'GET',
    path: '/classrooms',
    summary: 'Classrooms of a school and of its partners',
    access: ['teacher', ...admins],
    query: z.object({ schoolId: SchoolId.optional() }),
    reply: z.object({ classrooms: z.array(Classroom) }),
  }),
  createClassroom: route({
    method: 'POST',
    path: '/classrooms',
    summary: 'Add a classroom',
    access: admins,
    body: z.object({ schoolId: SchoolId, name: DisplayName }),
    reply: Classroom,
    status: 201,
    errors: wrong,
  }),
  changeClassroom: route({
    method: 'PATCH',
    path: '/classrooms/{classroomId}',
    summary: 'Rename a classroom',
    access: admins,
    params: z.object({ classroomId: ClassroomId }),
    body: z.object({ name: DisplayName }),
    reply: Classroom,
    errors: wrong,
  }),
  deleteClassroom: route({
    method: 'DELETE',
    path: '/classrooms/{classroomId}',
    summary: 'Delete a classroom; its site is signed out',
    access: admins,
    params: z.object({ classroomId: ClassroomId }),
    reply: Nothing,
    errors: wrong,
  }),
  issueEnrolmentCode: route({
    method: 'POST',
    path: '/classrooms/{classroomId}/enrolment-code',
    summary: 'A new enrolment code for the site (valid 24 h, once); an enrolled device is signed out when it is used',
    access: admins,
    params: z.object({ classroomId: ClassroomId }),
    reply: z.object({ code: z.string(), expiresAtMs: z.int() }),
    status: 201,
    errors: wrong,
  }),
  listPairings: route({
    method: 'GET',
    path: '/pairings',
    summary: 'Pairings of the district, or of the own school',
    access: ['teacher', ...admins],
    reply: z.object({ pairings: z.array(Pairing) }),
  }),
  createPairing: route({
    method: 'POST',
    path: '/pairings',
    summary: 'Pair a lecturing school with a listening one',
    access: ['districtAdmin'],
    body: z.object({ lecturingSchoolId: SchoolId, listeningSchoolId: SchoolId }),
    reply: Pairing,
    status: 201,
    errors: wrong,
  }),
  deletePairing: route({
    method: 'DELETE',
    path: '/pairings/{pairingId}',
    summary: 'End a pairing',
    access: ['districtAdmin'],
    params: z.object({ pairingId: PairingId }),
    reply: Nothing,
    errors: wrong,
  }),
  listTimetable: route({
    method: 'GET',
    path: '/timetable',
    summary: 'Weekly entries of a school',
    access: ['teacher', ...admins],
    query: z.object({ schoolId: SchoolId }),
    reply: z.object({ entries: z.array(TimetableEntry) }),
    errors: ['forbidden'],
  }),
  createTimetableEntry: route({
    method: 'POST',
    path: '/timetable',
    summary: 'Add a weekly entry; its lessons are made for the term',
    access: admins,
    body: NewTimetableEntry,
    reply: TimetableEntry,
    status: 201,
    errors: wrong,
  }),
  changeTimetableEntry: route({
    method: 'PATCH',
    path: '/timetable/{entryId}',
    summary: 'Change a weekly entry and its future lessons',
    access: admins,
    params: z.object({ entryId: z.string().max(64) }),
    body: changeOf(NewTimetableEntry.omit({ schoolId: true })),
    reply: TimetableEntry,
    errors: wrong,
  }),
  deleteTimetableEntry: route({
    method: 'DELETE',
    path: '/timetable/{entryId}',
    summary: 'Delete a weekly entry and its future lessons',
    access: admins,
    params: z.object({ entryId: z.string().max(64) }),
    reply: Nothing,
    errors: wrong,
  }),
  enrolSite: route({
    method: 'POST',
    path: '/site/enrolment',
    summary: 'Enrol this device as a classroom’s site with a code; sets the site cookie',
    access: ['public'],
    body: z.object({ code: z.string().trim().toUpperCase().min(6).max(20) }),
    /** With `resumeToken` the page enrols again when the power fails before the browser has written its cookies to the disk. */
    reply: SiteIdentity.extend({ resumeToken: z.string() }),
    status: 201,
    errors: ['enrolmentCodeInvalid', 'tooManyRequests'],
  }),
  resumeSite: route({
    method: 'POST',
    path: '/site/enrolment/resumption',
    summary: 'Set the site cookie that the browser has lost, for an enrolment that holds; `signedOut` when it does not',
    access: ['public'],
    body: z.object({ resumeToken: z.string().max(100) }),
    reply: SiteIdentity,
    errors: ['signedOut', 'tooManyRequests'],
  }),
  siteAgenda: route({
    method: 'GET',
    path: '/site/agenda',
    summary: 'What the site needs: who it is, the lesson to join now, the next ones today; renews the site cookie',
    access: ['site'],
    reply: z.object({
      site: SiteIdentity,
      /** Lesson that the site should be in now (from 5 min before its start). */
      current: LessonSummary.nullable(),
      upcoming: z.array(LessonSummary),
      /** For the QR code that a teacher of the school pairs a phone with; null while none can be made. */
      pairingCode: z.string().nullable(),
      /** Names of the teachers whose phones are paired. */
      phones: z.array(z.string()),
      wanted: SiteWanted,
      serverNowMs: z.int(),
    }),
  }),
} as const;
