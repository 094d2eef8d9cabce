import type { Person } from '../support/browser/person.ts';
import { shoot, snap } from './camera.ts';
import { inEnglish } from './cast.ts';
import type { Cast } from './cast.ts';

const ACCOUNT = 'wu.laoshi';
/** So that the pictures show a take of some length. */
const TAKE_MS = 5_000;

const untilState = ({ page }: Person, state: 'none' | 'recording' | 'paused') =>
  page.locator(`[data-testid="recorder-state"][data-state="${state}"]`).waitFor();

/** A micro-lesson from the home page to its end. */
export async function takeMicroLesson(cast: Cast): Promise<void> {
  const teacher = await cast.signedIn(ACCOUNT, 'teacher');
  const { page } = teacher;
  await page.getByTestId('micro').click();
  await page.getByTestId('micro-title').waitFor();
  await shoot(page, 'micro-new');
  await page.getByTestId('micro-create').click();
  await page.getByTestId('enter-room').waitFor();
  await shoot(page, 'micro-prepare');
  await teacher.passPreparation();
  await teacher.untilInside();
  await untilState(teacher, 'none');
  await page.getByTestId('control-screen').click();
  await shoot(page, 'micro-ready');
  await page.getByTestId('recorder-start').click();
  await page.locator('[data-testid="take-countdown"][data-left="2"]').waitFor();
  await snap(page, 'micro-countdown-laptop');
  await untilState(teacher, 'recording');
  await page.waitForTimeout(TAKE_MS);
  await shoot(page, 'micro-recording');
  await inEnglish(page, async () => {
    await teacher.untilInside();
    await untilState(teacher, 'recording');
    await shoot(page, 'micro-recording-en', ['laptop']);
  });
  await teacher.untilInside();
  await page.getByTestId('recorder-redo').click();
  await page.getByTestId('redo-confirm').waitFor();
  await shoot(page, 'micro-redo');
  await page.getByTestId('redo-keep').click();
  await untilState(teacher, 'paused');
  await shoot(page, 'micro-paused');
  await page.goto('/');
  await page.getByTestId('micro-unfinished').waitFor();
  await shoot(page, 'micro-unfinished', ['phone', 'laptop']);
  await page.getByTestId('micro-unfinished').getByRole('link').click();
  await teacher.untilInside();
  await page.getByTestId('recorder-finish').click();
  await page.getByTestId('end-confirm').waitFor();
  await shoot(page, 'micro-finish', ['phone', 'laptop']);
  await page.getByTestId('end-confirm').click();
  await page.getByTestId('closed').waitFor();
  await shoot(page, 'micro-ended', ['laptop']);
  await teacher.close();
}
