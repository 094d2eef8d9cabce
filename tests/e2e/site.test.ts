import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../support/browser/browser.ts';
import { Person } from '../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { cancelOtherSkyLessons, DEMO_CLASSROOM, enrolSite } from '../support/districts/demo-site.ts';
import { eventually } from '../support/eventually.ts';
import { Stack } from '../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const SITE = { classroom: DEMO_CLASSROOM, sender: 3 };
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
  await cancelOtherSkyLessons(stack, lessonId);
  teacher = await Person.at(stack, browser, TEACHER.sender);
  site = await Person.at(stack, browser, SITE.sender, { viewport: VIEWPORTS.screen });
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

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
    await enrolSite(stack, site);
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
