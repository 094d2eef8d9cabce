import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { enrolSite } from '../support/districts/demo-site.ts';
import type { Person } from '../support/browser/person.ts';
import { shoot } from './camera.ts';
import { inEnglish } from './cast.ts';
import type { Cast } from './cast.ts';
import { prepareCourseware, showCourseware } from './courseware.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师' };

async function enrolledSite(cast: Cast): Promise<Person> {
  const site = await cast.device('site');
  await enrolSite(cast.stack, site);
  await site.page.getByTestId('site-waiting').waitFor();
  return site;
}

async function say(person: Person, text: string): Promise<void> {
  await person.openPanel('chat');
  await person.page.getByTestId('chat-input').fill(text);
  await person.page.getByTestId('chat-send').click();
}

/** A parent by invitation link: the form, then the lobby. */
async function takeParent(cast: Cast, lessonId: string): Promise<Person> {
  const client = await signedIn(cast.stack, TEACHER.account);
  const { token } = await client.call('createInvitation', { params: { lessonId }, body: { seat: 'guardian' } });
  const parent = await cast.device('parent');
  await parent.page.goto(`/join/${token}`);
  await parent.page.getByTestId('ward-name').fill('王小明');
  await parent.page.getByTestId('guest-name').fill('王奶奶');
  await shoot(parent.page, 'join');
  await parent.page.getByTestId('join').click();
  await parent.page.getByTestId('enter-room').waitFor();
  await shoot(parent.page, 'prepare');
  await parent.passPreparation();
  await parent.page.locator('[data-testid="waiting"][data-cause="lobby"]').waitFor();
  await shoot(parent.page, 'lobby');
  return parent;
}

async function chooseLayout(teacher: Person, layout: 'board' | 'gallery' | 'speaker'): Promise<void> {
  await teacher.openPanel('tools');
  await teacher.page.getByTestId(`layout-${layout}`).click();
}

async function closePanel({ page }: Person): Promise<void> {
  await page.getByTestId('panel-close').click();
}

async function onStage(teacher: Person, pupil: Person): Promise<void> {
  await pupil.page.getByTestId('control-hand').click();
  await teacher.openPanel('people');
  await teacher.page.getByTestId('hand').getByTestId('invite-to-stage').click();
  await pupil.page.getByTestId('accept-stage').waitFor();
  await shoot(pupil.page, 'room-invited', ['phone']);
  await pupil.page.getByTestId('accept-stage').click();
  await pupil.untilOn('camera');
}

async function takePanels(teacher: Person): Promise<void> {
  await teacher.openPanel('people');
  await shoot(teacher.page, 'room-people');
  await teacher.page.getByTestId('roll-tab').click();
  await teacher.page.getByTestId('roll-entry').first().waitFor();
  await shoot(teacher.page, 'room-roll');
  await teacher.openPanel('chat');
  await shoot(teacher.page, 'room-chat');
  await teacher.openPanel('tools');
  await shoot(teacher.page, 'room-tools');
  for (const layout of ['gallery', 'speaker'] as const) {
    await chooseLayout(teacher, layout);
    await closePanel(teacher);
    await shoot(teacher.page, `room-${layout}`);
  }
  await chooseLayout(teacher, 'board');
  await closePanel(teacher);
}

/** A question from the form to its result, and a race, as teacher, pupil and classroom see them. */
async function takeTools(teacher: Person, pupil: Person, site: Person): Promise<void> {
  const { page } = teacher;
  await teacher.openPanel('tools');
  await page.getByTestId('tool-poll').click();
  await page.getByTestId('question-text').fill('“疑是银河落九天”用了什么手法？');
  for (const [index, option] of ['比喻', '拟人', '夸张', '排比'].entries())
    await page.getByTestId(`option-${index}`).fill(option);
  await page.getByTestId('mark-2').click();
  await shoot(page, 'tool-question');
  await page.getByTestId('poll-ask').click();
  await pupil.page.getByTestId('answer-2').click();
  await pupil.page.locator('[data-testid="answer-state"][data-state="sent"]').waitFor();
  await site.page.getByTestId('answer-0').click();
  await page.getByTestId('poll-names-toggle').click();
  await page.getByTestId('named-answer').nth(1).waitFor();
  await shoot(page, 'tool-answers');
  await shoot(pupil.page, 'pupil-question');
  await shoot(site.page, 'site-question');
  await page.getByTestId('poll-publish').click();
  await pupil.page.getByTestId('poll-result').waitFor();
  await shoot(pupil.page, 'pupil-result');
  await shoot(site.page, 'site-result');
  await page.getByTestId('poll-hide').click();
  await page.getByTestId('tool-back').click();
  await page.getByTestId('tool-race').click();
  await page.getByTestId('race-start').click();
  await pupil.page.locator('[data-testid="race-press"][data-state="open"]').waitFor();
  await shoot(pupil.page, 'pupil-race');
  await page.getByTestId('race-end').click();
  await page.getByTestId('tool-back').click();
  await closePanel(teacher);
}

/** One sky lesson from the waiting screen to its end. Answers the lesson that is now a recording. */
export async function takeLesson(cast: Cast): Promise<string> {
  const lessonId = await lessonIdOf(await signedIn(cast.stack, TEACHER.account), '望庐山瀑布');
  const pupil = await cast.signedIn('wang.xiaoming', 'pupil');
  await pupil.enterLesson(lessonId);
  await pupil.page.getByTestId('waiting').waitFor();
  await shoot(pupil.page, 'waiting-for-teacher');
  const site = await enrolledSite(cast);
  await shoot(site.page, 'site-waiting');

  const teacher = await cast.signedIn(TEACHER.account, 'teacher');
  await prepareCourseware(teacher, lessonId);
  await teacher.page.goto(`/room/${lessonId}`);
  await teacher.page.getByTestId('enter-room').waitFor();
  await shoot(teacher.page, 'start-class');
  await teacher.passPreparation();
  await teacher.untilInside();
  await teacher.page.getByTestId('control-screen').click();
  await pupil.untilInside();
  await site.page.getByTestId('site-room').waitFor();
  await onStage(teacher, pupil);
  const other = await cast.signedIn('li.xinyi', 'otherPupil');
  await other.enterLesson(lessonId);
  await other.untilInside();
  await other.page.getByTestId('control-hand').click();
  await closePanel(teacher);
  await shoot(teacher.page, 'room-board');
  await shoot(other.page, 'room-pupil');
  await shoot(site.page, 'site-lesson');

  await say(pupil, '老师，“紫烟”是什么意思？');
  await say(teacher, '很好的问题！我们看看太阳照在香炉峰上的样子。');
  await say(other, '我去过庐山，瀑布真的很高！');
  const parent = await takeParent(cast, lessonId);
  await takePanels(teacher);
  await takeTools(teacher, other, site);
  await showCourseware(teacher, other, site);
  await inEnglish(teacher.page, async () => {
    await teacher.untilInside();
    await teacher.page.getByTestId('control-screen').click();
    await teacher.page.locator(teacher.tile(TEACHER.name, 'screen')).waitFor();
    await shoot(teacher.page, 'room-board-en');
  });
  await teacher.untilInside();
  await teacher.page.getByTestId('control-screen').click();
  await teacher.page.getByTestId('control-leave').click();
  await teacher.page.getByTestId('leave-end').waitFor();
  await shoot(teacher.page, 'room-leave', ['laptop', 'phone']);
  await teacher.page.getByTestId('leave-end').click();
  await teacher.page.getByTestId('end-confirm').click();
  await pupil.page.getByTestId('closed').waitFor();
  await shoot(pupil.page, 'ended');
  await site.page.getByTestId('site-idle').waitFor();
  await shoot(site.page, 'site-idle');
  for (const person of [pupil, other, site, teacher, parent]) await person.close();
  return lessonId;
}
