import * as z from 'zod';

/** One line of `DATA_DIR/demo.json`. */
export const DemoSignIn = z.object({
  account: z.string(),
  password: z.string(),
  role: z.string(),
  name: z.string(),
  school: z.string(),
});
export type DemoSignIn = z.infer<typeof DemoSignIn>;
