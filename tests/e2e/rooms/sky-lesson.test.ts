import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { DEMO_CLASSROOM, enrolSite } from '../../support/districts/demo-site.ts';
import { Stack } from '../../support/stands/stack.ts';
import { eventually } from '../../support/eventually.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const PUPIL = { account: 'wang.xiaoming', name: '王小明', sender: 2 };
const SITE = { classroom: DEMO_CLASSROOM, sender: 3 };
const GUEST = { name: '王奶奶', sender: 4 };
const CLASSROOM = `[data-testid="tile"][data-name*="${SITE.classroom}"][data-source="camera"] video`;

let stack: Stack;
let browser: Browser;
let teacher: Person;
let pupil: Person;
let site: Person;
let guest: Person;
let lessonId: string;

beforeAll(async () => {
  stack = await Stack.start();
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  teacher = await Person.at(stack, browser, TEACHER.sender, { media: { hasScreenSound: true } });
  pupil = await Person.at(stack, browser, PUPIL.sender);
  site = await Person.at(stack, browser, SITE.sender, { viewport: VIEWPORTS.screen });
  guest = await Person.at(stack, browser, GUEST.sender, { viewport: VIEWPORTS.phone });
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

describe('a sky lesson with teacher, pupil, site and guest', () => {
  it('has the device of a page that never was in a room ready before anybody enters one', async () => {
    await pupil.signIn(PUPIL.account);
    await pupil.page.goto(`${stack.url}/room/${lessonId}`);
    await eventually(() => pupil.page.evaluate(() => localStorage.getItem('tongke.router'))).toContain('video/H264');
  });

  it('keeps a pupil who is early in front of the door until a teacher is in (X1)', async () => {
    await pupil.enterLesson(lessonId);
    await eventually(() => pupil.page.getByTestId('waiting').getAttribute('data-cause')).toBe('teacher');
  });

  it('lets the pupil in by itself when the teacher comes, who is then seen and heard', async () => {
    await teacher.signIn(TEACHER.account);
    await teacher.enterLesson(lessonId);
    await teacher.untilInside();
    await pupil.untilInside();
    await pupil.seesAdvancing(pupil.tile(TEACHER.name), TEACHER.sender);
    await pupil.hears(TEACHER.sender);
  });

  it('shows the shared screen large to the pupil, who hears it beside the teacher', async () => {
    await teacher.page.getByTestId('control-screen').click();
    await pupil.seesAdvancing(pupil.tile(TEACHER.name, 'screen'), TEACHER.sender + 100);
    await pupil.hears(TEACHER.sender + 100);
    await pupil.hears(TEACHER.sender);
  });

  it('brings a pupil who raises the hand on stage, with camera and voice, and back (S1)', async () => {
    await pupil.page.getByTestId('control-hand').click();
    await teacher.openPanel('people');
    await teacher.page.getByTestId('hand').getByTestId('invite-to-stage').click();
    await pupil.page.getByTestId('accept-stage').click();
    await pupil.untilOn('camera');
    await pupil.untilOn('microphone');
    await teacher.seesAdvancing(teacher.tile(PUPIL.name), PUPIL.sender);
    await teacher.hears(PUPIL.sender);
  });

  it('silences the pupil when the teacher mutes, and says so to the pupil', async () => {
    await teacher.doTo(PUPIL.name, 'mute');
    await pupil.page.getByTestId('muted-by-teacher').waitFor();
    await teacher.hearsNot(PUPIL.sender);
    await pupil.page.getByTestId('control-microphone').click();
    await teacher.hears(PUPIL.sender);
  });

  it('takes the pupil off the stage: picture and voice are gone', async () => {
    await teacher.doTo(PUPIL.name, 'take-off');
    await teacher.page.locator(teacher.tile(PUPIL.name)).waitFor({ state: 'detached' });
    await teacher.hearsNot(PUPIL.sender);
    await pupil.page.getByTestId('control-hand').waitFor();
  });

  it('carries chat to everybody and keeps it for who comes later', async () => {
    await pupil.openPanel('chat');
    await pupil.page.getByTestId('chat-input').fill('老师好！');
    await pupil.page.getByTestId('chat-send').click();
    await teacher.openPanel('chat');
    await teacher.page.getByTestId('chat-message').filter({ hasText: '老师好！' }).waitFor();
    await pupil.page.reload();
    await pupil.untilInside();
    await pupil.openPanel('chat');
    await pupil.page.getByTestId('chat-message').filter({ hasText: '老师好！' }).waitFor();
  });

  it('shows on the roll who is present and who is absent', async () => {
    await teacher.openPanel('people');
    await teacher.page.getByTestId('roll-tab').click();
    const entry = (name: string) => teacher.page.getByTestId('roll-entry').filter({ hasText: name });
    await eventually(() => entry(PUPIL.name).getAttribute('data-state')).toMatch(/present|late/);
    await eventually(() => entry('李欣怡').getAttribute('data-state')).toBe('absent');
  });

  it('lets a guest in only after the teacher admits (L1)', async () => {
    const client = await signedIn(stack, TEACHER.account);
    const { token } = await client.call('createInvitation', { params: { lessonId }, body: { seat: 'guest' } });
    await guest.page.goto(`/join/${token}`);
    await guest.page.getByTestId('guest-name').fill(GUEST.name);
    await guest.page.getByTestId('join').click();
    await guest.passPreparation();
    await eventually(() => guest.page.getByTestId('waiting').getAttribute('data-cause')).toBe('lobby');
    await teacher.openPanel('people');
    await teacher.page.getByRole('tab').first().click();
    await teacher.page.getByTestId('lobby-entry').getByTestId('admit').click();
    await guest.untilInside();
    await guest.seesAdvancing(guest.tile(TEACHER.name, 'screen'), TEACHER.sender + 100);
    await guest.hears(TEACHER.sender);
  });

  it('lets all four see and hear the right one: the teacher, and then the classroom that is called on', async () => {
    await enrolSite(stack, site);
    await site.page.getByTestId('site-room').waitFor();
    for (const viewer of [pupil, site, guest]) {
      await viewer.seesAdvancing(viewer.tile(TEACHER.name, 'screen'), TEACHER.sender + 100);
      await viewer.hears(TEACHER.sender);
    }
    await teacher.openPanel('people');
    const classroom = teacher.page.locator(`[data-testid="participant"][data-name*="${SITE.classroom}"]`);
    await classroom.getByTestId('participant-menu').click();
    await teacher.page.getByTestId('participant-invite').click();
    for (const viewer of [teacher, pupil]) await viewer.seesAdvancing(CLASSROOM, SITE.sender);
    for (const listener of [teacher, pupil, guest]) await listener.hears(SITE.sender);
  });

  it('removes the guest for good', async () => {
    await teacher.doTo(GUEST.name, 'keep-out');
    await eventually(() => guest.page.getByTestId('closed').getAttribute('data-reason')).toBe('removed');
    await guest.page.reload();
    await eventually(() => guest.page.getByTestId('room').count()).toBe(0);
  });

  it('ends for everybody when the teacher ends the class', async () => {
    await teacher.endLesson();
    await eventually(() => pupil.page.getByTestId('closed').getAttribute('data-reason')).toBe('lessonEnded');
  });
});
