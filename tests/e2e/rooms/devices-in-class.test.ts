import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import {
  plugMicrophone,
  pullMicrophone,
  refuseDevices,
  usePluggedDevices,
} from '../../support/browser/plugged-devices.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', sender: 1 };
const PUPIL = { account: 'wang.xiaoming', sender: 2 };

let stack: Stack;
let browser: Browser;
let teacher: Person;
let pupil: Person;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  const lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  teacher = await Person.at(stack, browser, TEACHER.sender);
  pupil = await Person.at(stack, browser, PUPIL.sender);
  await usePluggedDevices(teacher.page.context());
  await teacher.signIn(TEACHER.account);
  await teacher.enterLesson(lessonId);
  await teacher.untilInside();
  await pupil.signIn(PUPIL.account);
  await pupil.enterLesson(lessonId);
  await pupil.untilInside();
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const news = (kind: string) => teacher.page.locator(`[data-testid="device-news"][data-kind="${kind}"]`);

describe('devices in the middle of a lesson', () => {
  it('replaces a microphone that is pulled out and says so; the class goes on hearing', async () => {
    await pupil.hears(TEACHER.sender);
    await pullMicrophone(teacher.page);
    await news('replaced').waitFor();
    await pupil.hears(TEACHER.sender);
  });

  it('says that there is no microphone when the last one goes, and goes on by itself when one comes', async () => {
    await refuseDevices(teacher.page, { name: 'NotFoundError', message: 'Requested device not found' });
    await pullMicrophone(teacher.page);
    await teacher.page.locator('[data-testid="capture-problem"][data-problem="notFound"]').waitFor();
    await pupil.hearsNot(TEACHER.sender);
    await refuseDevices(teacher.page, null);
    await plugMicrophone(teacher.page, 'Desk microphone');
    await news('restored').waitFor();
    await pupil.hears(TEACHER.sender);
  });

  it('offers a microphone that is plugged in beside the one in use, and uses it when asked', async () => {
    await plugMicrophone(teacher.page, 'Headset');
    await news('arrived').getByTestId('use-device').click();
    await eventually(() => teacher.page.evaluate(() => localStorage.getItem('tongke.devices'))).toContain('Headset');
    await pupil.hears(TEACHER.sender);
  });

  it('tells who speaks while muted, and opens the microphone for as long as the space bar is held', async () => {
    await teacher.page.evaluate(() => {
      globalThis.pluggedDevices.speaks = true;
    });
    await pullMicrophone(teacher.page);
    await news('replaced').waitFor();
    await teacher.page.keyboard.press('m');
    await pupil.hearsNot(TEACHER.sender);
    await teacher.page.getByTestId('muted-speech').waitFor();
    await teacher.page.keyboard.down('Space');
    await teacher.page.getByTestId('talk-held').waitFor();
    await pupil.hears(TEACHER.sender);
    await teacher.page.keyboard.up('Space');
    await pupil.hearsNot(TEACHER.sender);
  });

  it('leaves the space bar to what is written', async () => {
    await teacher.openPanel('chat');
    await teacher.page.getByTestId('chat-input').click();
    await teacher.page.keyboard.press('a');
    await teacher.page.keyboard.down('Space');
    await eventually(() => teacher.page.getByTestId('chat-input').inputValue()).toBe('a ');
    expect(await teacher.page.getByTestId('talk-held').count()).toBe(0);
    await teacher.page.keyboard.up('Space');
    await teacher.page.getByTestId('chat-input').fill('');
    await teacher.page.keyboard.press('Escape');
  });

  it('shows all keys on "?"', async () => {
    await teacher.page.keyboard.press('?');
    await teacher.page.getByRole('dialog').getByText('静音时按住说话').waitFor();
    await teacher.page.keyboard.press('Escape');
    await teacher.page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('keeps the screen awake, again after the browser has taken the lock back', async () => {
    const held = () =>
      teacher.page.evaluate(() => globalThis.pluggedDevices.wakeLocks.filter(({ released }) => !released).length);
    await eventually(held).toBe(1);
    await teacher.page.evaluate(async () => {
      await globalThis.pluggedDevices.wakeLocks[0]?.release();
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await eventually(held).toBe(1);
  });
});

describe('a camera that the browser does not give', () => {
  it.each([
    ['NotAllowedError', 'Permission denied', 'refused', '地址栏左侧'],
    ['NotAllowedError', 'Permission dismissed', 'dismissed', '再问一次'],
    ['NotAllowedError', 'Permission denied by system', 'system', '隐私'],
    ['NotFoundError', 'Requested device not found', 'notFound', '插好'],
    ['NotReadableError', 'Could not start video source', 'inUse', '其他会议软件'],
  ])('says what to do about %s (%s)', async (name, message, problem, step) => {
    const { page } = teacher;
    await page.context().addInitScript(
      (refusal) => {
        globalThis.pluggedDevices.refusal = refusal;
      },
      { name, message },
    );
    await page.goto('/devices');
    const shown = page.locator(`[data-testid="preview-problem"][data-problem="${problem}"]`).first();
    await shown.waitFor();
    expect(await shown.textContent()).toContain(step);
  });
});
