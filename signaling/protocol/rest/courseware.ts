import * as z from 'zod';
import { route } from '../define.ts';
import { CoursewareId, LessonId } from '../ids.ts';
import { Nothing } from './shapes.ts';

/**
 * Files of pages that are shown in a lesson. `createCourseware` says what will come; its bytes go to `dataPath` by one `PUT`. Each page becomes
 * a picture, which everybody in the room gets over the signed media route.
 */
const teaching = ['teacher', 'schoolAdmin', 'districtAdmin'] as const;
const lessonParams = z.object({ lessonId: LessonId });

/** Below the API's prefix; followed by the courseware's id. */
export const COURSEWARE_DATA_PATH = '/courseware-data';

export const COURSEWARE_MAX_BYTES = 50 * 1024 * 1024;
export const COURSEWARE_MAX_PAGES = 200;
export const COURSEWARE_MAX_FILES = 40;

export const CoursewareKind = z.enum(['pdf', 'picture', 'office']);
export type CoursewareKind = z.infer<typeof CoursewareKind>;

export const CoursewareState = z.enum(['receiving', 'preparing', 'ready', 'failed']);
export type CoursewareState = z.infer<typeof CoursewareState>;

/**
 * - `damaged`: nothing could read it.
 * - `locked`: it asks for a password.
 * - `tooManyPages`: more than `COURSEWARE_MAX_PAGES`.
 * - `tooHeavy`: a page takes more time or memory than it may.
 * - `noOffice`: a presentation, and this machine has no LibreOffice.
 */
export const CoursewareFailure = z.enum(['damaged', 'locked', 'tooManyPages', 'tooHeavy', 'noOffice', 'unknown']);
export type CoursewareFailure = z.infer<typeof CoursewareFailure>;

export const PageSize = z.object({ width: z.int().positive(), height: z.int().positive() });
export type PageSize = z.infer<typeof PageSize>;

/** Name of a page's picture below the base address of its file; `page` from 1. */
export const coursewarePageName = (page: number, size: 'page' | 'thumb'): string =>
  `${size}-${String(page).padStart(3, '0')}.webp`;

export const CoursewareItem = z.object({
  coursewareId: CoursewareId,
  fileName: z.string(),
  bytes: z.int(),
  state: CoursewareState,
  failure: CoursewareFailure.nullable(),
  /** Of every page in order; empty unless it is ready. */
  pages: z.array(PageSize),
  /** Pages that are done while it is being prepared. */
  pagesDone: z.int(),
  /** Signed address below which `coursewarePageName` lies; null unless it is ready. */
  pagesUrl: z.string().nullable(),
});
export type CoursewareItem = z.infer<typeof CoursewareItem>;

export const coursewareRoutes = {
  listCourseware: route({
    method: 'GET',
    path: '/lessons/{lessonId}/courseware',
    summary: 'What the teachers of a lesson have uploaded for it, first uploaded first',
    access: teaching,
    params: lessonParams,
    reply: z.object({ courseware: z.array(CoursewareItem) }),
    errors: ['forbidden', 'notFound'],
  }),
  createCourseware: route({
    method: 'POST',
    path: '/lessons/{lessonId}/courseware',
    summary: 'Announce a file of pages; its bytes then go to `dataPath` by PUT',
    access: teaching,
    params: lessonParams,
    body: z.object({
      fileName: z.string().trim().min(1).max(255),
      bytes: z.int().positive().max(COURSEWARE_MAX_BYTES),
    }),
    reply: z.object({ coursewareId: CoursewareId, dataPath: z.string() }),
    status: 201,
    errors: ['forbidden', 'invalidInput', 'notFound', 'conflict', 'tooManyRequests', 'storageFull'],
  }),
  removeCourseware: route({
    method: 'DELETE',
    path: '/courseware/{coursewareId}',
    summary: 'Take a file of pages out of its lesson; what was shown of it stays in the recording',
    access: teaching,
    params: z.object({ coursewareId: CoursewareId }),
    reply: Nothing,
    errors: ['forbidden', 'notFound', 'conflict'],
  }),
} as const;
