import * as z from 'zod';
import { notice, request } from './define.ts';
import { CoursewareId } from './ids.ts';
import { InkStroke } from './ink.ts';
import { COURSEWARE_MAX_PAGES, PageSize } from './rest/courseware.ts';

/** The page of a teacher's file that everybody sees (SPEC B). */

export const ShownPage = z.object({
  coursewareId: CoursewareId,
  fileName: z.string(),
  /** From 1. */
  page: z.int(),
  pageCount: z.int(),
  /** In pixels, so that its place is kept before it has come. */
  size: PageSize,
  /** Signed address below which the pictures of all its pages lie (`coursewarePageName`); null for the whiteboard, which has none. */
  pagesUrl: z.string().nullable(),
});
export type ShownPage = z.infer<typeof ShownPage>;

const nothing = z.object({});

export const pageRequests = {
  /** Turns to a page, or puts another file on the board. Errors: `notFound` for what is not of this lesson or not ready, and behind its end. */
  showPage: request({
    needs: 'showPages',
    params: z.object({ coursewareId: CoursewareId, page: z.int().min(1).max(COURSEWARE_MAX_PAGES) }),
    result: nothing,
  }),
  hidePage: request({ needs: 'showPages', params: nothing, result: nothing }),
} as const;

export const pageNotices = {
  /** With what is written on it. */
  pageShown: notice(z.object({ page: ShownPage.nullable(), strokes: z.array(InkStroke) })),
} as const;
