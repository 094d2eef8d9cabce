import * as z from 'zod';

/**
 * `slides/index.json` beside a recording's views or film: the board as stills, for lines that carry no moving picture. Each picture holds until the
 * next one; URIs are relative to the index.
 */
export const Slide = z.object({
  atUs: z.int().nonnegative(),
  /** Null where there is nothing to be seen. */
  uri: z.string().nullable(),
  bytes: z.int().nonnegative(),
  /** Set for a page (of a file, or of the whiteboard): until when it was all that was on the board. Absent for what is taken from a moving picture. */
  pageUntilUs: z.int().nonnegative().exactOptional(),
});
export type Slide = z.infer<typeof Slide>;

export const SlideIndex = z.object({
  version: z.literal(1),
  /** What `atUs` counts: session time as in `PlayIndex`, or the finished film's own. */
  clock: z.enum(['session', 'film']),
  width: z.int().positive(),
  height: z.int().positive(),
  slides: z.array(Slide),
});
export type SlideIndex = z.infer<typeof SlideIndex>;
