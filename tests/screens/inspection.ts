import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';
import { takeDesk } from './doors.ts';

const FIRST = 'lin.laoshi';
const SECOND = 'wu.laoshi';
const INSPECTOR = 'zhou.xiaozhang';
/** So that there is something to tell of who spoke. */
const SPEAKS_MS = 8_000;

const ALL = ['phone', 'laptop', 'screen'] as const;

/** 巡课 from the empty page to a note, how the inspected see it, what a class does, and the figures of school and district. */
export async function takeInspection(cast: Cast): Promise<void> {
  const firstId = await lessonIdOf(await signedIn(cast.stack, FIRST), '望庐山瀑布');
  const secondId = await lessonIdOf(await signedIn(cast.stack, SECOND), '认识分数');
  const inspector = await cast.signedIn(INSPECTOR, 'teacher');
  const { page } = inspector;
  await page.goto('/inspection');
  await page.waitForLoadState('networkidle');
  await shoot(page, 'inspection-empty');
  await page.goto('/');
  const first = await cast.inLesson(FIRST, 'teacher', firstId);
  const second = await cast.inLesson(SECOND, 'teacher', secondId);
  const pupil = await cast.inLesson('wang.xiaoming', 'pupil', firstId);
  await first.page.getByTestId('control-screen').click();
  await pupil.page.getByTestId('control-hand').click();
  await first.openPanel('people');
  await first.page.getByTestId('hand').getByTestId('invite-to-stage').click();
  await pupil.page.getByTestId('accept-stage').click();
  await pupil.untilOn('microphone');
  await page.goto('/inspection');
  const tile = page.locator(`[data-testid="wall-tile"][data-lesson-id="${firstId}"]`);
  await tile.locator('video').first().waitFor();
  await page.locator(`[data-testid="wall-tile"][data-lesson-id="${secondId}"] video`).first().waitFor();
  await page.waitForTimeout(SPEAKS_MS);
  await shoot(page, 'inspection');
  await tile.getByTestId('wall-notes').click();
  await page.getByTestId('note-text').fill('提问有层次，学生参与面广。');
  await page.getByTestId('note-send').click();
  await page.getByTestId('inspection-note').first().waitFor();
  await shoot(page, 'inspection-notes', ALL, page.getByTestId('notes-panel'));
  await shoot(first.page, 'room-inspected');
  await first.openPanel('tools');
  await first.page.getByTestId('tool-activity').click();
  await first.page.getByTestId('activity-entry').first().waitFor();
  await shoot(first.page, 'tool-activity');
  await page.goto('/');
  await takeDesk(cast, INSPECTOR, ['coverage']);
  await takeDesk(cast, 'admin', ['coverage'], 'district');
  await first.page.goto(`/lessons/${firstId}/report`);
  const note = first.page.getByTestId('inspection-note');
  await note.waitFor();
  await shoot(first.page, 'lesson-report-note', ALL, note);
  for (const person of [inspector, first, second, pupil]) await person.close();
}
