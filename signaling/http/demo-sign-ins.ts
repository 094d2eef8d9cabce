import * as z from 'zod';
import { ClassroomId } from '../protocol/ids.ts';

/** One line of `DATA_DIR/demo.json`: a person who signs in. */
export const DemoSignIn = z.object({
  account: z.string(),
  password: z.string(),
  role: z.string(),
  name: z.string(),
  school: z.string(),
});
export type DemoSignIn = z.infer<typeof DemoSignIn>;

/** One line of `DATA_DIR/demo-sites.json`: a classroom, and the code that any screen becomes its screen with. */
export const DemoSite = z.object({
  classroomId: ClassroomId,
  classroom: z.string(),
  school: z.string(),
  code: z.string(),
});
export type DemoSite = z.infer<typeof DemoSite>;

/** Who and what a demo district lets in; nobody and nothing elsewhere. */
export interface DemoEntrances {
  readonly signIns: readonly DemoSignIn[];
  readonly sites: readonly DemoSite[];
}
