import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { readSharpness } from '../../support/browser/sharpness.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const PUPIL = { account: 'wang.xiaoming', sender: 2 };
/** A second camera's pictures carry this sender. */
const SECOND_CAMERA = TEACHER.sender + 200;
/** What two cores without a graphics card blur beside everything else. */
const SMALL = { width: 320, height: 180, framesPerSecond: 5 };
/** Without a graphics card Chromium draws WebGL only when it is told to. */
const SOFTWARE_WEBGL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
/** An edge from black to white is 255, also after the way through the room more than 150; the blur leaves less than 80. */
const BLURRED_STEP = 110;
const DARK = 20;

declare global {
  var madeWorkers: Worker[];
  /** How long each picture is on its way to the worker. */
  var pictureDelayMs: number;
}

let stack: Stack;
let browser: Browser;
let lessonId: string;
let teacher: Person;
let pupil: Person;
const blurRequests: string[] = [];

/** So that one can be made to crash, or to fall behind. */
function keepWorkers(): void {
  globalThis.madeWorkers = [];
  globalThis.pictureDelayMs = 0;
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      globalThis.madeWorkers.push(this);
    }
  };
  const postMessage = Reflect.get(MessagePort.prototype, 'postMessage') as (
    this: MessagePort,
    ...sent: unknown[]
  ) => void;
  MessagePort.prototype.postMessage = function post(
    message: unknown,
    sent?: Transferable[] | StructuredSerializeOptions,
  ) {
    const options = Array.isArray(sent) ? { transfer: sent } : (sent ?? {});
    const isPicture = options.transfer?.[0] instanceof VideoFrame;
    if (isPicture) setTimeout(() => postMessage.call(this, message, options), globalThis.pictureDelayMs);
    else postMessage.call(this, message, options);
  };
}

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser({ args: SOFTWARE_WEBGL });
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  teacher = await Person.at(stack, browser, TEACHER.sender, { media: SMALL });
  pupil = await Person.at(stack, browser, PUPIL.sender, { media: SMALL });
  await teacher.page.context().addInitScript(keepWorkers);
  teacher.page.context().on('request', (request) => {
    if (request.url().includes('background-blur')) blurRequests.push(request.url());
  });
  await teacher.signIn(TEACHER.account);
  await pupil.signIn(PUPIL.account);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** Blurred pictures, one after the other; neither black nor still. */
async function seesBlurred(page: Page, selector: string): Promise<void> {
  let first: number | undefined;
  await eventually(async () => {
    const seen = await readSharpness(page, selector);
    if (seen === undefined || seen.step >= BLURRED_STEP || seen.mean <= DARK) {
      first = undefined;
      return seen ?? 'nothing';
    }
    first ??= seen.pictures;
    return seen.pictures > first + 1 ? 'blurred' : 'not moving yet';
  }, `${selector} is blurred`).toBe('blurred');
}

const face = () => teacher.tile(TEACHER.name);
const blurSwitch = () => teacher.page.getByTestId('blur-background');
/** Cameras whose light is on. */
const openCameras = (): Promise<number> =>
  teacher.page.evaluate(
    () => timecodeKit.given.filter(({ kind, readyState }) => kind === 'video' && readyState === 'live').length,
  );

/** What the blur needs does not come before it is let go. */
async function holdBlur(): Promise<() => Promise<void>> {
  const { page } = teacher;
  const gate = Promise.withResolvers<void>();
  await page.route(/background-blur-/, async (route) => {
    await gate.promise;
    await route.continue();
  });
  return async () => {
    gate.resolve();
    await page.unrouteAll({ behavior: 'wait' });
  };
}

async function crashBlur(): Promise<void> {
  await teacher.page.evaluate(() => {
    for (const worker of globalThis.madeWorkers) worker.terminate();
  });
}

describe('a blurred background', () => {
  it('is loaded only when it is wanted, and shown in the device check', async () => {
    await teacher.page.goto(`/room/${lessonId}`);
    await teacher.page.locator('video').waitFor();
    await expect(blurSwitch().isChecked()).resolves.toBe(false);
    expect(blurRequests).toEqual([]);
    await blurSwitch().check();
    await seesBlurred(teacher.page, 'video');
    await eventually(openCameras).toBe(1);
  });

  it('is what the class sees of a teacher who chose it before the door', async () => {
    await teacher.passPreparation();
    await teacher.untilInside();
    await pupil.enterLesson(lessonId);
    await pupil.untilInside();
    await seesBlurred(pupil.page, face());
  });

  it('goes and comes by the switch in the room', async () => {
    await teacher.openPanel('tools');
    await blurSwitch().uncheck();
    await pupil.seesAdvancing(face(), TEACHER.sender);
    await eventually(openCameras).toBe(1);
    await blurSwitch().check();
    await seesBlurred(pupil.page, face());
    await eventually(openCameras).toBe(1);
  });

  it('shows nothing while it is on its way, and nothing at all of a camera that is switched off meanwhile', async () => {
    await blurSwitch().uncheck();
    await pupil.seesAdvancing(face(), TEACHER.sender);
    const letGo = await holdBlur();
    await blurSwitch().check();
    await eventually(async () => (await readSharpness(pupil.page, face()))?.mean ?? 255).toBeLessThan(DARK);
    await teacher.page.getByTestId('control-camera').click();
    await pupil.page.locator(face()).waitFor({ state: 'detached' });
    await letGo();
    await eventually(openCameras).toBe(0);
    expect(await pupil.page.locator(face()).count()).toBe(0);
    await teacher.page.getByTestId('control-camera').click();
    await seesBlurred(pupil.page, face());
  });

  it('is there again after a reload', async () => {
    await teacher.page.reload();
    await teacher.untilInside();
    await teacher.untilOn('camera');
    await seesBlurred(teacher.page, face());
    await seesBlurred(pupil.page, face());
    await teacher.openPanel('tools');
    await expect(blurSwitch().isChecked()).resolves.toBe(true);
  });

  it('stays when another camera is chosen', async () => {
    await teacher.page.getByLabel('摄像头', { exact: true }).selectOption({ label: 'Timecode visualiser' });
    await eventually(() =>
      teacher.page.evaluate(() => JSON.parse(localStorage.getItem('tongke.devices') ?? '{}') as unknown),
    ).toMatchObject({ camera: 'videoinput-2', blur: true });
    await eventually(openCameras).toBe(1);
    await seesBlurred(pupil.page, face());
  });

  it('leaves the camera dark when it is switched off', async () => {
    await teacher.page.getByTestId('control-camera').click();
    await eventually(openCameras).toBe(0);
    await teacher.page.getByTestId('control-camera').click();
    await seesBlurred(pupil.page, face());
  });

  it('takes the camera with it when it crashes, and leaves it to the person to go on without', async () => {
    await crashBlur();
    const note = teacher.page.locator('[data-testid="capture-problem"][data-problem="blurFailed"]');
    await note.waitFor();
    await eventually(openCameras).toBe(0);
    await pupil.page.locator(face()).waitFor({ state: 'detached' });
    await note.getByTestId('camera-without-blur').click();
    await pupil.seesAdvancing(face(), SECOND_CAMERA);
    await note.waitFor({ state: 'detached' });
  });

  it('switches the camera off, and says so, on a computer that cannot keep pace', async () => {
    await blurSwitch().check();
    await seesBlurred(pupil.page, face());
    await teacher.page.evaluate(() => {
      globalThis.pictureDelayMs = 1_000;
    });
    const note = teacher.page.locator('[data-testid="capture-problem"][data-problem="blurSlow"]');
    await note.waitFor();
    await eventually(openCameras).toBe(0);
    await pupil.page.locator(face()).waitFor({ state: 'detached' });
    await note.getByTestId('camera-without-blur').click();
    await eventually(() => blurSwitch().isChecked()).toBe(false);
    await pupil.seesAdvancing(face(), SECOND_CAMERA);
  });
});
