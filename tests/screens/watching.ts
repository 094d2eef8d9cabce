import type { Page } from 'playwright-core';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { signedIn } from '../support/districts/demo-lessons.ts';
import type { RestClient } from '../support/clients/rest-client.ts';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';

const TEACHER = 'lin.laoshi';
/** Who watches, and from which to which part of what has gone by since they opened it. */
const VIEWERS = [
  { account: 'wang.xiaoming', from: 0, to: 1 },
  { account: 'li.xinyi', from: 0.3, to: 0.9 },
] as const;
const LAYOUTS = ['pip', 'board', 'lecturer', 'slides'] as const;

interface Viewer {
  readonly client: RestClient;
  readonly openedAtMs: number;
  readonly from: number;
  readonly to: number;
}

/** Pupils who watch from now on; their seconds count only as far as the clock has passed them. */
export async function startWatching(cast: Cast, recordingId: RecordingId): Promise<readonly Viewer[]> {
  return Promise.all(
    VIEWERS.map(async ({ account, from, to }) => {
      const client = await signedIn(cast.stack, account);
      await client.call('openPlayback', { params: { recordingId } });
      return { client, openedAtMs: Date.now(), from, to };
    }),
  );
}

/** Each way to see the two pictures, from the layout menu; the page shows the player. */
export async function takeLayouts(page: Page): Promise<void> {
  for (const layout of LAYOUTS) {
    await chooseLayout(page, layout);
    if (layout === 'slides') await page.getByTestId('player-slides').waitFor();
    await shoot(page, `player-${layout}`);
  }
  // The next page begins as for somebody who has never chosen.
  await page.evaluate(() => localStorage.removeItem('tongke.player'));
}

async function chooseLayout(page: Page, layout: (typeof LAYOUTS)[number]): Promise<void> {
  // The bar goes to sleep while it plays.
  await page.mouse.move(300, 300);
  await page.mouse.move(320, 320);
  await page.getByTestId('player-layout').click();
  await page.getByTestId(`player-layout-${layout}`).click();
}

/** What a teacher learns afterwards: who watched what, and who was there. */
export async function takeReports(
  cast: Cast,
  { recordingId, lessonId, viewers }: { recordingId: RecordingId; lessonId: string; viewers: readonly Viewer[] },
): Promise<void> {
  for (const { client, openedAtMs, from, to } of viewers) {
    const passedMs = Date.now() - openedAtMs;
    const [fromMs, toMs] = [Math.round(passedMs * from), Math.round(passedMs * to)];
    const spans = [{ fromMs, toMs, tookMs: toMs - fromMs }];
    await client.call('reportWatching', { params: { recordingId }, body: { spans } });
  }
  const teacher = await cast.signedIn(TEACHER, 'teacher');
  const { page } = teacher;
  await page.goto(`/watch/${recordingId}/statistics`);
  await page.getByTestId('viewer-row').first().waitFor();
  await shoot(page, 'statistics');
  await page.goto(`/lessons/${lessonId}/report`);
  await page.getByTestId('report-person').first().waitFor();
  await shoot(page, 'lesson-report');
  await teacher.close();
}

/** Notes, questions and marks beside the pictures. */
export async function takeRemarks(cast: Cast, recordingId: RecordingId): Promise<void> {
  const pupil = await cast.signedIn('wang.xiaoming', 'pupil');
  const { page } = pupil;
  await page.goto(`/watch/${recordingId}`);
  await page.locator('[data-testid="player"][data-phase="ready"]').waitFor();
  await page.keyboard.press('n');
  await page.getByTestId('remark-text-note').fill('“紫烟”是阳光照在水汽上的颜色，要会背。');
  await page.getByTestId('remark-send').click();
  await page.getByTestId('remark').first().waitFor();
  await page.getByTestId('side-tab-question').click();
  await page.getByTestId('remark-text-question').fill('老师，“银河落九天”的“九天”有多高？');
  await page.getByTestId('remark-send').click();
  await page.getByTestId('remark').first().waitFor();
  await shoot(page, 'player-remarks');
  await pupil.close();
}
