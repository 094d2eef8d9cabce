import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser/browser.ts';
import { Person } from '../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { PartnerSchool } from '../support/stands/partner-school.ts';
import { Stack } from '../support/stands/stack.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };

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
});
