import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Kiosk } from '../../support/browser/kiosk.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { enrolSite } from '../../support/districts/demo-site.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const SITE_SENDER = 3;
const ROOM = '[data-testid="site-room"]';

let stack: Stack;
let browser: Browser;
let teacher: Person;
let kiosk: Kiosk;
let profile: string;
let lessonId: string;

beforeAll(async () => {
  stack = await Stack.start();
  browser = await launchBrowser();
  profile = await mkdtemp(join(tmpdir(), 'tongke-kiosk-'));
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  kiosk = await Kiosk.start(stack, profile, SITE_SENDER);
});
afterAll(async () => {
  await kiosk.close();
  await browser.close();
  await stack.stop();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

const waiting = () => kiosk.screen.page.getByTestId('site-waiting').filter({ hasText: '望庐山瀑布' });

async function startAgain(): Promise<void> {
  kiosk = await Kiosk.start(stack, profile, SITE_SENDER);
}

/** Everything of it, as when its machine is switched off. */
async function stopServer(): Promise<() => Promise<void>> {
  const { port } = new URL(stack.url);
  await stack.stop({ keepData: true });
  return async () => {
    stack = await Stack.start({ PORT: port, DATA_DIR: stack.dataFolder });
  };
}

async function siteFollows(): Promise<void> {
  const { screen } = kiosk;
  await screen.page.locator(ROOM).waitFor();
  await screen.seesAdvancing(screen.tile(TEACHER.name), TEACHER.sender);
  await screen.hears(TEACHER.sender);
}

describe('the computer of a listening classroom without power', () => {
  it('is still enrolled when that happens right after the enrolment, before the browser has written its cookies', async () => {
    await enrolSite(stack, kiosk.screen);
    await waiting().waitFor();
    await kiosk.cutPower();
    await startAgain();
    await waiting().waitFor();
  });

  it('waits for a server that is switched off and on again, and then comes in with the lecturer', async () => {
    const startServer = await stopServer();
    await startServer();
    teacher = await Person.at(stack, browser, TEACHER.sender);
    await teacher.signIn(TEACHER.account);
    await teacher.enterLesson(lessonId);
    await teacher.untilInside();
    await siteFollows();
  });

  it('is back in its lesson by itself, with its volume and layout, and once', async () => {
    const admin = await signedIn(stack, 'ai.xiaozhang');
    const siteId = (await admin.call('listSites', { query: {} })).sites[0]?.siteId ?? ('' as never);
    await admin.call('orderSite', { params: { siteId }, body: { kind: 'volume', volume: 40 } });
    await admin.call('orderSite', { params: { siteId }, body: { kind: 'layout', layout: 'people' } });
    const asSet = `${ROOM}[data-volume="40"][data-view="people"]`;
    await kiosk.screen.page.locator(asSet).waitFor();
    await kiosk.cutPower();
    await startAgain();
    await kiosk.screen.page.locator(asSet).waitFor();
    await siteFollows();
    await teacher.openPanel('people');
    await expect
      .poll(() => teacher.page.locator('[data-testid="participant"][data-name*="空中课堂教室"]').count())
      .toBe(1);
  });

  it('that has its power back before the server has comes in when the server is there', async () => {
    await teacher.close();
    const startServer = await stopServer();
    await kiosk.cutPower();
    await startAgain();
    expect(await kiosk.screen.page.locator('#root').count()).toBe(0);
    await startServer();
    const { page } = kiosk.screen;
    await page.locator(`${ROOM}, [data-testid="site-waiting"]`).first().waitFor({ timeout: 90_000 });
  });
});
