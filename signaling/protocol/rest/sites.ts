import * as z from 'zod';
import { route } from '../define.ts';
import { ClassroomId, LessonId, PersonId, SchoolId, SiteId } from '../ids.ts';
import { MAX_CAMERAS, SiteCamera, SiteLayout, SiteOrder, SiteVolume } from '../sites.ts';
import { CoursewareItem } from './courseware.ts';
import { JoinGrant } from './lessons.ts';
import { Instant, LessonSummary, Nothing } from './shapes.ts';

/** The screens of classrooms as who looks after them sees them, and the phones of the teachers who stand beside the pupils. */
const admins = ['schoolAdmin', 'districtAdmin'] as const;
/** A machine without a battery believes that it is 1970. */
const MAX_CLOCK_OFF_MS = 10_000_000_000_000;
const MAX_VERSION = 1_000_000;
const siteParams = z.object({ siteId: SiteId });

/** What a screen says about itself, every quarter of a minute. */
export const SiteHealth = z.object({
  /** Protocol version of its page. */
  version: z.int().min(0).max(MAX_VERSION),
  browser: z.string().max(120),
  /** When its page was loaded, by its own clock. */
  startedAtMs: Instant,
  /** To add to its clock to get the server's. */
  clockOffsetMs: z.int().min(-MAX_CLOCK_OFF_MS).max(MAX_CLOCK_OFF_MS),
  cameras: z.array(z.object({ label: z.string().max(120), role: SiteCamera.nullable() })).max(MAX_CAMERAS),
  hasMicrophone: z.boolean(),
  screens: z.int().min(1).max(4),
  volume: SiteVolume,
  /** Which one it sends in a lesson. A page of before does not say it, nor the next two. */
  camera: SiteCamera.nullable().default('pupils'),
  /** For good, or for the lesson that it is in. */
  isMicrophoneOff: z.boolean().default(false),
  layout: SiteLayout.default('auto'),
  /** In which room it is; null between lessons. */
  lessonId: LessonId.nullable(),
  /** Of its line there. */
  line: z.enum(['good', 'fair', 'poor']).nullable(),
});
export type SiteHealth = z.infer<typeof SiteHealth>;

/** What who looks after a screen has told it last, and when. A screen that was off does it when it is back. */
export const SiteWanted = z.object({
  reloadAtMs: z.int().nullable().default(null),
  volume: SiteVolume.nullable().default(null),
  volumeAtMs: z.int().nullable().default(null),
  camera: SiteCamera.nullable().default(null),
  cameraAtMs: z.int().nullable().default(null),
  isMicrophoneOff: z.boolean().default(false),
  microphoneAtMs: z.int().nullable().default(null),
  layout: SiteLayout.default('auto'),
  layoutAtMs: z.int().nullable().default(null),
});
export type SiteWanted = z.infer<typeof SiteWanted>;

export const SitePhone = z.object({ personId: PersonId, displayName: z.string(), pairedAtMs: z.int() });
export type SitePhone = z.infer<typeof SitePhone>;

export const KeptSite = z.object({
  siteId: SiteId,
  classroomId: ClassroomId,
  classroomName: z.string(),
  schoolId: SchoolId,
  schoolName: z.string(),
  lastSeenAtMs: z.int().nullable(),
  health: SiteHealth.nullable(),
  healthAtMs: z.int().nullable(),
  lessonTitle: z.string().nullable(),
  wanted: SiteWanted,
  phones: z.array(SitePhone),
  /** Of the last 24 hours, in quarters of an hour: in how many it reported, and in how many its line was poor. */
  day: z.object({ quarters: z.int(), poorQuarters: z.int() }),
});
export type KeptSite = z.infer<typeof KeptSite>;

/** A lesson of a classroom as the teacher beside the pupils prepares it. */
export const PhoneLesson = LessonSummary.extend({ courseware: z.array(CoursewareItem) });

export const PairedSite = z.object({
  siteId: SiteId,
  classroomName: z.string(),
  schoolName: z.string(),
  timeZone: z.string(),
  pairedUntilMs: z.int(),
  /** The lesson that the classroom is in or about to be in. */
  current: PhoneLesson.nullable(),
  upcoming: z.array(PhoneLesson),
});
export type PairedSite = z.infer<typeof PairedSite>;

export const siteRoutes = {
  reportSiteHealth: route({
    method: 'POST',
    path: '/site/health',
    summary: 'How this screen is',
    access: ['site'],
    body: SiteHealth,
    reply: Nothing,
    errors: ['tooManyRequests'],
  }),
  listSites: route({
    method: 'GET',
    path: '/sites',
    summary: 'Enrolled screens and how they are: of the administered schools, or of one of them',
    access: admins,
    query: z.object({ schoolId: SchoolId.optional() }),
    reply: z.object({ sites: z.array(KeptSite) }),
    errors: ['forbidden'],
  }),
  /** Done within seconds, or when the screen is on again. What is set stays until somebody sets it otherwise: here, in a lesson or at the screen. */
  orderSite: route({
    method: 'POST',
    path: '/sites/{siteId}/orders',
    summary:
      'Have a screen reload itself, or set its camera, microphone, volume or layout, in a lesson and for the next',
    access: admins,
    params: siteParams,
    body: SiteOrder,
    reply: Nothing,
    errors: ['forbidden', 'notFound'],
  }),
  unenrolSite: route({
    method: 'DELETE',
    path: '/sites/{siteId}/enrolment',
    summary: 'Sign a screen out of its classroom, and unpair all its phones',
    access: admins,
    params: siteParams,
    reply: Nothing,
    errors: ['forbidden', 'notFound'],
  }),
  pairPhone: route({
    method: 'POST',
    path: '/site-phones',
    summary: 'Pair with the screen whose code this is: a teacher of its school stands in front of it',
    access: ['teacher'],
    body: z.object({ code: z.string().trim().min(8).max(64) }),
    reply: z.object({ siteId: SiteId, classroomName: z.string(), schoolName: z.string() }),
    status: 201,
    errors: ['pairingCodeInvalid', 'forbidden', 'tooManyRequests'],
  }),
  listPairedSites: route({
    method: 'GET',
    path: '/site-phones',
    summary: 'The classrooms that the own phone is paired with, with their lessons and courseware',
    access: ['teacher'],
    reply: z.object({ sites: z.array(PairedSite), serverNowMs: z.int() }),
  }),
  unpairPhone: route({
    method: 'DELETE',
    path: '/sites/{siteId}/phones/{personId}',
    summary: 'End a pairing: the own one, or any of a school that one administers',
    access: ['teacher', ...admins],
    params: siteParams.extend({ personId: PersonId }),
    reply: Nothing,
    errors: ['forbidden', 'notFound'],
  }),
  joinAsPhone: route({
    method: 'POST',
    path: '/sites/{siteId}/phone/join',
    summary: 'A join token for the lesson that the paired classroom is in: a co-teacher’s seat beside the pupils',
    access: ['teacher'],
    params: siteParams,
    body: z.object({ lessonId: LessonId }),
    reply: JoinGrant,
    errors: ['forbidden', 'notFound', 'conflict', 'lessonEnded', 'lessonNotOpen', 'waitingForTeacher'],
  }),
} as const;
