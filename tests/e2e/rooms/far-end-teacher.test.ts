import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { seriousFindings } from '../../support/browser/serious-findings.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { DEMO_CLASSROOM, demoClassroom, enrolSite } from '../../support/districts/demo-site.ts';
import { eventually } from '../../support/eventually.ts';
import { tinyPdf } from '../../support/media/tiny-pdf.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const SITE = { sender: 3, teacherCamera: 203 };
/** 20 s, and what a loaded machine takes besides. */
const TAKE_OVER_DEADLINE_MS = 60_000;
const CLASS_TILE = `[data-testid="tile"][data-name*="${DEMO_CLASSROOM}"][data-source="camera"]`;

let stack: Stack;
let browser: Browser;
let teacher: Person;
let site: Person;
let phone: Person;
let stranger: Person;
let lessonId: string;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  teacher = await Person.at(stack, browser, TEACHER.sender);
  site = await Person.at(stack, browser, SITE.sender, { viewport: VIEWPORTS.screen });
  phone = await Person.at(stack, browser, 5, { viewport: VIEWPORTS.phone });
  stranger = await Person.at(stack, browser, 7, { viewport: VIEWPORTS.phone });
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** What a camera reads from the screen. */
async function scanned(): Promise<string> {
  const address = await site.page.getByTestId('pairing-code').getAttribute('data-address');
  if (address === null) throw new Error('the screen shows no code');
  return new URL(address).pathname;
}

async function accountOf(role: string, isOfTheClassroom: boolean): Promise<string> {
  const signIns = await stack.demoSignIns();
  const { school } = await demoClassroom(stack);
  const found = signIns.find((one) => one.role === role && (one.school === school) === isOfTheClassroom);
  if (found === undefined) throw new Error(`no ${role}`);
  return found.account;
}

const refusal = (person: Person) => person.page.getByTestId('pair-failed').getAttribute('data-code');

/** Whether any file of the recording has the words. */
async function isWrittenDown(words: string): Promise<boolean> {
  const files = await readdir(stack.dataFolder, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))) {
    const text = await readFile(join(file.parentPath, file.name), 'utf8').catch(() => '');
    if (text.includes(words)) return true;
  }
  return false;
}

describe('the phone of the teacher beside the pupils', () => {
  it('is not a pupil’s, nor one of another school’s teacher, whatever code it has', async () => {
    await enrolSite(stack, site);
    await site.page.getByTestId('pairing-code').waitFor();
    await stranger.signIn(await accountOf('student', true));
    await stranger.page.goto(await scanned());
    expect(await refusal(stranger)).toBe('forbidden');
    await stranger.page.context().clearCookies();
    await stranger.signIn(TEACHER.account);
    await stranger.page.goto(await scanned());
    expect(await refusal(stranger)).toBe('forbidden');
  });

  it('is paired by the code on the screen, not by another one, and shows what will be taught', async () => {
    await phone.signIn(await accountOf('teacher', true));
    await phone.page.goto('/p/AAAAAAAAAAAAAAAA');
    expect(await refusal(phone)).toBe('pairingCodeInvalid');
    await phone.page.goto(await scanned());
    await phone.page.locator(`[data-testid="phone-site"][data-name="${DEMO_CLASSROOM}"]`).waitFor();
    await phone.page.getByText('望庐山瀑布').first().waitFor();
  });

  it('enters with the lecturer, raises the class’s hand, and says who speaks', async () => {
    await teacher.signIn(TEACHER.account);
    await teacher.enterLesson(lessonId);
    await teacher.untilInside();
    await site.page.getByTestId('site-room').waitFor();
    await phone.page.getByTestId('phone-room').waitFor();
    await teacher.seesAdvancing(`${CLASS_TILE} video`, SITE.sender);
    await phone.page.getByTestId('phone-hand').click();
    await phone.page.getByTestId('phone-speaker').fill('古丽');
    await phone.page.getByTestId('phone-speaker-show').click();
    await teacher.openPanel('people');
    await teacher.page.getByTestId('hands').getByText('古丽').waitFor();
    await teacher.page.getByTestId('invite-to-stage').click();
    await teacher.page.locator(CLASS_TILE).getByTestId('class-speaker').filter({ hasText: '古丽' }).waitFor();
    await site.page.getByTestId('class-speaker').filter({ hasText: '古丽' }).first().waitFor();
    await teacher.hears(SITE.sender);
    await eventually(() => isWrittenDown('"classSpeaker"')).toBe(true);
  });

  it('shuts and opens the class’s microphone, and sets how loud the lesson is there', async () => {
    await phone.page.getByTestId('phone-microphone').click();
    await teacher.hearsNot(SITE.sender);
    await phone.page.getByTestId('phone-microphone').click();
    await teacher.hears(SITE.sender);
    await phone.page.getByTestId('phone-quieter').click();
    await site.page.locator('[data-testid="site-room"][data-volume="90"]').waitFor();
    await eventually(() =>
      site.page
        .getByTestId('remote-audio')
        .first()
        .evaluate((audio) => (audio as HTMLAudioElement).volume),
    ).toBeCloseTo(0.9);
  });

  it('turns to the camera at the teacher, which stays so through a reload of the screen', async () => {
    await phone.page.getByTestId('phone-camera-teacher').click();
    await teacher.seesAdvancing(`${CLASS_TILE} video`, SITE.teacherCamera);
    await site.page.reload();
    await site.page.getByTestId('site-room').waitFor();
    await teacher.seesAdvancing(`${CLASS_TILE} video`, SITE.teacherCamera);
    await site.page.locator('[data-testid="site-room"][data-volume="90"]').waitFor();
  });

  it('has a line to the lecturer that nobody else sees, and is answered', async () => {
    await phone.page.getByTestId('phone-line').fill('后排听不清');
    await phone.page.getByTestId('phone-line-send').click();
    await teacher.page.getByTestId('fresh-teacher-note').filter({ hasText: '后排听不清' }).waitFor();
    await teacher.openPanel('chat');
    await teacher.page.getByTestId('teacher-note-input').fill('我大声一点');
    await teacher.page.getByTestId('teacher-note-send').click();
    await phone.page.getByTestId('phone-note').filter({ hasText: '我大声一点' }).waitFor();
    expect(await site.page.getByText('后排听不清').count()).toBe(0);
    expect(await isWrittenDown('后排听不清')).toBe(false);
  });

  it('is back in the lesson, with its class, after the server was killed', async () => {
    await stack.kill('signaling');
    await eventually(async () => (await stack.pidsOf('signaling')).length).toBeGreaterThan(0);
    await teacher.seesAdvancing(`${CLASS_TILE} video`, SITE.teacherCamera);
    await teacher.openPanel('people');
    // The picture outlives the server that was killed; the lines of the three pages are back a little later.
    const hand = phone.page.getByTestId('phone-hand');
    await expect
      .poll(
        async () => {
          if ((await hand.getAttribute('aria-pressed')) !== 'true') await hand.click();
          return teacher.page.getByTestId('hand').count();
        },
        { timeout: 30_000, interval: 2_000 },
      )
      .toBe(1);
    await phone.page.getByTestId('phone-note').filter({ hasText: '后排听不清' }).waitFor();
  });

  it('may nothing once it is unpaired', async () => {
    const seatId = await phone.page.getByTestId('phone-room').getAttribute('data-seat-id');
    await phone.page.getByTestId('phone-unpair').click();
    await phone.page.getByTestId('phone-none').waitFor();
    await eventually(() => teacher.page.locator(`[data-testid="participant"][data-seat-id="${seatId}"]`).count()).toBe(
      0,
    );
  });

  it(
    'takes the lesson over when the lecturer’s line is dead, turns the pages and ends it (O8)',
    { timeout: 3 * TAKE_OVER_DEADLINE_MS },
    async () => {
      await phone.page.goto(await scanned());
      await phone.page.getByTestId('phone-room').waitFor();
      await teacher.openPanel('tools');
      await teacher.page.getByTestId('tool-courseware').click();
      const pages = ['1 0.9 0.7', '0.7 0.9 1'].map((colour) => ({ colour, text: colour }));
      const file = { name: '望庐山瀑布.pdf', mimeType: 'application/pdf', buffer: tinyPdf(pages) };
      await teacher.page.getByTestId('courseware-file').setInputFiles(file);
      await teacher.page.getByTestId('courseware-show').waitFor();
      await phone.page.getByTestId('phone-courseware').waitFor();
      expect(await phone.page.getByTestId('phone-leads').count()).toBe(0);
      await teacher.close();
      await phone.page.getByTestId('lecturer-away').waitFor();
      expect(await phone.page.getByTestId('take-over').count()).toBe(0);
      await phone.page.getByTestId('take-over').click({ timeout: TAKE_OVER_DEADLINE_MS });
      await phone.page.getByTestId('phone-leads').waitFor();
      await phone.page.getByTestId('lecturer-away').waitFor({ state: 'detached' });
      const siteShows = (page: number) =>
        site.page.locator(`[data-testid="page-view"][data-page="${page}"] img[data-sharp="true"]`).waitFor();
      await phone.page.getByTestId('phone-page-show').click();
      await siteShows(1);
      await phone.page.getByTestId('phone-page-next').click();
      await siteShows(2);
      await phone.page.getByTestId('phone-page-previous').click();
      await siteShows(1);
      expect(await seriousFindings(phone.page)).toEqual([]);
      await phone.page.getByTestId('phone-end').click();
      await phone.page.getByTestId('end-confirm').click();
      await site.page.getByTestId('site-room').waitFor({ state: 'detached' });
      await phone.page.getByTestId('phone-room').waitFor({ state: 'detached' });
    },
  );
});
