import type { Person } from '../browser/person.ts';
import { signedIn } from './demo-lessons.ts';
import type { Stack } from '../stands/stack.ts';

/** The demo district's classroom with a screen. */
export const DEMO_CLASSROOM = '空中课堂教室';

/** Who teaches it on one hour or another. */
const LECTURERS = [
  { account: 'lin.laoshi', name: '林老师' },
  { account: 'chen.laoshi', name: '陈老师' },
];

/** At some hours the demo district's timetable has another lesson for this classroom; afterwards it has this one. */
export async function cancelOtherSkyLessons(stack: Stack, lessonId: string): Promise<void> {
  for (const { account, name } of LECTURERS) {
    const client = await signedIn(stack, account);
    const { lessons } = await client.call('home', {});
    for (const lesson of lessons) {
      if (lesson.kind !== 'sky' || lesson.lessonId === lessonId || lesson.lecturerName !== name) continue;
      await client.call('cancelLesson', { params: { lessonId: lesson.lessonId } });
    }
  }
}

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
