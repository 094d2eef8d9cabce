import * as z from 'zod';
import { route } from '../define.ts';
import { RecordingId, RecordingLinkId, SchoolId } from '../ids.ts';
import { Playback, RecordingSummary } from './recordings.ts';
import { Nothing } from './shapes.ts';

/** The recording as something that is reviewed, shared, given to a partner school, and held. */
const managers = ['teacher', 'schoolAdmin', 'districtAdmin'] as const;
const admins = ['schoolAdmin', 'districtAdmin'] as const;
const recordingParams = z.object({ recordingId: RecordingId });
const refused = ['forbidden', 'notFound', 'conflict'] as const;

/** A year: what is meant for longer belongs on the school's own pages. */
export const MAX_LINK_DAYS = 366;

export const RecordingLink = z.object({
  linkId: RecordingLinkId,
  label: z.string(),
  allowsDownload: z.boolean(),
  createdByName: z.string(),
  createdAtMs: z.int(),
  expiresAtMs: z.int(),
  openedCount: z.int(),
  openedAtMs: z.int().nullable(),
});
export type RecordingLink = z.infer<typeof RecordingLink>;

/** A school that a recording may be given to, and since when it has it. */
export const CopyTarget = z.object({ schoolId: SchoolId, schoolName: z.string(), copiedAtMs: z.int().nullable() });
export type CopyTarget = z.infer<typeof CopyTarget>;

export const publishingRoutes = {
  publishRecording: route({
    method: 'POST',
    path: '/recordings/{recordingId}/publication',
    summary: 'Publish a draft: whom it is for can watch it from now on',
    access: managers,
    params: recordingParams,
    reply: RecordingSummary,
    errors: refused,
  }),
  unpublishRecording: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}/publication',
    summary: 'Make it a draft again, which only its managers see; links show nothing meanwhile',
    access: managers,
    params: recordingParams,
    reply: RecordingSummary,
    errors: refused,
  }),
  holdRecording: route({
    method: 'PUT',
    path: '/recordings/{recordingId}/hold',
    summary: 'Keep a recording whole for as long as its matter is open: no deletion, no expiry, nobody erased',
    access: admins,
    params: recordingParams,
    body: z.object({ reason: z.string().trim().min(1).max(200) }),
    reply: RecordingSummary,
    errors: refused,
  }),
  releaseRecording: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}/hold',
    summary: 'End the hold',
    access: admins,
    params: recordingParams,
    reply: RecordingSummary,
    errors: refused,
  }),
  createRecordingLink: route({
    method: 'POST',
    path: '/recordings/{recordingId}/links',
    summary: 'A link that shows this one recording to whoever holds it; the token is shown once',
    access: managers,
    params: recordingParams,
    body: z.object({
      label: z.string().trim().max(60).default(''),
      days: z.int().min(1).max(MAX_LINK_DAYS).default(30),
      allowsDownload: z.boolean().default(false),
    }),
    reply: RecordingLink.extend({ token: z.string(), url: z.string() }),
    status: 201,
    errors: refused,
  }),
  listRecordingLinks: route({
    method: 'GET',
    path: '/recordings/{recordingId}/links',
    summary: 'Links of a recording that have neither expired nor been revoked',
    access: managers,
    params: recordingParams,
    reply: z.object({
      /** The school allows links; while it does not, none of them opens. */
      areAllowed: z.boolean(),
      links: z.array(RecordingLink),
    }),
    errors: refused,
  }),
  revokeRecordingLink: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}/links/{linkId}',
    summary: 'Make a link invalid, also for those who are watching by it',
    access: managers,
    params: recordingParams.extend({ linkId: RecordingLinkId }),
    reply: Nothing,
    errors: refused,
  }),
  openShared: route({
    method: 'POST',
    path: '/shared/{token}/playback',
    summary: 'What a link to a recording shows, with signed media URLs that are good only while the link is',
    access: ['public'],
    opensByToken: true,
    params: z.object({ token: z.string().max(200) }),
    reply: Playback,
    errors: ['invitationExpired', 'conflict', 'tooManyRequests'],
  }),
  listRecordingCopies: route({
    method: 'GET',
    path: '/recordings/{recordingId}/copies',
    summary: 'Partner schools, and which of them have a copy',
    access: managers,
    params: recordingParams,
    reply: z.object({ schools: z.array(CopyTarget) }),
    errors: refused,
  }),
  copyRecording: route({
    method: 'POST',
    path: '/recordings/{recordingId}/copies',
    summary: 'Give a partner school a copy for its own library, with its own title, description and visibility',
    access: managers,
    params: recordingParams,
    body: z.object({ schoolId: SchoolId }),
    reply: CopyTarget,
    status: 201,
    errors: refused,
  }),
} as const;
