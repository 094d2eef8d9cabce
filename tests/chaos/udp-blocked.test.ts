import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser/browser.ts';
import { Person } from '../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { PartnerSchool } from '../support/stands/partner-school.ts';
import { Stack } from '../support/stands/stack.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };

/** The port that its sfu was told to use. */
const RTC_PORT_NAMED = /\b1\d{4}\b/;

let school: PartnerSchool;
let stack: Stack;
let teacherBrowser: Browser;
let pupilBrowser: Browser;

beforeAll(async () => {
  school = await PartnerSchool.create();
  await school.blockUdp();
  stack = await Stack.start({ RTC_ANNOUNCED_ADDRESS: school.serverAddress });
  teacherBrowser = await launchBrowser();
  pupilBrowser = await launchBrowser({
    executablePath: await school.browserPath(),
    args: [`--unsafely-treat-insecure-origin-as-secure=${stack.urlAt(school.serverAddress)}`],
  });
});
afterAll(async () => {
  await pupilBrowser.close();
  await teacherBrowser.close();
  await stack.stop();
  await school.close();
});

describe('a school that blocks UDP', () => {
  it('takes part over TCP', async () => {
    const lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
    const teacher = await Person.at(stack, teacherBrowser, TEACHER.sender);
    await teacher.signIn(TEACHER.account);
    await teacher.enterLesson(lessonId);
    await teacher.untilInside();
    const pupil = await Person.at(stack, pupilBrowser, PUPIL.sender, { baseURL: stack.urlAt(school.serverAddress) });
    await pupil.signIn(PUPIL.account);
    await pupil.enterLesson(lessonId);
    await pupil.untilInside();
    await pupil.seesAdvancing(pupil.tile(TEACHER.name), TEACHER.sender);
    await pupil.hears(TEACHER.sender);
    expect(await school.droppedPackets()).toBeGreaterThan(0);
  });

  it('is told by the connection check which step is blocked, and which port to ask for', async () => {
    const baseURL = stack.urlAt(school.serverAddress);
    const visitor = await Person.at(stack, pupilBrowser, PUPIL.sender, { baseURL });
    const { page } = visitor;
    await page.goto('/check');
    expect(await checked(page)).toEqual({ ...ALL_PASSED, udp: 'blocked' });
    expect(await page.getByTestId('check-udp').textContent()).toMatch(RTC_PORT_NAMED);
    expect(await page.getByTestId('check-verdict').textContent()).toContain('可以上课');

    // A proxy that lets no WebSocket through, and somebody who refused the camera.
    await page.routeWebSocket(/socket\.io/, (socket) => socket.close());
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('refused', 'NotAllowedError'));
    });
    const refused = { websocket: 'blocked', camera: 'blocked', microphone: 'blocked' };
    expect(await checked(page)).toEqual({ ...ALL_PASSED, udp: 'blocked', ...refused });
    expect(await page.getByTestId('check-verdict').textContent()).toContain('被阻挡');
    await visitor.close();
  });

  it('has nothing to say against a line where nothing is blocked', async () => {
    // Without HTTPS a page knows its browser by this alone, and a headless one calls itself something else.
    const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${teacherBrowser.version()} Safari/537.36`;
    const baseURL = stack.urlAt(school.serverAddress);
    const visitor = await Person.at(stack, teacherBrowser, PUPIL.sender, { baseURL, userAgent });
    await visitor.page.goto('/check');
    // Only this machine itself is a secure origin without HTTPS; that is a step as well.
    const { udp, tcp, websocket, https } = await checked(visitor.page);
    expect({ udp, tcp, websocket, https }).toEqual({
      udp: 'passed',
      tcp: 'passed',
      websocket: 'passed',
      https: 'blocked',
    });
    await visitor.close();
  });
});

const STEPS = ['https', 'websocket', 'udp', 'tcp', 'camera', 'microphone'] as const;
type Checked = Record<(typeof STEPS)[number], string | null>;
const ALL_PASSED = Object.fromEntries(STEPS.map((step) => [step, 'passed'])) as Checked;

/** Runs the check of the page and answers how each step ended. */
async function checked(page: Page): Promise<Checked> {
  await page.getByTestId('check-start').click();
  await page.getByTestId('check-verdict').locator(':scope > *').waitFor();
  const states = STEPS.map(async (step) => [step, await page.getByTestId(`check-${step}`).getAttribute('data-state')]);
  return Object.fromEntries(await Promise.all(states)) as Checked;
}
