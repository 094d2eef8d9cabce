import * as z from 'zod';
import { route } from '../define.ts';
import { ClassGroupId, InvitationId, LessonId, PersonId, RecordingId, RoomId, SeatId } from '../ids.ts';
import { IceServer, RtpCapabilities, TransportPair } from '../media.ts';
import { LessonFacts } from '../room.ts';
import { LessonKind, SeatKind } from '../seats.ts';
import { changeOf, ClassroomIds, DisplayName, Instant, LessonSummary, Nothing, QueryInstant } from './shapes.ts';

const lessonParams = z.object({ lessonId: LessonId });
const teaching = ['teacher', 'schoolAdmin', 'districtAdmin'] as const;

const LessonTimes = { startsAtMs: Instant, endsAtMs: Instant };

export const NewLesson = z.object({
  kind: LessonKind,
  title: z.string().trim().min(1).max(80),
  subject: z.string().trim().max(40).nullable().default(null),
  /** The asking teacher when left out; administrators may name another. */
  lecturerId: PersonId.optional(),
  classGroupIds: z.array(ClassGroupId).max(50).default([]),
  /** Listening classrooms of a sky lesson; must be paired with the lecturing school; at most `MOST_CLASSROOMS`. */
  classroomIds: ClassroomIds.default([]),
  /** The school's setting when left out. */
  isRecorded: z.boolean().optional(),
  /** The other lessons that a teacher or a class has at the time are known; a classroom is never in two. */
  allowsClashes: z.boolean().default(false),
  ...LessonTimes,
});

const RecordingLine = z.object({ recordingId: RecordingId, title: z.string(), startedAtMs: z.int() });

/** Answer to a join: a single-use token for `{home}/enter`. */
export const JoinGrant = z.object({
  joinToken: z.string(),
  /** Path prefix of the signaling process that holds the room, `/api/v1/rooms/{roomId}`. */
  home: z.string(),
  roomId: RoomId,
  seat: SeatKind,
  displayName: z.string(),
  lesson: LessonFacts,
});

export const Invitation = z.object({
  invitationId: InvitationId,
  lessonId: LessonId,
  label: z.string(),
  seat: z.enum(['guardian', 'guest']),
  expiresAtMs: z.int(),
});

export const lessonRoutes = {
  home: route({
    method: 'GET',
    path: '/home',
    summary: 'Today for the signed-in person: lessons in time order and what waits',
    access: ['person'],
    reply: z.object({
      lessons: z.array(LessonSummary),
      /** Recordings of the last 14 days that the person may watch, newest first. */
      recordings: z.array(RecordingLine),
      /** Drafts that wait for the person's review, newest first. */
      drafts: z.array(RecordingLine),
      mayTeach: z.boolean(),
      mayAdminister: z.boolean(),
      serverNowMs: z.int(),
    }),
  }),
  listLessons: route({
    method: 'GET',
    path: '/lessons',
    summary: 'Lessons within a time range that the person may see',
    access: ['person'],
    query: z.object({ fromMs: QueryInstant, toMs: QueryInstant }),
    reply: z.object({ lessons: z.array(LessonSummary) }),
    errors: ['invalidInput'],
  }),
  createLesson: route({
    method: 'POST',
    path: '/lessons',
    summary: 'Schedule a lesson, or make an ad-hoc one that starts now',
    access: teaching,
    body: NewLesson,
    reply: LessonSummary,
    status: 201,
    errors: ['invalidInput', 'forbidden', 'conflict', 'tooManyRequests'],
  }),
  getLesson: route({
    method: 'GET',
    path: '/lessons/{lessonId}',
    summary: 'One lesson',
    access: ['person'],
    params: lessonParams,
    reply: LessonSummary,
    errors: ['notFound'],
  }),
  changeLesson: route({
    method: 'PATCH',
    path: '/lessons/{lessonId}',
    summary: 'Change a scheduled lesson',
    access: teaching,
    params: lessonParams,
    body: changeOf(NewLesson.omit({ kind: true })),
    reply: LessonSummary,
    errors: ['invalidInput', 'forbidden', 'notFound', 'conflict'],
  }),
  cancelLesson: route({
    method: 'DELETE',
    path: '/lessons/{lessonId}',
    summary: 'Cancel a scheduled lesson',
    access: teaching,
    params: lessonParams,
    reply: Nothing,
    errors: ['forbidden', 'notFound', 'conflict'],
  }),
  joinLesson: route({
    method: 'POST',
    path: '/lessons/{lessonId}/join',
    summary: 'Check the right to join and give a single-use join token (5 min)',
    access: ['person', 'site'],
    params: lessonParams,
    reply: JoinGrant,
    errors: ['forbidden', 'notFound', 'lessonNotOpen', 'lessonEnded', 'removedFromRoom'],
  }),
  enterRoom: route({
    method: 'POST',
    path: '/rooms/{roomId}/enter',
    summary: 'Take the seat: seat token, router capabilities and ready-made transports',
    access: ['public'],
    opensByToken: true,
    params: z.object({ roomId: RoomId }),
    body: z.object({ joinToken: z.string().max(4096) }),
    reply: z.object({
      seatId: SeatId,
      seatToken: z.string(),
      phase: z.enum(['waiting', 'inside']),
      iceServers: z.array(IceServer),
      routerRtpCapabilities: RtpCapabilities.nullable(),
      transports: TransportPair.nullable(),
    }),
    errors: ['seatTokenInvalid', 'lessonEnded', 'roomFull', 'lobbyFull', 'removedFromRoom', 'unavailable'],
  }),
  createInvitation: route({
    method: 'POST',
    path: '/lessons/{lessonId}/invitations',
    summary: 'An invitation link for people without an account; the token is shown once',
    access: teaching,
    params: lessonParams,
    body: z.object({
      label: z.string().trim().max(60).default(''),
      seat: z.enum(['guardian', 'guest']).default('guardian'),
    }),
    reply: Invitation.extend({ token: z.string(), url: z.string() }),
    status: 201,
    errors: ['forbidden', 'notFound', 'lessonEnded'],
  }),
  listInvitations: route({
    method: 'GET',
    path: '/lessons/{lessonId}/invitations',
    summary: 'Invitations of a lesson',
    access: teaching,
    params: lessonParams,
    reply: z.object({ invitations: z.array(Invitation) }),
    errors: ['forbidden', 'notFound'],
  }),
  revokeInvitation: route({
    method: 'DELETE',
    path: '/lessons/{lessonId}/invitations/{invitationId}',
    summary: 'Make an invitation link invalid',
    access: teaching,
    params: lessonParams.extend({ invitationId: InvitationId }),
    reply: Nothing,
    errors: ['forbidden', 'notFound'],
  }),
  openInvitation: route({
    method: 'GET',
    path: '/invitations/{token}',
    summary: 'What an invitation link leads to',
    access: ['public'],
    opensByToken: true,
    params: z.object({ token: z.string().max(200) }),
    reply: z.object({ lesson: LessonFacts, seat: z.enum(['guardian', 'guest']), label: z.string() }),
    errors: ['invitationExpired', 'tooManyRequests'],
  }),
  joinByInvitation: route({
    method: 'POST',
    path: '/invitations/{token}/join',
    summary: 'A join token for somebody with an invitation link; waits in the lobby',
    access: ['public'],
    opensByToken: true,
    params: z.object({ token: z.string().max(200) }),
    body: z.object({
      displayName: DisplayName,
      /** Guardian: the child's name. */
      wardName: DisplayName.nullable().default(null),
      /** Kept by the browser, so that a reload is the same guest and a removed guest stays removed. */
      guestKey: z
        .string()
        .min(16)
        .max(64)
        .regex(/^[\w-]+$/),
    }),
    reply: JoinGrant,
    errors: ['invitationExpired', 'lessonEnded', 'removedFromRoom', 'tooManyRequests', 'invalidInput', 'wordRefused'],
  }),
} as const;
