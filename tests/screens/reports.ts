import { setTimeout as pause } from 'node:timers/promises';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { signedIn } from '../support/districts/demo-lessons.ts';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';
import type { HeldLesson } from './held-lesson.ts';

const TEACHER = 'lin.laoshi';
/** Who watches which part of what has gone by since they opened it: the seconds count only as far as the clock has passed them. */
const VIEWERS = [
  { account: 'wang.xiaoming', from: 0, to: 1 },
  { account: 'li.xinyi', from: 0.3, to: 0.9 },
] as const;
const WATCHED_MS = 20_000;

async function watch(cast: Cast, recordingId: RecordingId): Promise<void> {
  const clients = await Promise.all(VIEWERS.map(({ account }) => signedIn(cast.stack, account)));
  const params = { recordingId };
  for (const client of clients) await client.call('openPlayback', { params });
  await pause(WATCHED_MS);
  for (const [index, { from, to }] of VIEWERS.entries()) {
    const [fromMs, toMs] = [Math.round(WATCHED_MS * from), Math.round(WATCHED_MS * to)];
    const spans = [{ fromMs, toMs, tookMs: toMs - fromMs }];
    await clients[index]?.call('reportWatching', { params, body: { spans } });
  }
}

/** What a teacher learns afterwards: who watched what, and who was there. */
export async function takeReports(cast: Cast, held: HeldLesson): Promise<void> {
  const recordingId = await held.untilReady();
  await watch(cast, recordingId);
  const teacher = await cast.signedIn(TEACHER, 'teacher');
  const { page } = teacher;
  await page.goto(`/watch/${recordingId}/statistics`);
  await page.getByTestId('viewer-row').first().waitFor();
  await shoot(page, 'statistics');
  await page.goto(`/lessons/${held.lessonId}/report`);
  await page.getByTestId('report-person').first().waitFor();
  await shoot(page, 'lesson-report');
  await page.getByTestId('report-person').getByRole('link').first().click();
  await page.getByRole('heading', { level: 1, name: '答题记录' }).waitFor();
  await shoot(page, 'answers');
  await teacher.close();
}
