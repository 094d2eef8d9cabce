import * as z from 'zod';
import { route } from '../define.ts';
import { LessonId, PersonId, RecordingId, SchoolId } from '../ids.ts';
import { LessonKind, LessonOrigin } from '../seats.ts';
import { LARGEST, Nothing, PageQuery, page, QueryInstant } from './shapes.ts';
import { UploadRefusal } from './uploads.ts';

/**
 * - `recording`: the lesson is running. `finishing`: it has ended, the tail is on its way (seconds).
 * - `playable`: board and lecturer side by side. `producing`: the same, and the composed film is being made.
 * - `ready`: composed too. `failed`: could not be composed (still playable when `hasViews`).
 */
export const RecordingPhase = z.enum(['recording', 'finishing', 'playable', 'producing', 'ready', 'failed']);
export type RecordingPhase = z.infer<typeof RecordingPhase>;

/**
 * Whom a published recording is for: those whom the lesson concerned, everybody of the schools that took part, of their partner schools too, or of
 * the district.
 */
export const RecordingVisibility = z.enum(['lesson', 'school', 'partners', 'district']);
export type RecordingVisibility = z.infer<typeof RecordingVisibility>;

export const RecordingTextKind = z.enum(['chapter', 'caption']);
export type RecordingTextKind = z.infer<typeof RecordingTextKind>;

/**
 * Why a film could not be composed; pages have words for each.
 *
 * - `nothingRecorded`: there is neither picture nor sound. `sourceLost`: what was captured can no longer be found.
 * - `diskFull`, `storeAway`: no room, or no way to the object store, for longer than it could be waited out.
 * - `encoderFailed`, `stalled`: ffmpeg gave up, or made no progress. `workerLost`: whoever worked on it died, again and again.
 * - `unreadable`: what was captured could not be put in order, so nothing can be played either.
 */
export const ProductionFailure = z.enum([
  'nothingRecorded',
  'sourceLost',
  'diskFull',
  'storeAway',
  'encoderFailed',
  'stalled',
  'workerLost',
  'unreadable',
  'unknown',
]);
export type ProductionFailure = z.infer<typeof ProductionFailure>;

/** Why there is no film: it could not be composed, or what was uploaded is none. */
export const RecordingFailure = z.enum([...ProductionFailure.options, ...UploadRefusal.options]);
export type RecordingFailure = z.infer<typeof RecordingFailure>;

export const RecordingSummary = z.object({
  recordingId: RecordingId,
  lessonId: LessonId,
  kind: LessonKind,
  lessonOrigin: LessonOrigin,
  title: z.string(),
  description: z.string(),
  subject: z.string().nullable(),
  /** As a manager has written it; null: that of the class groups that attended. */
  grade: z.string().nullable(),
  /** Beside the series of the timetable. */
  series: z.string().nullable(),
  /** The school that answers for it. */
  schoolId: SchoolId,
  schoolName: z.string(),
  /** Of a copy: the school that gave it. */
  originSchoolName: z.string().nullable(),
  lecturerId: PersonId,
  lecturerName: z.string(),
  phase: RecordingPhase,
  hasViews: z.boolean(),
  /** There is something to watch, but what may be shown of it is still being made. */
  isPreparing: z.boolean(),
  isComposed: z.boolean(),
  startedAtMs: z.int(),
  durationMs: z.int().nullable(),
  /** Production, 0–1, while `producing`. */
  progress: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** When `failed`. */
  failure: RecordingFailure.nullable(),
  posterUrl: z.string().nullable(),
  /** Where the asking person stopped, ms. */
  positionMs: z.int().nullable(),
  visibility: RecordingVisibility,
  /** A draft is seen by its managers alone. */
  isPublished: z.boolean(),
  /** When it goes by itself; null: never. */
  expiresAtMs: z.int().nullable(),
  /** Nothing may be taken out of it; told to its managers alone. */
  isHeld: z.boolean(),
  holdReason: z.string().nullable(),
  mayManage: z.boolean(),
  /** May compose, edit and share what is in it, which of a copy nobody may. */
  mayProduce: z.boolean(),
  mayHold: z.boolean(),
  mayDownload: z.boolean(),
  /** What the managers have set for everybody else. */
  allowsDownload: z.boolean(),
});
export type RecordingSummary = z.infer<typeof RecordingSummary>;

/** The whole recording, whatever editions cut out. */
export const WHOLE_TIMELINE = -1;

/**
 * Which time line an instant of play lies on: the number of the edition whose cuts it leaves out. Whoever tells or asks of instants names that of what
 * they play, since another edition may count by then; without it, that of what is shown now is meant.
 */
export const TimelineNumber = z.int().min(WHOLE_TIMELINE).max(LARGEST);

/** A recording with signed, expiring URLs of everything playable. */
export const Playback = z.object({
  recording: RecordingSummary,
  expiresAtMs: z.int(),
  /** `PlayIndex` JSON of board and lecturer; URIs in it are relative to it. */
  viewsIndexUrl: z.string().nullable(),
  /** `SlideIndex` JSON: the board of those views as stills. It comes some minutes after class; 404 until then. */
  viewsSlidesUrl: z.string().nullable(),
  /** Chapters of those views as WebVTT, there as soon as the index is complete; 404 until then, and of older recordings. */
  viewsChaptersUrl: z.string().nullable(),
  composed: z
    .object({
      masterUrl: z.string(),
      thumbnailsUrl: z.string(),
      posterUrl: z.string(),
      chaptersUrl: z.string().nullable(),
      /** `Waveform` JSON: the outline of the sound. */
      waveformUrl: z.string().nullable(),
      /** `SlideIndex` JSON of the film; older films have none (404). */
      slidesUrl: z.string(),
    })
    .nullable(),
  downloadUrl: z.string().nullable(),
  timelines: z.object({ film: TimelineNumber, views: TimelineNumber }),
  /** The viewer, to be shown over what is played; null when the school does not want it, or nobody knows who it is. */
  watermark: z.string().nullable(),
});
export type Playback = z.infer<typeof Playback>;

/** Free text that may be taken away again. */
const optionalText = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .nullable()
    .transform((text) => (text === '' ? null : text));

const recordingParams = z.object({ recordingId: RecordingId });
const managers = ['teacher', 'schoolAdmin', 'districtAdmin'] as const;

export const recordingRoutes = {
  listRecordings: route({
    method: 'GET',
    path: '/recordings',
    summary: 'The library: recordings that the person may watch, newest first',
    access: ['person'],
    query: PageQuery.extend({
      schoolId: SchoolId.optional(),
      subject: z.string().max(40).optional(),
      fromMs: QueryInstant.optional(),
      toMs: QueryInstant.optional(),
      /** Of a class group that attended. */
      grade: z.string().max(40).optional(),
      seriesId: z.string().max(64).optional(),
      /** The name of a series given freely. */
      series: z.string().max(60).optional(),
      /** Only what the person has begun and not finished, what was watched last first. */
      begun: z.literal('yes').optional(),
      /** Only drafts that the person manages, or only what is published. */
      state: z.enum(['draft', 'published']).optional(),
    }),
    reply: page(
      RecordingSummary.extend({
        /** Where what was searched for is said. */
        hit: z.object({ kind: RecordingTextKind, atMs: z.int(), text: z.string() }).nullable(),
      }),
    ),
  }),
  libraryFilters: route({
    method: 'GET',
    path: '/library/filters',
    summary: 'What the recordings that the person may watch can be told apart by',
    access: ['person'],
    reply: z.object({
      schools: z.array(z.object({ schoolId: SchoolId, name: z.string() })),
      subjects: z.array(z.string()),
      grades: z.array(z.string()),
      series: z.array(z.object({ seriesId: z.string().nullable(), title: z.string() })),
    }),
  }),
  getRecording: route({
    method: 'GET',
    path: '/recordings/{recordingId}',
    summary: 'One recording',
    access: ['person'],
    params: recordingParams,
    reply: RecordingSummary,
    errors: ['notFound'],
  }),
  /** Signed URLs are valid 2 h; ask again when they expire (rights are checked again then). */
  openPlayback: route({
    method: 'POST',
    path: '/recordings/{recordingId}/playback',
    summary: 'Signed, expiring media URLs of everything playable',
    access: ['person'],
    params: recordingParams,
    reply: Playback,
    errors: ['notFound', 'conflict'],
  }),
  savePosition: route({
    method: 'PUT',
    path: '/recordings/{recordingId}/position',
    summary: 'Where the person stopped watching',
    access: ['person'],
    params: recordingParams,
    body: z.object({ positionMs: z.int().min(0).max(86_400_000), timeline: TimelineNumber.optional() }),
    reply: Nothing,
    errors: ['notFound'],
  }),
  changeRecording: route({
    method: 'PATCH',
    path: '/recordings/{recordingId}',
    summary: 'Change what is written about it, whom it is for, and whether it may be downloaded',
    access: managers,
    params: recordingParams,
    body: z
      .object({
        title: z.string().trim().min(1).max(80),
        description: z.string().trim().max(2_000),
        subject: optionalText(40),
        grade: optionalText(20),
        series: optionalText(60),
        allowsDownload: z.boolean(),
        visibility: RecordingVisibility,
      })
      .partial(),
    reply: RecordingSummary,
    errors: ['forbidden', 'notFound', 'invalidInput', 'conflict'],
  }),
  retryProduction: route({
    method: 'POST',
    path: '/recordings/{recordingId}/production',
    summary: 'Compose (again)',
    access: managers,
    params: recordingParams,
    reply: RecordingSummary,
    status: 202,
    errors: ['forbidden', 'notFound', 'conflict', 'unavailable'],
  }),
  cancelProduction: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}/production',
    summary: 'Stop composing; the recording stays playable',
    access: managers,
    params: recordingParams,
    reply: RecordingSummary,
    errors: ['forbidden', 'notFound', 'conflict', 'unavailable'],
  }),
  deleteRecording: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}',
    summary: 'Delete a recording with all its media',
    access: managers,
    params: recordingParams,
    reply: Nothing,
    errors: ['forbidden', 'notFound', 'conflict'],
  }),
} as const;
