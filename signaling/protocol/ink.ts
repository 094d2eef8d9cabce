import * as z from 'zod';
import { notice, request } from './define.ts';
import { CoursewareId, SeatId, StrokeId } from './ids.ts';
import { COURSEWARE_MAX_PAGES } from './rest/courseware.ts';

/** What is written on the page that everybody sees (SPEC I). */

/** A file of empty pages that every lesson has. */
export const WHITEBOARD = {
  coursewareId: CoursewareId.parse('whiteboard'),
  pages: 20,
  width: 1_920,
  height: 1_080,
} as const;

export const InkColour = z.enum(['black', 'red', 'blue', 'green']);
export type InkColour = z.infer<typeof InkColour>;

/** A page is so many units wide and so many high, whatever its shape. */
export const INK_UNITS = 10_000;
/** Numbers in one message: 60 points, four times what a quick hand draws while the next is waited for. Each goes to every page, also on a poor line. */
export const INK_MAX_SENT = 120;

/** x, y, x, y, … in `INK_UNITS`. */
const Points = z.array(z.int().min(0).max(INK_UNITS)).refine((points) => points.length % 2 === 0);

export const InkStroke = z.object({
  strokeId: StrokeId,
  seatId: SeatId,
  colour: InkColour,
  points: Points,
});
export type InkStroke = z.infer<typeof InkStroke>;

/** Part of the snapshot. */
export const PageInk = z.object({
  /** Of the page that is shown, first drawn first. */
  strokes: z.array(InkStroke),
  /** Whether the class may write too. */
  isOpen: z.boolean(),
});
export type PageInk = z.infer<typeof PageInk>;

const onPage = { coursewareId: CoursewareId, page: z.int().min(1).max(COURSEWARE_MAX_PAGES) };
const nothing = z.object({});

export const inkRequests = {
  /**
   * Begins a stroke on the page that is shown, or goes on with it: `from` is how many numbers of it were sent before, so that what comes twice counts
   * once. Errors: `forbidden` unless the class may write, `safeMode`, `conflict` for another page, a hole, or a page that is full, `tooManyRequests`.
   */
  drawInk: request({
    needs: 'seated',
    params: z.object({
      ...onPage,
      strokeId: StrokeId,
      colour: InkColour,
      from: z.int().min(0),
      points: Points.min(2).max(INK_MAX_SENT),
    }),
    result: nothing,
  }),
  /** Takes a stroke away: one's own, a teacher any. Idempotent. */
  undoInk: request({ needs: 'seated', params: z.object({ ...onPage, strokeId: StrokeId }), result: nothing }),
  clearInk: request({ needs: 'showPages', params: z.object(onPage), result: nothing }),
  setInkOpen: request({ needs: 'showPages', params: z.object({ isOpen: z.boolean() }), result: nothing }),
} as const;

export const inkNotices = {
  /** What many hands have added in a moment. `points` are those of the stroke from the number `from` on: a page may have some of them already. */
  inkDrawn: notice(z.object({ ...onPage, parts: z.array(InkStroke.extend({ from: z.int() })) })),
  /** Null: all of the page. */
  inkRemoved: notice(z.object({ ...onPage, strokeId: StrokeId.nullable() })),
  inkOpened: notice(z.object({ isOpen: z.boolean() })),
} as const;
