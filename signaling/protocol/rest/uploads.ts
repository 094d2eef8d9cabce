import * as z from 'zod';
import { route } from '../define.ts';
import { ClassGroupId, RecordingId } from '../ids.ts';
import { LessonSummary, Nothing } from './shapes.ts';

/**
 * Videos that exist already. `createUpload` says what will come; its bytes go to `dataPath` by the tus protocol 1.0 (core: `HEAD` and
 * `PATCH`), and the last byte makes a recording with the upload's id.
 */
const teaching = ['teacher', 'schoolAdmin'] as const;
const uploadParams = z.object({ uploadId: RecordingId });

/** Below the API's prefix; followed by the upload's id. */
export const UPLOAD_DATA_PATH = '/upload-data';

export const FilmFacts = z.object({
  title: z.string().trim().min(1).max(80),
  subject: z.string().trim().max(40).nullable().default(null),
  /** Classes of the own or a listening school whose pupils may watch it. */
  classGroupIds: z.array(ClassGroupId).max(50).default([]),
});

/** An upload that is not finished. */
export const UploadSummary = z.object({
  uploadId: RecordingId,
  title: z.string(),
  subject: z.string().nullable(),
  fileName: z.string(),
  bytes: z.int(),
  receivedBytes: z.int(),
  /** Left alone until then, it is thrown away. */
  expiresAtMs: z.int(),
  dataPath: z.string(),
});
export type UploadSummary = z.infer<typeof UploadSummary>;

/** Why a file cannot become a recording: `failure` of a recording, and `details.refusal` of `unsupportedMedia`. */
export const UploadRefusal = z.enum([
  'image',
  'archive',
  'document',
  'text',
  'playlist',
  'audioOnly',
  'notVideo',
  'codec',
  'damaged',
  'tooLong',
  'tooLarge',
  'tooManyStreams',
]);
export type UploadRefusal = z.infer<typeof UploadRefusal>;

/** Far beyond what any deployment takes, and a number that everything counts with exactly. */
const MOST_BYTES = 2 ** 50;

export const uploadRoutes = {
  createUpload: route({
    method: 'POST',
    path: '/uploads',
    summary: 'Announce a video; its bytes then go to `dataPath` by tus 1.0',
    access: teaching,
    body: FilmFacts.extend({
      fileName: z.string().trim().min(1).max(255),
      bytes: z.int().positive().max(MOST_BYTES),
    }),
    reply: UploadSummary,
    status: 201,
    errors: ['forbidden', 'invalidInput', 'payloadTooLarge', 'tooManyRequests', 'conflict', 'storageFull'],
  }),
  listUploads: route({
    method: 'GET',
    path: '/uploads',
    summary: 'Own unfinished uploads, oldest first',
    access: teaching,
    reply: z.object({ uploads: z.array(UploadSummary), maxBytes: z.int() }),
  }),
  cancelUpload: route({
    method: 'DELETE',
    path: '/uploads/{uploadId}',
    summary: 'Throw an unfinished upload away',
    access: teaching,
    params: uploadParams,
    reply: Nothing,
    errors: ['notFound', 'conflict'],
  }),
  createMicroLesson: route({
    method: 'POST',
    path: '/micro-lessons',
    summary: 'A room in which the asking teacher records a micro-lesson alone',
    access: ['teacher'],
    body: FilmFacts,
    reply: LessonSummary,
    status: 201,
    errors: ['forbidden', 'invalidInput', 'tooManyRequests'],
  }),
} as const;
