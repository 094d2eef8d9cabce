import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const VISUALISER = TEACHER.sender + 200;
const SCREEN = TEACHER.sender + 100;
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };
const CLASSMATE = { account: 'hu.kexin', name: '胡可欣', sender: 3 };

/** What the teacher's page asks its computer for, and the connections that it makes. */
interface Witness {
  readonly asked: MediaStreamConstraints[];
  readonly connections: RTCPeerConnection[];
}
declare global {
  var witness: Witness;
  var letWindowGo: () => void;
}

let stack: Stack;
let browser: Browser;
let teacher: Person;
let pupil: Person;
let classmate: Person;
let lessonId: string;

function watchMedia(): void {
  const seen: Witness = { asked: [], connections: [] };
  globalThis.witness = seen;
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = (constraints = {}) => {
    seen.asked.push(constraints);
    return open(constraints);
  };
  globalThis.RTCPeerConnection = class extends globalThis.RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      seen.connections.push(this);
    }
  };
}

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
  teacher = await Person.at(stack, browser, TEACHER.sender);
  pupil = await Person.at(stack, browser, PUPIL.sender);
  classmate = await Person.at(stack, browser, CLASSMATE.sender);
  for (const { page } of [teacher, pupil]) await page.context().addInitScript(watchMedia);
  for (const [person, { account }] of [
    [teacher, TEACHER],
    [pupil, PUPIL],
    [classmate, CLASSMATE],
  ] as const) {
    await person.signIn(account);
    await person.enterLesson(lessonId);
    await person.untilInside();
  }
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const tileOf = (source: 'camera' | 'visualiser' | 'screen'): string => pupil.tile(TEACHER.name, source);
const gone = (source: 'camera' | 'visualiser' | 'screen') =>
  pupil.page.locator(tileOf(source)).waitFor({ state: 'detached' });

describe('several cameras', () => {
  it('are switched by one key: face, visualiser, both, face', async () => {
    await pupil.seesAdvancing(tileOf('camera'), TEACHER.sender);
    await teacher.page.mouse.click(200, 200);
    await teacher.page.keyboard.press('d');
    await pupil.seesAdvancing(tileOf('visualiser'), VISUALISER);
    await gone('camera');
    await teacher.page.keyboard.press('d');
    await pupil.seesAdvancing(tileOf('visualiser'), VISUALISER);
    await pupil.seesAdvancing(tileOf('camera'), TEACHER.sender);
    await teacher.page.keyboard.press('d');
    await gone('visualiser');
    await pupil.seesAdvancing(tileOf('camera'), TEACHER.sender);
  });

  it('say so in the list of keys, and stand in the tools', async () => {
    await teacher.page.keyboard.press('?');
    await teacher.page.getByRole('dialog').getByText('人像 / 实物展台 / 两者').waitFor();
    await teacher.page.keyboard.press('Escape');
    await teacher.openPanel('tools');
    await eventually(() => teacher.page.getByTestId('cameras-face').getAttribute('aria-pressed')).toBe('true');
    await teacher.page.getByTestId('cameras-both').click();
    await pupil.seesAdvancing(tileOf('visualiser'), VISUALISER);
    await teacher.page.getByTestId('cameras-face').click();
    await gone('visualiser');
  });

  it('that are plugged in during the lesson are offered as visualiser and used', async () => {
    await teacher.page.evaluate(async () => {
      const { mediaDevices } = navigator;
      const before = await mediaDevices.enumerateDevices();
      const added = {
        deviceId: 'videoinput-3',
        groupId: 'new',
        kind: 'videoinput',
        label: 'USB 展台',
        toJSON: () => ({}),
      };
      mediaDevices.enumerateDevices = () => Promise.resolve([...before, added as MediaDeviceInfo]);
      mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    const note = teacher.page.getByTestId('new-camera');
    await note.filter({ hasText: 'USB 展台' }).waitFor();
    await note.getByTestId('new-camera-use').click();
    await note.waitFor({ state: 'detached' });
    await pupil.page.locator(tileOf('visualiser')).waitFor();
    const last = await teacher.page.evaluate(() => globalThis.witness.asked.at(-1));
    expect(last).toMatchObject({ video: { deviceId: { exact: 'videoinput-3' } } });
    await teacher.page.getByTestId('cameras-face').click();
    await gone('visualiser');
  });
});

/** `fmtp` of Opus in what the page has agreed to send or receive last, newest first. */
const opusLines = (page: Page, side: 'localDescription' | 'remoteDescription') =>
  page.evaluate((description) => {
    const sdp = globalThis.witness.connections.map((connection) => connection[description]?.sdp ?? '').join('\n');
    return [...sdp.matchAll(/a=fmtp:\d+ (\S*useinbandfec=1\S*)/g)].map(([, line]) => line ?? '').toReversed();
  }, side);

describe('a microphone for music', () => {
  it('is sent as it is, in stereo and at 128 kbit/s, without leaving the lesson', async () => {
    await pupil.hears(TEACHER.sender);
    await teacher.openPanel('tools');
    await teacher.page.getByLabel('麦克风用于').selectOption('music');
    await eventually(() => teacher.page.evaluate(() => globalThis.witness.asked.at(-1))).toMatchObject({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 2 } },
    });
    await eventually(async () => (await opusLines(teacher.page, 'remoteDescription')).join(' ')).toMatch(
      /stereo=1\S*maxaveragebitrate=128000|maxaveragebitrate=128000\S*stereo=1/,
    );
    expect((await opusLines(teacher.page, 'remoteDescription')).join(' ')).not.toContain('usedtx=1');
    await pupil.hears(TEACHER.sender);
    await eventually(async () => (await opusLines(pupil.page, 'localDescription')).join(' ')).toContain('stereo=1');
  });

  it('stays muted when it was, and is remembered after a reload', async () => {
    await teacher.page.getByTestId('control-microphone').click();
    await pupil.hearsNot(TEACHER.sender);
    await teacher.page.getByLabel('麦克风用于').selectOption('voice');
    await eventually(() => teacher.page.evaluate(() => globalThis.witness.asked.at(-1))).toMatchObject({
      audio: { echoCancellation: true },
    });
    await pupil.hearsNot(TEACHER.sender);
    await teacher.page.getByLabel('麦克风用于').selectOption('music');
    await teacher.page.getByTestId('control-microphone').click();
    await pupil.hears(TEACHER.sender);
    await teacher.page.reload();
    await teacher.untilInside();
    await pupil.hears(TEACHER.sender);
    expect(await teacher.page.evaluate(() => globalThis.witness.asked.filter(({ audio }) => audio))).toMatchObject([
      { audio: { echoCancellation: false } },
    ]);
  });
});

/** The next window that floats is there, but its page is told of it only when `letWindowGo` is called. */
function delayWindow(): void {
  const floating = Reflect.get(globalThis, 'documentPictureInPicture') as {
    requestWindow(size: unknown): Promise<Window>;
  };
  const request = floating.requestWindow.bind(floating);
  floating.requestWindow = async (size) => {
    const opened = await request(size);
    await new Promise<void>((resolve) => {
      globalThis.letWindowGo = resolve;
    });
    return opened;
  };
}

/** The lesson goes on without the teacher. */
async function leave(): Promise<void> {
  await teacher.page.getByTestId('control-leave').click();
  await teacher.page.getByTestId('leave-only').click();
  await teacher.page.getByTestId('room').waitFor({ state: 'detached' });
}

describe('the floating panel', () => {
  let panel: Page;

  it('opens with sharing and shows hands, which are lowered and answered there', async () => {
    const opening = teacher.page.context().waitForEvent('page');
    await teacher.page.getByTestId('control-screen').click();
    panel = await opening;
    await pupil.seesAdvancing(tileOf('screen'), SCREEN);
    await panel.getByTestId('float-panel').waitFor();
    const colour = await panel
      .getByTestId('float-panel')
      .evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(colour).toBe('rgb(11, 18, 32)');
    await pupil.page.getByTestId('control-hand').click();
    await panel.getByTestId('lower-hand').click();
    await eventually(() => pupil.page.getByTestId('control-hand').getAttribute('aria-pressed')).toBe('false');
    await classmate.page.getByTestId('control-hand').click();
    await panel.getByTestId('invite-to-stage').click();
    await classmate.page.getByTestId('accept-stage').click();
  });

  it('shows who is on stage', async () => {
    await panel.getByTestId('float-faces').click();
    const face = `[data-testid="wall-face"][data-name="${CLASSMATE.name}"] video`;
    await panel.locator(face).waitFor();
    await eventually(() => panel.locator(face).evaluate((video) => (video as HTMLVideoElement).videoWidth > 0)).toBe(
      true,
    );
    const timeOf = () => panel.locator(face).evaluate((video) => (video as HTMLVideoElement).currentTime);
    const before = await timeOf();
    await eventually(timeOf).toBeGreaterThan(before);
  });

  it('says what was written last and how much is unread, and writes', async () => {
    await pupil.openPanel('chat');
    await pupil.page.getByTestId('chat-input').fill('老师，请放慢一点');
    await pupil.page.getByTestId('chat-send').click();
    await panel.getByTestId('float-latest').filter({ hasText: '老师，请放慢一点' }).waitFor();
    await panel.getByTestId('float-chat').filter({ hasText: '1 条未读' }).waitFor();
    await panel.getByTestId('float-chat').click();
    await panel.getByTestId('chat-input').fill('好的');
    await panel.getByTestId('chat-send').click();
    await pupil.page.getByTestId('chat-message').filter({ hasText: '好的' }).waitFor();
    await eventually(() => panel.getByTestId('float-chat').textContent()).toBe('聊天');
  });

  it('mutes the microphone, ends sharing, and closes with it', async () => {
    await panel.getByTestId('float-microphone').click();
    await pupil.hearsNot(TEACHER.sender);
    await panel.getByTestId('float-microphone').click();
    await pupil.hears(TEACHER.sender);
    const closing = panel.waitForEvent('close');
    await panel.getByTestId('float-stop').click();
    await closing;
    await gone('screen');
  });

  it('can be closed and opened again by a button while a window is shared', async () => {
    const opening = teacher.page.context().waitForEvent('page');
    await teacher.page.getByTestId('control-screen').click();
    panel = await opening;
    await panel.getByTestId('float-panel').waitFor();
    await panel.close();
    const again = teacher.page.context().waitForEvent('page');
    await teacher.page.getByTestId('float-open').click();
    panel = await again;
    await panel.getByTestId('float-panel').waitFor();
    const closing = panel.waitForEvent('close');
    await teacher.page.getByTestId('control-screen').click();
    await closing;
  });

  it('goes when its page is left, also one that the browser gives only then', async () => {
    for (const isLate of [false, true]) {
      if (isLate) await teacher.page.evaluate(delayWindow);
      const opening = teacher.page.context().waitForEvent('page');
      await teacher.page.getByTestId('control-screen').click();
      panel = await opening;
      if (!isLate) await panel.getByTestId('float-panel').waitFor();
      await pupil.seesAdvancing(tileOf('screen'), SCREEN);
      const closing = panel.waitForEvent('close');
      await leave();
      if (isLate) await teacher.page.evaluate(() => globalThis.letWindowGo());
      await closing;
      await teacher.enterLesson(lessonId);
      await teacher.untilInside();
    }
  });

  it('leaves no button where the browser has no such window', async () => {
    await teacher.page.context().addInitScript(() => Reflect.deleteProperty(globalThis, 'documentPictureInPicture'));
    await teacher.page.reload();
    await teacher.untilInside();
    await teacher.page.getByTestId('control-screen').click();
    await pupil.seesAdvancing(tileOf('screen'), SCREEN);
    expect(await teacher.page.getByTestId('float-open').count()).toBe(0);
    await teacher.openPanel('tools');
    await teacher.page.getByText('这个浏览器没有悬浮面板').waitFor();
  });
});
