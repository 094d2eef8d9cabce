import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import type { Person } from '../support/browser/person.ts';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';

const TEACHER = 'lin.laoshi';

async function openTool({ page }: Person): Promise<void> {
  await page.getByTestId('tool-groups').click();
  await page.getByTestId('group-setup').waitFor();
}

/** Groups from their arranging to the teacher's visit, as teacher and pupil see them. */
export async function takeGroups(cast: Cast): Promise<void> {
  const lessonId = await lessonIdOf(await signedIn(cast.stack, TEACHER), '望庐山瀑布');
  const teacher = await cast.inLesson(TEACHER, 'teacher', lessonId);
  const { page } = teacher;
  const pupil = await cast.inLesson('wang.xiaoming', 'pupil', lessonId);
  const others = [
    await cast.inLesson('li.xinyi', 'otherPupil', lessonId),
    await cast.inLesson('zhang.haoran', 'pupil', lessonId),
    await cast.inLesson('liu.zixuan', 'otherPupil', lessonId),
  ];
  await teacher.openPanel('tools');
  await openTool(teacher);
  await page.getByLabel('分几组').selectOption('2');
  await shoot(page, 'groups-nobody-placed');
  await page.getByTestId('groups-shuffle').click();
  await shoot(page, 'groups-placed');
  await page.getByTestId('groups-open').click();
  await page.getByTestId('groups-running').waitFor();
  await pupil.page.getByTestId('group-line').waitFor();
  await pupil.page.getByTestId('control-hand').click();
  const visit = page.locator('[data-calls="true"] [data-testid^="visit-"]');
  await visit.waitFor();
  await page.getByTestId('groups-tell').fill('还有五分钟，请选一位代表来说');
  await shoot(page, 'groups-running');
  await page.getByTestId('groups-tell-send').click();
  await pupil.page.getByTestId('groups-told').waitFor();
  await shoot(pupil.page, 'pupil-group');
  await visit.click();
  await page.getByTestId('group-line').waitFor();
  await page.getByTestId('panel-close').click();
  await shoot(page, 'groups-visit');
  for (const person of [teacher, pupil, ...others]) await person.close();
}
