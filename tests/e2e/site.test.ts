import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../support/browser/browser.ts';
import { Person } from '../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../support/demo-lessons.ts';
import { eventually } from '../support/eventually.ts';
import { Stack } from '../support/stack.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const SITE = { classroom: '空中课堂教室', sender: 3 };
/** Who teaches the classroom on other hours. */
const LECTURERS = [TEACHER, { account: 'chen.laoshi', name: '陈老师' }];
const CAMERA = `[data-testid="tile"][data-name*="${SITE.classroom}"][data-source="camera"] video`;

let stack: Stack;
let browser: Browser;
let teacher: Person;
let site: Person;
let lessonId: string;

beforeAll(async () => {
  stack = await Stack.start();
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  await cancelOtherSkyLessons();
  teacher = await Person.at(stack, browser, TEACHER.sender);
  site = await Person.at(stack, browser, SITE.sender, { viewport: VIEWPORTS.screen });
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** At some hours the demo district's timetable has another lesson for this classroom; here it has one. */
async function cancelOtherSkyLessons(): Promise<void> {
  for (const { account, name } of LECTURERS) {
    const client = await signedIn(stack, account);
    const { lessons } = await client.call('home', {});
    for (const lesson of lessons) {
      if (lesson.kind !== 'sky' || lesson.lessonId === lessonId || lesson.lecturerName !== name) continue;
      await client.call('cancelLesson', { params: { lessonId: lesson.lessonId } });
    }
  }
}

const signIs = (talking: boolean) =>
  eventually(() => site.page.getByTestId('talk-sign').getAttribute('data-talking')).toBe(String(talking));

/** Board and lecturer move on the classroom's screen, and the classroom hears the lecturer. */
async function siteFollows(): Promise<void> {
  await site.page.getByTestId('site-room').waitFor();
  await site.seesAdvancing(site.tile(TEACHER.name, 'screen'), TEACHER.sender + 100);
  await site.seesAdvancing(site.tile(TEACHER.name), TEACHER.sender);
  await site.hears(TEACHER.sender);
}

/** The classroom among those in the room, as the teacher's people panel lists it. */
async function inPeoplePanel() {
  await teacher.openPanel('people');
  return teacher.page.locator(`[data-testid="participant"][data-name*="${SITE.classroom}"]`);
}

describe('the screen of a listening classroom that nobody attends', () => {
  it('is enrolled once with a code and then waits for the lecturer by itself', async () => {
    const code = (await stack.demoSignIns()).find((one) => one.role === 'site' && one.name === SITE.classroom);
    if (code === undefined) throw new Error('no enrolment code');
    await site.page.goto('/site');
    await site.page.getByTestId('enrolment-code').fill(code.password);
    await site.page.getByTestId('site-enrol').getByRole('button').click();
    await site.page.getByTestId('site-waiting').filter({ hasText: '望庐山瀑布' }).waitFor();
  });

  it('joins by itself when the lecturer is in; shows board and lecturer, and sounds', async () => {
    await teacher.signIn(TEACHER.account);
    await teacher.enterLesson(lessonId);
    await teacher.untilInside();
    await teacher.page.getByTestId('control-screen').click();
    await siteFollows();
    await teacher.seesAdvancing(CAMERA, SITE.sender);
  });

  it('is heard only while called on (G5)', async () => {
    await signIs(false);
    await teacher.hearsNot(SITE.sender);
    const classroom = await inPeoplePanel();
    await classroom.getByTestId('participant-menu').click();
    await teacher.page.getByTestId('participant-invite').click();
    await signIs(true);
    await teacher.hears(SITE.sender);
    await classroom.getByTestId('participant-menu').click();
    await teacher.page.getByTestId('participant-take-off').click();
    await signIs(false);
    await teacher.hearsNot(SITE.sender);
  });

  it('is heard only while somebody there holds the button (G5)', async () => {
    await site.page.keyboard.down('Space');
    await signIs(true);
    await teacher.hears(SITE.sender);
    await site.page.keyboard.up('Space');
    await signIs(false);
    await teacher.hearsNot(SITE.sender);
  });

  it('is back by itself after a reload', async () => {
    await site.page.reload();
    await siteFollows();
    await teacher.seesAdvancing(CAMERA, SITE.sender);
    expect(await (await inPeoplePanel()).count()).toBe(1);
  });

  it('is back by itself after its browser has crashed and started again', async () => {
    const context = site.page.context();
    const { cookies } = await context.storageState();
    const crashed = site.page.waitForEvent('crash');
    await Promise.all([crashed, site.page.goto('chrome://crash').catch(() => undefined)]);
    await context.close();
    site = await Person.at(stack, browser, SITE.sender, {
      viewport: VIEWPORTS.screen,
      storageState: { cookies, origins: [] },
    });
    await site.page.goto('/site');
    await siteFollows();
    await teacher.seesAdvancing(CAMERA, SITE.sender);
    await teacher.hearsNot(SITE.sender);
    const classroom = await inPeoplePanel();
    await eventually(() => classroom.count()).toBe(1);
  });

  it('shows the clock again when the lesson ends', async () => {
    await teacher.page.getByTestId('control-leave').click();
    await teacher.page.getByTestId('leave-end').click();
    await teacher.page.getByTestId('end-confirm').click();
    await site.page.getByTestId('site-room').waitFor({ state: 'detached' });
    await site.page.getByTestId('site-idle').waitFor();
    await site.page.reload();
    await site.page.getByTestId('site-idle').waitFor();
  });
});
