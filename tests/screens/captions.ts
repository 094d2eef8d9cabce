import { signedIn } from '../support/districts/demo-lessons.ts';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';
import type { HeldLesson } from './held-lesson.ts';

const TEACHER = 'lin.laoshi';
const SPOKEN = [
  ['林老师', '同学们好，今天我们学习李白的《望庐山瀑布》。'],
  ['林老师', '日照香炉生紫烟，遥看瀑布挂前川。'],
  ['林老师', '“生”字写出了什么？哪位同学来说一说？'],
  ['陈晓明', '它写出了烟云慢慢升起来的样子。'],
  ['林老师', '说得非常好，请坐。'],
] as const;
const EACH_MS = 3_000;

/** A recording with captions: over the picture with their transcript, and as their managers see them. */
export async function takeCaptions(cast: Cast, held: HeldLesson): Promise<void> {
  const recordingId = await held.untilReady();
  const lecturer = await signedIn(cast.stack, TEACHER);
  const cues = SPOKEN.map(([voice, text], index) => ({
    ...{ voice, text },
    fromMs: index * EACH_MS,
    toMs: (index + 1) * EACH_MS - 200,
  }));
  const params = { recordingId, language: 'zh-CN' };
  await lecturer.call('saveCaptions', { params, body: { label: '', baseVersion: 0, cues } });
  const teacher = await cast.signedIn(TEACHER, 'teacher');
  const { page } = teacher;
  await page.goto(`/watch/${recordingId}`);
  await page.locator('[data-testid="player"][data-phase="ready"]').waitFor();
  await page.keyboard.press('k');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('c');
  await page.getByTestId('player-side-toggle').click();
  await page.getByTestId('side-tab-captions').click();
  await page.getByTestId('transcript-line').first().waitFor();
  await shoot(page, 'player-captions');
  await page.goto(`/watch/${recordingId}/captions`);
  await page.getByTestId('captions-zh-CN').waitFor();
  await shoot(page, 'captions');
  await page.goto(`/watch/${recordingId}/captions/zh-CN`);
  await page.getByTestId('cue-form').waitFor();
  await shoot(page, 'captions-editor');
  await teacher.close();
}
