import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProducerId } from '../../../signaling/protocol/ids.ts';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { joinedRoom } from '../../support/clients/joined-room.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const ADMINISTRATOR = 'zhou.xiaozhang';
const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPILS = [
  { account: 'ye.zihan', name: '叶子涵', sender: 2 },
  { account: 'hu.kexin', name: '胡可欣', sender: 3 },
] as const;
const OUTSIDER = 'zhu.yuhang';
/** Long enough for a machine that runs other things too. */
const BACK_DEADLINE_MS = 60_000;

let stack: Stack;
let browser: Browser;
let teacher: Person;
let first: Person;
let second: Person;
let lessonId: string;
/** What the teacher's page was told by the server. */
const heard: string[] = [];

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
  teacher = await Person.at(stack, browser, TEACHER.sender);
  first = await Person.at(stack, browser, PUPILS[0].sender);
  second = await Person.at(stack, browser, PUPILS[1].sender, { viewport: VIEWPORTS.phone });
  teacher.page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => heard.push(payload.toString()));
  });
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const face = (name: string): string => `[data-testid="wall-face"][data-name="${name}"] video`;

/** What the teacher's page is told by its browser that it shares next. */
const sharesNext = (displaySurface: 'browser' | 'window' | 'monitor'): Promise<void> =>
  teacher.page.evaluate((surface) => {
    const { mediaDevices } = navigator;
    const share = mediaDevices.getDisplayMedia.bind(mediaDevices);
    mediaDevices.getDisplayMedia = async (options) => {
      const stream = await share(options);
      for (const track of stream.getVideoTracks()) {
        const settings = track.getSettings();
        track.getSettings = () => ({ ...settings, displaySurface: surface });
      }
      return stream;
    };
  }, displaySurface);

const facesOnPage = (): Promise<number> => teacher.page.locator('[data-testid="wall-face"]').count();

async function openWall(): Promise<void> {
  await teacher.openPanel('people');
  await teacher.page.getByTestId('wall-tab').click();
  await teacher.page.getByTestId('wall').waitFor();
}

describe('the class wall', () => {
  it('is not there until the school has it, which its administrator decides at the desk (V1)', async () => {
    const client = await signedIn(stack, TEACHER.account);
    const before = await client.call('joinLesson', { params: { lessonId } });
    expect(before.seat).toBe('lecturer');
    const administrator = await Person.at(stack, browser, 9);
    await administrator.signIn(ADMINISTRATOR);
    await administrator.page.goto('/desk/schools');
    const setting = administrator.page.locator('#setting-allowsClassWall');
    await setting.waitFor();
    expect(await setting.isChecked()).toBe(false);
    await setting.click();
    await administrator.page.reload();
    await eventually(() => setting.isChecked()).toBe(true);
    await administrator.close();
  });

  it('asks pupils when the teacher switches it on, and opens no camera before they agree (V2)', async () => {
    for (const [person, { account }] of [
      [teacher, TEACHER],
      [first, PUPILS[0]],
      [second, PUPILS[1]],
    ] as const) {
      await person.signIn(account);
      await person.enterLesson(lessonId);
      await person.untilInside();
    }
    await openWall();
    await teacher.page.getByTestId('wall-switch').click();
    for (const pupil of [first, second]) {
      await pupil.page.getByTestId('wall-question').waitFor();
      expect(await pupil.page.evaluate(() => globalThis.timecodeKit.given.length)).toBe(0);
    }
    await first.page.getByTestId('wall-keep-off').click();
    await first.page.getByTestId('wall-question').waitFor({ state: 'detached' });
    expect(await first.page.evaluate(() => globalThis.timecodeKit.given.length)).toBe(0);
  });

  it('shows the teacher each pupil going on, small and slow, and no pupil another (V3, V4)', async () => {
    await second.page.getByTestId('wall-show').click();
    await second.page.getByTestId('wall-own').waitFor();
    // A pupil who kept it off may think again.
    await first.page.getByTestId('control-wall').click();
    for (const { name, sender } of PUPILS) {
      const { height } = await teacher.seesAdvancing(face(name), sender);
      expect(height).toBeLessThanOrEqual(180);
    }
    for (const pupil of [first, second]) {
      expect(await pupil.page.locator('[data-testid="wall-face"]').count()).toBe(0);
      // Oneself, and the teacher.
      const shown = await pupil.page.locator('video').evaluateAll((videos) => videos.length);
      expect(shown).toBe(2);
    }
  });

  it('is refused to whoever asks for a picture by a message of one’s own (V3)', async () => {
    const text = heard.find((frame) => frame.includes('"producerAdded"') && frame.includes('"wall"')) ?? '';
    const producerId = ProducerId.parse(/"producerId":"([^"]+)"/.exec(text)?.[1]);
    const outsider = await joinedRoom(stack, await signedIn(stack, OUTSIDER), lessonId);
    expect(outsider.inside.producers.filter(({ source }) => source === 'wall')).toEqual([]);
    expect(await outsider.refusalOf('consume', { producerIds: [producerId] })).toBe('forbidden');
    expect(await outsider.refusalOf('setWall', { isOn: false })).toBe('forbidden');
    const large = { ...outsider.newProducer('camera'), source: 'wall' };
    expect(await outsider.ask('produce', large)).toMatchObject({ ok: false, error: { code: 'invalidInput' } });
    const heardOf = outsider.heard.filter(({ data }) => JSON.stringify(data).includes('"source":"wall"'));
    expect(heardOf).toEqual([]);
    outsider.close();
  });

  it('goes on after kill -9 of signaling and a reload of the pupil’s page (T4)', async () => {
    await stack.kill('signaling');
    await teacher.page.getByTestId('reconnecting').waitFor({ timeout: BACK_DEADLINE_MS });
    await teacher.page.getByTestId('reconnecting').waitFor({ state: 'detached', timeout: BACK_DEADLINE_MS });
    for (const { name, sender } of PUPILS) await teacher.seesAdvancing(face(name), sender);
    await second.page.reload();
    await second.untilInside();
    // What was agreed to holds for this lesson.
    await second.page.getByTestId('wall-own').waitFor();
    await teacher.seesAdvancing(face(PUPILS[1].name), PUPILS[1].sender);
  });

  it('fills the teacher’s page when enlarged, and lets a pupil be asked on stage from there', async () => {
    await teacher.page.getByTestId('wall-enlarge').click();
    const large = teacher.page.getByTestId('wall-large');
    await large.waitFor();
    await teacher.seesAdvancing(face(PUPILS[0].name), PUPILS[0].sender);
    await large.locator(`[data-name="${PUPILS[0].name}"]`).getByTestId('wall-invite').click();
    await first.page.getByTestId('accept-stage').click();
    await large.locator(`[data-name="${PUPILS[0].name}"]`).waitFor({ state: 'detached' });
    await teacher.page.getByTestId('wall-shrink').click();
    await teacher.seesAdvancing(teacher.tile(PUPILS[0].name), PUPILS[0].sender);
    await first.page.getByTestId('leave-stage').click();
    await openWall();
    await teacher.seesAdvancing(face(PUPILS[0].name), PUPILS[0].sender);
  });

  it('is hidden on the page while a window is shared, which may be the page’s own, and seen in the panel that floats', async () => {
    await sharesNext('window');
    const opening = teacher.page.context().waitForEvent('page');
    await teacher.page.getByTestId('control-screen').click();
    const panel = await opening;
    await teacher.page.getByTestId('wall-hidden').waitFor();
    expect(await facesOnPage()).toBe(0);
    await panel.getByTestId('float-faces').click();
    for (const { name } of PUPILS) await panel.locator(face(name)).waitFor();
    await teacher.page.getByTestId('wall-enlarge').click();
    await teacher.page.getByTestId('wall-large').getByTestId('wall-hidden').waitFor();
    expect(await facesOnPage()).toBe(0);
    await teacher.page.getByTestId('wall-shrink').click();
    await teacher.page.getByTestId('control-screen').click();
    await openWall();
    await teacher.seesAdvancing(face(PUPILS[0].name), PUPILS[0].sender);
  });

  it('is hidden while the whole screen is shared, and no panel floats over it', async () => {
    await sharesNext('monitor');
    await teacher.page.getByTestId('control-screen').click();
    await teacher.page.getByTestId('wall-hidden').waitFor();
    expect(await facesOnPage()).toBe(0);
    await eventually(() => teacher.page.context().pages().length).toBe(1);
    await teacher.page.getByTestId('control-screen').click();
    await teacher.seesAdvancing(face(PUPILS[0].name), PUPILS[0].sender);
  });

  it('stays in sight while another tab is shared', async () => {
    await sharesNext('browser');
    await teacher.page.getByTestId('control-screen').click();
    await teacher.page.locator('[data-testid="control-screen"][aria-pressed="true"]').waitFor();
    await teacher.seesAdvancing(face(PUPILS[0].name), PUPILS[0].sender);
    expect(await teacher.page.getByTestId('wall-hidden').count()).toBe(0);
    await teacher.page.getByTestId('control-screen').click();
  });

  it('releases every camera when the teacher switches it off', async () => {
    await teacher.page.getByTestId('wall-switch').click();
    for (const pupil of [first, second]) {
      await pupil.page.getByTestId('wall-own').waitFor({ state: 'detached' });
      const live = () =>
        pupil.page.evaluate(() => globalThis.timecodeKit.given.filter((track) => track.readyState === 'live').length);
      await eventually(live).toBe(0);
    }
    await eventually(() => teacher.page.locator('[data-testid="wall-face"]').count()).toBe(0);
  });
});
