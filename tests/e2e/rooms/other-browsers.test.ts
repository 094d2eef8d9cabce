import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import {
  FirefoxPerson,
  firefoxIsMissing,
  launchFirefox,
  reachableByFirefox,
  type RunningFirefox,
} from '../../support/browser/firefox.ts';
import { Person } from '../../support/browser/person.ts';
import { watchSideBySide } from '../../support/browser/player-habits.ts';
import { lessonIdOf, playableRecordingOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };
/** Of the recording, before Firefox comes and everybody sends VP8. */
const H264_MS = 4_000;
const noFirefox = firefoxIsMissing();

let stack: Stack;
let chromium: Browser;
let firefox: RunningFirefox | undefined;
let teacher: Person;
let pupil: FirefoxPerson;
let lessonId: string;

beforeAll(async () => {
  stack = await Stack.start({ ...reachableByFirefox(), ...(await onPostgresOfRun()) });
  chromium = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
  teacher = await Person.at(stack, chromium, TEACHER.sender);
  await teacher.signIn(TEACHER.account);
  await teacher.enterLesson(lessonId);
  await teacher.untilInside();
  await teacher.untilOn('camera');
  await teacher.page.locator('[data-testid="recording-sign"][data-state="recording"]').waitFor();
  await sleep(H264_MS);
});
afterAll(async () => {
  await firefox?.close();
  await chromium?.close();
  await stack?.stop();
});

/** Ends the lesson, if it has not been, and waits until it can be watched. */
async function recordingOfEndedLesson(): Promise<string> {
  if ((await teacher.page.getByTestId('closed').count()) === 0) {
    await teacher.endLesson();
    await teacher.page.getByTestId('closed').waitFor();
  }
  return playableRecordingOf(await signedIn(stack, PUPIL.account), lessonId);
}

describe('a recorded lesson in Firefox, which here has no H264', () => {
  it('shows the teacher, who began in H264, and the board in Firefox, and is heard there (M13)', async ({ skip }) => {
    if (noFirefox !== null) skip(noFirefox);
    firefox = await launchFirefox();
    pupil = await FirefoxPerson.at(stack, firefox.browser, PUPIL.sender);
    await pupil.signIn(PUPIL.account);
    await pupil.enterLesson(lessonId);
    await pupil.seesAdvancing(pupil.tile(TEACHER.name), TEACHER.sender);
    await pupil.hears(TEACHER.sender);
    await teacher.page.getByTestId('control-screen').click();
    await pupil.seesAdvancing(pupil.tile(TEACHER.name, 'screen'), TEACHER.sender + 100);
  });

  it('brings the pupil in Firefox on stage, seen and heard in Chromium (S1)', async ({ skip }) => {
    if (noFirefox !== null) skip(noFirefox);
    await pupil.click('control-hand');
    await teacher.openPanel('people');
    await teacher.page.getByTestId('hand').getByTestId('invite-to-stage').click();
    await pupil.click('accept-stage');
    await pupil.untilOn('camera');
    await teacher.seesAdvancing(teacher.tile(PUPIL.name), PUPIL.sender);
    await teacher.hears(PUPIL.sender);
  });

  it('plays the recording in Firefox', async ({ skip }) => {
    if (noFirefox !== null) skip(noFirefox);
    await pupil.page.evaluate(watchSideBySide);
    await pupil.open(`/watch/${await recordingOfEndedLesson()}`);
    await pupil.seesAdvancing('[data-testid="player-view-board"]', TEACHER.sender + 100);
    await pupil.seesAdvancing('[data-testid="player-view-lecturer"]', TEACHER.sender);
  });
});

describe('a browser that is too old', () => {
  it('is told so on every page, with the oldest that will do, instead of a white page', async () => {
    const context = await chromium.newContext({ baseURL: stack.url });
    try {
      // What Chrome 106 does not have; the program itself is then not even asked.
      await context.addInitScript(() => Reflect.deleteProperty(Element.prototype, 'ariaBrailleLabel'));
      const page = await context.newPage();
      await page.goto('/sign-in');
      await page.getByTestId('browser-too-old').getByText('Safari 15.4').first().waitFor();
      expect(await page.getByTestId('sign-in').count()).toBe(0);
    } finally {
      await context.close();
    }
  });

  it('is told so when it cannot read the program at all', async () => {
    const context = await chromium.newContext({ baseURL: stack.url });
    try {
      await context.route(/assets\/index-.*\.js$/, (route) =>
        route.fulfill({ contentType: 'text/javascript', body: 'let a = b ??? c;' }),
      );
      const page = await context.newPage();
      await page.goto('/sign-in');
      await page.getByTestId('browser-too-old').waitFor();
    } finally {
      await context.close();
    }
  });
});
