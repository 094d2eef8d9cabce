import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { shoot, snap } from './camera.ts';
import { schoolIdOf, type Cast } from './cast.ts';

const TEACHER = 'wu.laoshi';
const PUPILS = [
  ['ye.zihan', 'pupil'],
  ['hu.kexin', 'otherPupil'],
  ['zhu.yuhang', 'pupil'],
] as const;

/** As the page asks for it. */
const FLOATING = { width: 380, height: 560 };

/** The pupils' cameras that only the teacher sees, and the panel over what the teacher shares. */
export async function takeWall(cast: Cast): Promise<void> {
  const administrator = await signedIn(cast.stack, 'zhou.xiaozhang');
  const schoolId = await schoolIdOf(administrator);
  await administrator.call('changeSchool', { params: { schoolId }, body: { settings: { allowsClassWall: true } } });
  const lessonId = await lessonIdOf(await signedIn(cast.stack, TEACHER), '认识分数');
  const teacher = await cast.inLesson(TEACHER, 'teacher', lessonId);
  const { page } = teacher;
  const pupils = [];
  for (const [account, look] of PUPILS) pupils.push(await cast.inLesson(account, look, lessonId));
  await teacher.openPanel('people');
  await page.getByTestId('wall-tab').click();
  await page.getByTestId('wall').waitFor();
  await shoot(page, 'wall-off');
  await page.getByTestId('wall-switch').click();
  for (const [index, pupil] of pupils.entries()) {
    await pupil.page.getByTestId('wall-question').waitFor();
    if (index === 0) await shoot(pupil.page, 'pupil-wall-question');
    await pupil.page.getByTestId('wall-show').click();
    await pupil.page.getByTestId('wall-own').waitFor();
    if (index === 0) await shoot(pupil.page, 'pupil-wall');
  }
  await page
    .getByTestId('wall-face')
    .nth(PUPILS.length - 1)
    .waitFor();
  await shoot(page, 'wall');
  await page.getByTestId('wall-enlarge').click();
  await page.getByTestId('wall-large').waitFor();
  await shoot(page, 'wall-large');
  await page.getByTestId('wall-shrink').click();
  const opening = page.context().waitForEvent('page');
  await page.getByTestId('control-screen').click();
  const panel = await opening;
  await panel.getByTestId('float-panel').waitFor();
  // Without a desktop it is as large as the page that it belongs to.
  await panel.setViewportSize(FLOATING);
  await pupils[0]?.page.getByTestId('control-hand').click();
  await panel.getByTestId('invite-to-stage').waitFor();
  await snap(panel, 'float-hands');
  await panel.getByTestId('float-faces').click();
  await panel.getByTestId('wall-face').first().waitFor();
  await page.waitForTimeout(1_000);
  await snap(panel, 'float-faces');
  for (const person of [teacher, ...pupils]) await person.close();
}
