import type { Person } from '../browser/person.ts';
import type { Stack } from '../stands/stack.ts';

/** The demo district's classroom with a screen. */
export const DEMO_CLASSROOM = '空中课堂教室';

/** The school it is at, and the code for its screen. */
export async function demoClassroom(stack: Stack) {
  const site = (await stack.demoSites()).find(({ classroom }) => classroom === DEMO_CLASSROOM);
  if (site === undefined) throw new Error('the demo district has no such classroom');
  return site;
}

/** Types the classroom's code, once; from then on the screen goes to its lessons by itself. */
export async function enrolSite(stack: Stack, { page }: Person): Promise<void> {
  const { code } = await demoClassroom(stack);
  await page.goto('/site');
  await page.getByTestId('enrolment-code').fill(code);
  await page.getByTestId('site-enrol').getByRole('button').click();
}
