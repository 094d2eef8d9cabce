import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';
import type { HeldLesson } from './held-lesson.ts';

const MADE_WITHIN_MS = 240_000;
const ALL = ['phone', 'laptop', 'screen'] as const;
const TABS = ['chapters', 'people', 'history'] as const;

/** The editor with something cut, and what it keeps beside the time line. */
export async function takeEditor(cast: Cast, held: HeldLesson): Promise<void> {
  const teacher = await cast.signedIn('lin.laoshi', 'teacher');
  const { page } = teacher;
  await page.goto(`/watch/${await held.untilReady()}/edit`);
  await page.getByTestId('editor-waveform').waitFor({ timeout: MADE_WITHIN_MS });
  for (let second = 0; second < 3; second += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('o');
  await page.getByTestId('editor-cut-button').click();
  await shoot(page, 'editor', ALL, page.getByRole('heading', { level: 1 }));
  for (const tab of TABS) {
    await page.getByTestId(`editor-tab-${tab}`).click();
    await shoot(page, `editor-${tab}`, ALL, page.getByTestId('editor-save'));
  }
  await teacher.close();
}
