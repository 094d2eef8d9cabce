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

/**
 * What a stroke's points are: the way of a hand (`marker` is broad and lets through what lies below), first and last what a figure lies between, or where
 * typed words begin.
 */
export const InkShape = z.enum(['pen', 'marker', 'line', 'arrow', 'box', 'oval', 'text']);
export type InkShape = z.infer<typeof InkShape>;

/** A page is so many units wide and so many high, whatever its shape. */
export const INK_UNITS = 10_000;
/** Numbers in one message: 60 points, four times what a quick hand draws while the next is waited for. Each goes to every page, also on a poor line. */
export const INK_MAX_SENT = 120;

/** Characters of one piece of typed words. */
export const INK_MAX_TEXT = 200;

/**
 * What words typed on a page cannot have: films are drawn from SVG, so it is what XML has not (XML 1.0 §2.2); control characters but the line's end; and what
 * turns the direction of writing, as which a refused word would be read backwards.
 */
const NOT_TYPED = /[\u202a-\u202e\u2066-\u2069]|[^\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const InkText = z
  .string()
  .trim()
  .min(1)
  .max(INK_MAX_TEXT)
  .refine((text) => !NOT_TYPED.test(text));

/** What was typed or pasted, as it may stand on a page. */
export const typedText = (text: string): string => text.replaceAll(new RegExp(NOT_TYPED, 'gu'), ' ');

/** x, y, x, y, … in `INK_UNITS`. */
const Points = z.array(z.int().min(0).max(INK_UNITS)).refine((points) => points.length % 2 === 0);

export const InkStroke = z.object({
  strokeId: StrokeId,
  seatId: SeatId,
  colour: InkColour,
  /** Absent in what older versions have written. */
  shape: InkShape.default('pen'),
  /** Of shape `text` alone. */
  text: InkText.optional(),
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
   * once. Errors: `wordRefused`, `forbidden` unless the class may write, `safeMode`, `conflict` for another page, a hole, or a page that is full, `tooManyRequests`.
   */
  drawInk: request({
    needs: 'seated',
    params: z
      .object({
        ...onPage,
        strokeId: StrokeId,
        colour: InkColour,
        shape: InkShape.default('pen'),
        text: InkText.optional(),
        from: z.int().min(0),
        points: Points.min(2).max(INK_MAX_SENT),
      })
      .refine(({ shape, text }) => (shape === 'text') === (text !== undefined), { path: ['text'] })
      // Words come whole, and hang from one point.
      .refine(({ shape, from, points }) => shape !== 'text' || (from === 0 && points.length === 2), {
        path: ['points'],
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
