import { shoot } from './camera.ts';
import { inEnglish } from './cast.ts';
import type { Cast } from './cast.ts';

const SCHOOL_DESK = ['timetable', 'calendar', 'people', 'classes', 'classrooms'];
const DISTRICT_DESK = ['pairings', 'schools'];

/** The pages that need no lesson. */
export async function takeDoors(cast: Cast): Promise<void> {
  const visitor = await cast.device('teacher');
  const { page } = visitor;
  await page.goto('/sign-in');
  await page.getByTestId('demo-account').first().waitFor();
  await shoot(page, 'sign-in');
  await inEnglish(page, async () => {
    await page.getByTestId('demo-account').first().waitFor();
    await shoot(page, 'sign-in-en');
  });
  await page.goto('/check');
  await page.getByTestId('check-start').click();
  await page.getByTestId('check-verdict').waitFor();
  await shoot(page, 'connection-check');
  await page.goto('/trust');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await shoot(page, 'trust');
  await page.goto('/site');
  await page.getByTestId('site-enrol').waitFor();
  await shoot(page, 'site-enrol');

  await visitor.signIn('lin.laoshi');
  await page.goto('/');
  await page.getByTestId('next-lesson').waitFor();
  await shoot(page, 'home-teacher');
  await inEnglish(page, async () => {
    await page.getByTestId('next-lesson').waitFor();
    await shoot(page, 'home-teacher-en');
  });
  await page.goto('/calendar');
  await page.getByTestId('make-feed').click();
  await page.getByTestId('feed-url').waitFor();
  await shoot(page, 'calendar-links');
  await page.goto('/devices');
  await page.getByTestId('microphone-level').waitFor();
  await shoot(page, 'device-check');
  await visitor.close();

  const pupil = await cast.signedIn('wang.xiaoming', 'pupil');
  await pupil.page.goto('/');
  await pupil.page.getByTestId('next-lesson').waitFor();
  await shoot(pupil.page, 'home-pupil');
  await pupil.page.goto('/password');
  await pupil.page.getByRole('heading', { level: 1 }).waitFor();
  await shoot(pupil.page, 'password');
  await pupil.close();

  await takeDesk(cast, 'zhou.xiaozhang', SCHOOL_DESK);
  await takeDesk(cast, 'admin', DISTRICT_DESK);
}

/** @param state of which there are several pictures of one section. */
export async function takeDesk(
  cast: Cast,
  account: string,
  sections: readonly string[],
  state?: string,
): Promise<void> {
  const administrator = await cast.signedIn(account, 'teacher');
  const { page } = administrator;
  for (const section of sections) {
    await page.goto(`/desk/${section}`);
    await page.getByTestId(`desk-${section}`).waitFor();
    await page.waitForLoadState('networkidle');
    await shoot(page, ['desk', section, ...(state === undefined ? [] : [state])].join('-'));
  }
  await administrator.close();
}
