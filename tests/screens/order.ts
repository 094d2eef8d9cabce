import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import type { Person } from '../support/browser/person.ts';
import { shoot } from './camera.ts';
import { schoolIdOf, type Cast } from './cast.ts';
import { takeDesk } from './doors.ts';

const LECTURER = 'lin.laoshi';
const ADMINISTRATOR = 'zhou.xiaozhang';
const WORDS = ['坏蛋', '笨猪', '滚开'];

async function write({ page }: Person, text: string): Promise<void> {
  await page.getByTestId('chat-input').fill(text);
  await page.getByTestId('chat-send').click();
}

/** A message of the lecturer's that a pupil reports, and how the other teacher sees it, who is answered. */
async function takeReport(cast: Cast, lecturer: Person, pupil: Person, lessonId: string): Promise<Person> {
  const other = await cast.inLesson('guli.laoshi', 'teacher', lessonId);
  await lecturer.openPanel('chat');
  await write(lecturer, '你怎么又不会');
  const message = pupil.page.getByTestId('chat-message').filter({ hasText: '你怎么又不会' });
  await message.getByTestId('report-message').click();
  await pupil.page.getByTestId('report-confirm').waitFor();
  await shoot(pupil.page, 'pupil-report');
  await pupil.page.getByTestId('report-confirm').click();
  await pupil.page.getByTestId('report-sent').waitFor();
  await other.openPanel('people');
  await other.page.getByTestId('report').waitFor();
  await shoot(other.page, 'room-report');
  return other;
}

/** Order in class: its rules, a word that is refused, a report; and what the school's desk has of it. */
export async function takeOrder(cast: Cast): Promise<void> {
  const administrator = await signedIn(cast.stack, ADMINISTRATOR);
  const schoolId = await schoolIdOf(administrator);
  await takeDesk(cast, ADMINISTRATOR, ['order'], 'empty');
  await administrator.call('setRefusedWords', { params: { schoolId }, body: { words: WORDS } });
  const lessonId = await lessonIdOf(await signedIn(cast.stack, LECTURER), '望庐山瀑布');
  const lecturer = await cast.inLesson(LECTURER, 'teacher', lessonId);
  const pupil = await cast.inLesson('wang.xiaoming', 'pupil', lessonId);
  await pupil.openPanel('chat');
  await write(pupil, '他是坏蛋');
  await pupil.page.locator('[data-testid="complaint"][data-code="wordRefused"]').waitFor();
  await shoot(pupil.page, 'pupil-word-refused');
  const other = await takeReport(cast, lecturer, pupil, lessonId);
  await takeDesk(cast, ADMINISTRATOR, ['order']);
  await pupil.page.reload();
  await pupil.untilInside();
  await lecturer.openPanel('tools');
  await lecturer.page.getByTestId('tool-order').click();
  await lecturer.page.getByTestId('rule-chat-teachers').click();
  await shoot(lecturer.page, 'tool-order');
  await pupil.openPanel('chat');
  await pupil.page.getByTestId('chat-closed').waitFor();
  await shoot(pupil.page, 'pupil-chat-closed');
  for (const person of [lecturer, other, pupil]) await person.close();
}
