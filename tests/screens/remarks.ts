import type { Page } from 'playwright-core';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';
import type { HeldLesson } from './held-lesson.ts';

async function openPlayer(page: Page, recordingId: RecordingId, tab: string): Promise<void> {
  await page.goto(`/watch/${recordingId}`);
  await page.locator('[data-testid="player"][data-phase="ready"]').waitFor();
  // The bar stays while nothing plays.
  await page.keyboard.press('k');
  for (let step = 0; step < 2; step += 1) await page.keyboard.press('ArrowRight');
  await page.getByTestId('player-side-toggle').click();
  await page.getByTestId(`side-tab-${tab}`).click();
}

async function write(page: Page, kind: 'note' | 'question' | 'observation', text: string): Promise<void> {
  await page.getByTestId(`remark-text-${kind}`).fill(text);
  await page.getByTestId('remark-send').click();
  await page.getByTestId('remark').filter({ hasText: text }).waitFor();
}

/** A pupil's notes and question, its answer, and what a colleague observes, each beside the pictures. */
export async function takeRemarks(cast: Cast, held: HeldLesson): Promise<void> {
  const recordingId = await held.untilReady();
  const pupil = await cast.signedIn('wang.xiaoming', 'pupil');
  await openPlayer(pupil.page, recordingId, 'note');
  await write(pupil.page, 'note', '“紫烟”是阳光照在水汽上的颜色，要会背。');
  await shoot(pupil.page, 'player-notes');
  await pupil.page.getByTestId('side-tab-question').click();
  await write(pupil.page, 'question', '老师，“银河落九天”的“九天”有多高？');
  await shoot(pupil.page, 'player-questions');
  await pupil.close();
  const teacher = await cast.signedIn('lin.laoshi', 'teacher');
  await openPlayer(teacher.page, recordingId, 'question');
  await teacher.page.getByTestId('remark').first().waitFor();
  await shoot(teacher.page, 'player-to-answer');
  await teacher.close();
  const colleague = await cast.signedIn('guli.laoshi', 'teacher');
  await openPlayer(colleague.page, recordingId, 'observation');
  await shoot(colleague.page, 'player-observation-empty', ['laptop']);
  await write(colleague.page, 'observation', '导入自然，先看图再读诗，学生很快进入情境。');
  await colleague.page.getByText('建议').first().click();
  await write(colleague.page, 'observation', '这一问可以多等几秒，让更多学生想一想。');
  await shoot(colleague.page, 'player-observation');
  await colleague.close();
}
