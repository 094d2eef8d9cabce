import * as z from 'zod';
import { MAX_CAPTION_FILE_CHARACTERS } from '../caption-file.ts';
import { CaptionCue, CaptionCues, LanguageTag } from '../captions.ts';
import { route } from '../define.ts';
import { RecordingId } from '../ids.ts';
import { BaseVersion, Nothing, QueryVersion } from './shapes.ts';

/** How a version came about: somebody's file, speech recognition, or the editor. */
export const CaptionOrigin = z.enum(['file', 'recognition', 'editor']);
export type CaptionOrigin = z.infer<typeof CaptionOrigin>;

/** What a list calls them; empty for the language's own name. */
const Label = z.string().trim().max(40);

export const CaptionSummary = z.object({
  language: LanguageTag,
  label: Label,
  version: z.int().positive(),
  origin: CaptionOrigin,
  cueCount: z.int(),
  savedAtMs: z.int(),
});
export type CaptionSummary = z.infer<typeof CaptionSummary>;

/** Why speech recognition gave no captions; the log has the rest. */
export const RecognitionFailure = z.enum([
  'cancelled',
  'noSpeech',
  'commandMissing',
  'commandFailed',
  'timeout',
  'badOutput',
  'tooMuchOutput',
  'nothingRecorded',
  'internal',
]);
export type RecognitionFailure = z.infer<typeof RecognitionFailure>;

export const Recognition = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting'), language: LanguageTag }),
  z.object({ state: z.literal('running'), language: LanguageTag, fraction: z.number().nullable() }),
  z.object({
    state: z.literal('failed'),
    language: LanguageTag,
    failure: RecognitionFailure,
    /** Exit code, line of bad output; null when there is none to tell. */
    detail: z.string().nullable(),
  }),
]);
export type Recognition = z.infer<typeof Recognition>;

const Ranges = z.array(z.object({ fromMs: z.int(), toMs: z.int() }));
/** Ranges of session time that are left out of each way to watch; both are the same but for the minutes after an edit. */
const LeftOut = z.object({ film: Ranges, views: Ranges });

const recordingParams = z.object({ recordingId: RecordingId });
const captionParams = recordingParams.extend({ language: LanguageTag });
const managers = ['teacher', 'schoolAdmin', 'districtAdmin'] as const;
/** `conflict` when somebody has saved another version meanwhile. */
const baseVersion = BaseVersion;

const CaptionList = z.object({
  captions: z.array(CaptionSummary),
  /** Not of a copy: captions belong to its origin. */
  mayManage: z.boolean(),
  leftOut: LeftOut,
  /** For managers where a recorder offers speech recognition; null else. */
  recognition: z.object({ languages: z.array(LanguageTag), current: z.array(Recognition) }).nullable(),
});
const CaptionText = CaptionSummary.extend({ cues: z.array(CaptionCue), leftOut: LeftOut });
const sharedParams = z.object({ token: z.string().max(200) });

export const captionRoutes = {
  listCaptions: route({
    method: 'GET',
    path: '/recordings/{recordingId}/captions',
    summary: 'Languages that a recording has captions in',
    access: ['person'],
    params: recordingParams,
    reply: CaptionList,
    errors: ['notFound'],
  }),
  getCaptions: route({
    method: 'GET',
    path: '/recordings/{recordingId}/captions/{language}',
    summary: 'Captions in one language as they are published, in session time; all that is kept for managers',
    access: ['person'],
    params: captionParams,
    query: z.object({
      /** Also what the edition leaves out. */
      all: z.literal('yes').optional(),
      version: QueryVersion.optional(),
    }),
    reply: CaptionText,
    errors: ['forbidden', 'notFound'],
  }),
  listSharedCaptions: route({
    method: 'GET',
    path: '/shared/{token}/captions',
    summary: 'Languages that a recording has captions in, by a link to it',
    access: ['public'],
    opensByToken: true,
    params: sharedParams,
    reply: CaptionList,
    errors: ['invitationExpired', 'conflict', 'tooManyRequests'],
  }),
  getSharedCaptions: route({
    method: 'GET',
    path: '/shared/{token}/captions/{language}',
    summary: 'Captions in one language as they are published, by a link to the recording',
    access: ['public'],
    opensByToken: true,
    params: sharedParams.extend({ language: LanguageTag }),
    reply: CaptionText,
    errors: ['invitationExpired', 'conflict', 'notFound', 'tooManyRequests'],
  }),
  listCaptionVersions: route({
    method: 'GET',
    path: '/recordings/{recordingId}/captions/{language}/versions',
    summary: 'What is kept of the captions in one language, newest first',
    access: managers,
    params: captionParams,
    reply: z.object({ versions: z.array(CaptionSummary.extend({ savedByName: z.string().nullable() })) }),
    errors: ['forbidden', 'notFound'],
  }),
  saveCaptions: route({
    method: 'PUT',
    path: '/recordings/{recordingId}/captions/{language}',
    summary: 'Save a new version, in session time',
    access: managers,
    params: captionParams,
    body: z.object({ label: Label, baseVersion, cues: CaptionCues }),
    reply: CaptionSummary,
    errors: ['forbidden', 'notFound', 'conflict', 'invalidInput', 'payloadTooLarge'],
  }),
  uploadCaptions: route({
    method: 'POST',
    path: '/recordings/{recordingId}/captions/{language}/file',
    summary: 'Save a WebVTT or SubRip file as a new version; its times are the film’s, or session time',
    access: managers,
    params: captionParams,
    body: z.object({
      label: Label,
      baseVersion,
      file: z.string().min(1).max(MAX_CAPTION_FILE_CHARACTERS),
      times: z.enum(['film', 'session']).default('film'),
    }),
    reply: CaptionSummary,
    status: 201,
    errors: ['forbidden', 'notFound', 'conflict', 'invalidInput', 'payloadTooLarge'],
  }),
  deleteCaptions: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}/captions/{language}',
    summary: 'Delete the captions of one language; refused (`conflict`) while the recording is held',
    access: managers,
    params: captionParams,
    reply: Nothing,
    errors: ['forbidden', 'notFound', 'conflict'],
  }),
  recogniseCaptions: route({
    method: 'POST',
    path: '/recordings/{recordingId}/captions/{language}/recognition',
    summary: 'Make captions by speech recognition, track by track; they become a new version',
    access: managers,
    params: captionParams,
    reply: Nothing,
    status: 202,
    errors: ['forbidden', 'notFound', 'conflict', 'unavailable'],
  }),
  cancelRecognition: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}/captions/{language}/recognition',
    summary: 'Stop speech recognition',
    access: managers,
    params: captionParams,
    reply: Nothing,
    errors: ['forbidden', 'notFound', 'unavailable'],
  }),
} as const;
