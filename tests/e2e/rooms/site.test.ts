import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { DEMO_CLASSROOM, enrolSite } from '../../support/districts/demo-site.ts';
import { SiteId } from '../../../signaling/protocol/ids.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const SITE = { classroom: DEMO_CLASSROOM, sender: 3 };
const CAMERA = `[data-testid="tile"][data-name*="${SITE.classroom}"][data-source="camera"] video`;

let stack: Stack;
let browser: Browser;
let teacher: Person;
let site: Person;
let lessonId: string;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
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
    // Whoever uses this browser otherwise wants to be seen without the room behind.
    await site.page.goto('/sign-in');
    await site.page.evaluate(() => localStorage.setItem('tongke.devices', JSON.stringify({ blur: true })));
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
    const kept = await site.page.evaluate(() => localStorage.getItem('tongke.devices') ?? '{}');
    expect(JSON.parse(kept)).toMatchObject({ sound: 'hall', blur: true });
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

  it('is back by itself after its page has crashed and was opened again', async () => {
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

  it('is back by itself after the server was killed', async () => {
    await stack.kill('signaling');
    await eventually(async () => (await stack.pidsOf('signaling')).length).toBeGreaterThan(0);
    await siteFollows();
    await teacher.seesAdvancing(CAMERA, SITE.sender);
  });

  it('is controlled from the lesson: camera, layout and a fresh start (F2)', async () => {
    const classroom = await inPeoplePanel();
    await classroom.getByTestId('site-controls').locator('summary').click();
    const toTeacher = classroom.getByTestId('site-camera-teacher');
    // The picture outlives the server that was killed; its lines are back a little later.
    await expect
      .poll(
        async () => {
          await toTeacher.click();
          return toTeacher.getAttribute('aria-pressed');
        },
        { timeout: 30_000, interval: 2_000 },
      )
      .toBe('true');
    await teacher.seesAdvancing(CAMERA, SITE.sender + 200);
    await classroom.getByTestId('site-camera-off').click();
    await eventually(() => teacher.page.locator(CAMERA).count()).toBe(0);
    await classroom.getByTestId('site-camera-pupils').click();
    await teacher.seesAdvancing(CAMERA, SITE.sender);
    await classroom.getByTestId('site-layout-people').click();
    await site.page.locator('[data-testid="site-room"][data-view="people"]').waitFor();
    await classroom.getByTestId('site-layout-auto').click();
    await site.page.locator('[data-testid="site-room"][data-view="both"]').waitFor();
    const loaded = site.page.waitForEvent('load');
    await classroom.getByTestId('site-reload').click();
    await loaded;
    await siteFollows();
  });

  it('shows the board on one display and the people on the other, with one seat and one sound (F8)', async () => {
    const opened = site.page.context().waitForEvent('page');
    await site.page.goto('/site?screens=2');
    const second = await opened;
    const lecturer = `[data-testid="tile"][data-name="${TEACHER.name}"]`;
    await second.locator('[data-testid="site-second"][data-view="people"]').waitFor();
    await second.locator(`${lecturer}[data-source="camera"] video`).waitFor();
    await site.page.locator('[data-testid="site-room"][data-view="board"]').waitFor();
    await site.seesAdvancing(site.tile(TEACHER.name, 'screen'), TEACHER.sender + 100);
    await eventually(
      () =>
        second
          .locator(`${lecturer}[data-source="camera"] video`)
          .evaluate((video) => (video as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames),
      'the second display plays',
    ).toBeGreaterThan(10);
    expect(await second.locator('audio').count()).toBe(0);
    expect(await (await inPeoplePanel()).count()).toBe(1);
    await second.close();
    await site.page.goto('/site');
    await siteFollows();
  });

  it('tells who looks after it how it is, and obeys (F9)', async () => {
    const admin = await signedIn(stack, 'ai.xiaozhang');
    const kept = async () => (await admin.call('listSites', { query: {} })).sites[0];
    await eventually(async () => (await kept())?.health?.lessonId).toBe(lessonId);
    expect((await kept())?.health).toMatchObject({
      hasMicrophone: true,
      cameras: [{ role: 'pupils' }, { role: 'teacher' }],
    });
    const siteId = (await kept())?.siteId ?? '';
    await admin.call('orderSite', { params: { siteId: SiteId.parse(siteId) }, body: { kind: 'volume', volume: 40 } });
    await site.page.locator('[data-testid="site-room"][data-volume="40"]').waitFor();
  });

  it('is set from the school desk, in the lesson that it is in (F9)', async () => {
    const admin = await Person.at(stack, browser, 7);
    await admin.signIn('ai.xiaozhang');
    await admin.page.goto('/desk/sites');
    const line = admin.page.locator(`[data-testid="desk-site"][data-name="${SITE.classroom}"]`);
    let loads = 0;
    site.page.on('load', () => (loads += 1));
    const loaded = site.page.waitForEvent('load');
    await line.getByTestId('desk-reload').click();
    await loaded;
    await siteFollows();
    await line.getByTestId('desk-control').click();
    const set = (choice: string) => admin.page.getByTestId('desk-controls').getByTestId(`site-${choice}`).click();
    await set('camera-off');
    await eventually(() => teacher.page.locator(CAMERA).count()).toBe(0);
    await set('camera-pupils');
    await teacher.seesAdvancing(CAMERA, SITE.sender);
    await set('layout-people');
    await site.page.locator('[data-testid="site-room"][data-view="people"]').waitFor();
    const talk = () => site.page.getByTestId('talk-sign').getAttribute('data-talk');
    await set('microphone-off');
    await eventually(talk).toBe('off');
    await set('microphone-on');
    // Half-duplex: it is on, and shut (G5).
    await eventually(talk).toBe('shut');
    await teacher.hearsNot(SITE.sender);
    await site.page.keyboard.down('Space');
    await teacher.hears(SITE.sender);
    await site.page.keyboard.up('Space');
    await signIs(false);
    expect(loads).toBe(1);
    await admin.close();
  });

  it('shows the clock again when the lesson ends', async () => {
    await teacher.endLesson();
    await site.page.getByTestId('site-room').waitFor({ state: 'detached' });
    await site.page.getByTestId('site-idle').waitFor();
    await site.page.reload();
    await site.page.getByTestId('site-idle').waitFor();
  });
});
