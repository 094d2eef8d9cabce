import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import { drawLine, newQuestion, openTool, placeInGroup } from '../../support/browser/class-tools.ts';
import {
  FirefoxPerson,
  firefoxIsMissing,
  launchFirefox,
  reachableByFirefox,
  type RunningFirefox,
} from '../../support/browser/firefox.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { tinyPdf } from '../../support/media/tiny-pdf.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const PUPIL = { account: 'wang.xiaoming', name: '王小明', sender: 2 };
const CLASSMATE = { account: 'li.xinyi', name: '李欣怡', sender: 3 };
const noFirefox = firefoxIsMissing();

let stack: Stack;
let chromium: Browser;
let firefox: RunningFirefox;
let lessonId: string;
let files: string;
/** In Chromium. */
let teacher: Person;
let classmate: Person;
let pupil: FirefoxPerson;

beforeAll(async () => {
  if (noFirefox !== null) return;
  files = await mkdtemp(join(tmpdir(), 'tongke-courseware-'));
  const isReady = [
    Stack.start({ ...reachableByFirefox(), ...(await onPostgresOfRun()) }).then((started) => (stack = started)),
    launchBrowser().then((launched) => (chromium = launched)),
    launchFirefox().then((launched) => (firefox = launched)),
  ];
  await Promise.all(isReady);
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  teacher = await Person.at(stack, chromium, TEACHER.sender);
  const [, coming] = await Promise.all([enter(teacher, TEACHER), inFirefox(PUPIL)]);
  pupil = coming;
});
beforeEach(({ skip }) => {
  if (noFirefox !== null) skip(noFirefox);
});
afterAll(async () => {
  await firefox?.close();
  await chromium?.close();
  await stack?.stop();
  if (files !== undefined) await rm(files, { recursive: true, force: true });
});

async function enter(person: Person, { account }: typeof PUPIL): Promise<void> {
  await person.signIn(account);
  await person.enterLesson(lessonId);
  await person.untilInside();
}
/** Somebody in the lesson, in a Firefox window of one's own. */
async function inFirefox({ account, sender }: typeof PUPIL): Promise<FirefoxPerson> {
  const person = await FirefoxPerson.at(stack, firefox.browser, sender);
  await person.signIn(account);
  await person.enterLesson(lessonId);
  return person;
}
const pdf = (...texts: string[]): Buffer => tinyPdf(texts.map((text) => ({ colour: '0.7 0.9 1', text })));
const sharpPage = (page: number): string => `[data-testid="page-view"][data-page="${page}"] img[data-sharp="true"]`;
const inked = (strokes: number): string => `[data-testid="ink"][data-strokes="${strokes}"]`;
const sent = '[data-testid="answer-state"][data-state="sent"]';
const answers = () => teacher.page.getByTestId('named-answer').filter({ hasText: PUPIL.name });
async function publish(): Promise<void> {
  await teacher.page.getByTestId('poll-close').click();
  await teacher.page.getByTestId('poll-publish').click();
  await pupil.untilThere('[data-testid="poll-result"]');
}

describe('a pupil in Firefox', () => {
  it('raises a hand and writes in the chat, and reads what the teacher wrote', async () => {
    await pupil.click('control-hand');
    await teacher.openPanel('people');
    await teacher.page.getByTestId('hand').filter({ hasText: PUPIL.name }).getByTestId('lower-hand').click();
    await pupil.untilThere('[data-testid="control-hand"][aria-pressed="false"]');
    await pupil.openPanel('chat');
    await pupil.fill('chat-input', '老师好');
    await pupil.click('chat-send');
    await teacher.openPanel('chat');
    await teacher.page.getByTestId('chat-message').filter({ hasText: '老师好' }).waitFor();
    await teacher.page.getByTestId('chat-input').fill('同学们好');
    await teacher.page.getByTestId('chat-send').click();
    await pupil.says('chat-message').toContain('同学们好');
  });

  it('answers by choice, also by a key, and sees the result (Q1, Q4, Q9)', async () => {
    const form = await newQuestion(teacher, 'single', '“疑是银河落九天”用了什么手法？');
    for (const [index, option] of ['比喻', '拟人', '夸张'].entries())
      await form.getByTestId(`option-${index}`).fill(option);
    await form.getByTestId('mark-2').click();
    await form.getByTestId('poll-ask').click();
    await pupil.click('answer-0');
    await pupil.untilThere(sent);
    await teacher.page.getByTestId('poll-names-toggle').click();
    await answers().filter({ hasText: '比喻' }).waitFor();
    await pupil.page.keyboard.press('3');
    await answers().filter({ hasText: '夸张' }).waitFor();
    await publish();
    await pupil.says('poll-result').toContain('C 夸张');
  });

  it('answers whether something is true, and in words of its own (Q1)', async () => {
    const trueFalse = await newQuestion(teacher, 'trueFalse', '庐山在江西。');
    await trueFalse.getByTestId('poll-ask').click();
    await pupil.click('answer-0');
    await eventually(() => teacher.page.getByTestId('poll-chart').getAttribute('aria-label')).toContain('对：1 人');
    await publish();
    const short = await newQuestion(teacher, 'short', '用一个词形容瀑布。');
    await short.getByTestId('poll-ask').click();
    await pupil.fill('answer-text', '壮观');
    await pupil.click('answer-submit');
    await pupil.untilThere(sent);
    await eventually(() => teacher.page.getByTestId('poll-standing').textContent()).toContain('壮观');
    await publish();
    await teacher.page.getByTestId('poll-hide').click();
    await pupil.untilGone('poll-card');
  });

  it('sees the teacher’s pages turned, and the teacher’s ink, and writes when the class may (B1, I1, I2)', async () => {
    await openTool(teacher, 'courseware');
    const file = { name: '望庐山瀑布.pdf', mimeType: 'application/pdf', buffer: pdf('1', '2') };
    await teacher.page.getByTestId('courseware-file').setInputFiles(file);
    await teacher.page.getByTestId('courseware-show').click();
    await pupil.untilThere(sharpPage(1));
    await teacher.page.getByTestId('page-next').click();
    await pupil.untilThere(sharpPage(2));
    await teacher.page.getByTestId('ink-pen').click();
    const writing = teacher.page.locator('[data-testid="ink"][data-writing="true"]');
    await drawLine(teacher.page.mouse, await writing.boundingBox());
    await pupil.untilThere(inked(1));
    await teacher.page.getByTestId('ink-open').click();
    await pupil.writeOnPage();
    await teacher.page.locator(inked(2)).first().waitFor();
    await pupil.click('ink-undo');
    await teacher.page.locator(inked(1)).first().waitFor();
    await teacher.page.getByTestId('page-hide').click();
    await pupil.untilGone('page-view');
  });

  it('is picked and comes on stage at one press of the teacher’s, and leaves it (P2, S1)', async () => {
    await openTool(teacher, 'pick');
    await teacher.page.getByTestId('pick-somebody').click();
    await pupil.untilThere('[data-testid="pick-card"][data-rolling="false"]');
    await pupil.says('picked-name').toContain(PUPIL.name);
    await teacher.page.getByTestId('tool-invite').click();
    await pupil.click('accept-stage');
    await pupil.untilOn('microphone');
    await teacher.hears(PUPIL.sender);
    await teacher.page.getByTestId('pick-clear').click();
    await pupil.untilGone('pick-card');
    await pupil.click('leave-stage');
    await pupil.untilGone('control-microphone');
  });

  it('wins the race, and sees the countdown go and stand (A1, K1, K2)', async () => {
    await openTool(teacher, 'race');
    await teacher.page.getByTestId('race-start').click();
    await pupil.untilThere('[data-testid="race-press"][data-state="open"]');
    await pupil.click('race-press');
    await eventually(() => teacher.page.getByTestId('race-winner').textContent()).toContain(PUPIL.name);
    await teacher.page.getByTestId('race-end').click();
    await pupil.untilGone('race-card');
    await openTool(teacher, 'countdown');
    await teacher.page.getByTestId('countdown-3').click();
    await pupil.says('countdown-sign').toMatch(/2:\d\d/);
    const first = await pupil.textOf('countdown-sign');
    await pupil.says('countdown-sign').not.toBe(first);
    await teacher.page.getByTestId('countdown-pause').click();
    await pupil.untilThere('[data-testid="countdown-sign"][data-state="paused"]');
    await teacher.page.getByTestId('countdown-stop').click();
    await pupil.untilGone('countdown-sign');
  });

  it('goes into a group, hears and sees it alone, and comes back (N2, N3, N5, N6)', async () => {
    classmate = await Person.at(stack, chromium, CLASSMATE.sender);
    await enter(classmate, CLASSMATE);
    await pupil.hears(TEACHER.sender);
    await openTool(teacher, 'groups');
    for (const { name } of [PUPIL, CLASSMATE]) await placeInGroup(teacher, name, 1);
    await teacher.page.getByTestId('groups-open').click();
    await pupil.says('group-line').toContain('第 1 组');
    await pupil.untilOn('microphone');
    await Promise.all([
      pupil.hears(CLASSMATE.sender, [TEACHER.sender]),
      pupil.seesAdvancing(pupil.tile(CLASSMATE.name), CLASSMATE.sender),
      pupil.page.waitForSelector(pupil.tile(TEACHER.name), { hidden: true }),
      classmate.hears(PUPIL.sender, [TEACHER.sender]),
      classmate.seesAdvancing(classmate.tile(PUPIL.name), PUPIL.sender),
      teacher.hearsNot(PUPIL.sender),
    ]);
    await pupil.click('control-hand');
    await teacher.page.locator('[data-testid="group-1"][data-calls="true"]').waitFor();
    await teacher.page.getByTestId('groups-tell').fill('还有一分钟');
    await teacher.page.getByTestId('groups-tell-send').click();
    await pupil.says('groups-told').toContain('还有一分钟');
    await teacher.page.getByTestId('groups-close').click();
    await pupil.untilGone('group-line');
    await pupil.hears(TEACHER.sender, [CLASSMATE.sender]);
  });
});

describe('a teacher in Firefox', () => {
  let lecturer: FirefoxPerson;
  const open = async (tool: string): Promise<void> => {
    await lecturer.click('tool-back');
    await lecturer.click(`tool-${tool}`);
  };

  it('goes on with the lesson and asks what a pupil in Chromium answers (Q1)', async () => {
    await teacher.close();
    lecturer = await inFirefox(TEACHER);
    await classmate.seesAdvancing(classmate.tile(TEACHER.name), TEACHER.sender);
    await lecturer.openPanel('tools');
    await lecturer.click('tool-poll');
    await lecturer.fill('question-text', '李白是哪个朝代的？');
    await lecturer.fill('option-0', '唐');
    await lecturer.fill('option-1', '宋');
    await lecturer.click('mark-0');
    await lecturer.click('poll-ask');
    await classmate.page.getByTestId('answer-0').click();
    await lecturer.says('poll-progress').toContain('1 / 2');
    await lecturer.click('poll-close');
    await lecturer.click('poll-publish');
    await eventually(() => classmate.page.getByTestId('poll-result').textContent()).toContain('A 唐');
  });

  it('uploads pages, turns them by a key and writes on them, for a pupil in Chromium to see (B1, I1)', async () => {
    await open('courseware');
    const path = join(files, '早发白帝城.pdf');
    await writeFile(path, pdf('1', '2'));
    const input = await lecturer.page.waitForSelector('input[data-testid="courseware-file"]');
    await input?.uploadFile(path);
    const show = '[data-testid="courseware-show"][aria-label*="早发白帝城"]';
    await lecturer.page.locator(show).click();
    await classmate.page.locator(sharpPage(1)).waitFor();
    await lecturer.page.keyboard.press('PageDown');
    await classmate.page.locator(sharpPage(2)).waitFor();
    await lecturer.writeOnPage();
    await classmate.page.locator(inked(1)).first().waitFor();
    await lecturer.click('page-hide');
    await classmate.page.getByTestId('page-view').waitFor({ state: 'detached' });
  });

  it('picks, opens the race, counts down and divides into groups, for a pupil in Chromium to see (P2, A1, K1, N2)', async () => {
    await open('pick');
    await lecturer.click('pick-somebody');
    await classmate.page.getByTestId('pick-card').waitFor();
    await lecturer.click('pick-clear');
    await open('race');
    await lecturer.click('race-start');
    await classmate.page.locator('[data-testid="race-press"][data-state="open"]').click();
    await lecturer.says('race-winner').toContain(CLASSMATE.name);
    await lecturer.click('race-end');
    await open('countdown');
    await lecturer.click('countdown-3');
    await eventually(() => classmate.page.getByTestId('countdown-sign').textContent()).toMatch(/2:\d\d/);
    await lecturer.click('countdown-stop');
    await open('groups');
    await lecturer.click('groups-shuffle');
    await lecturer.click('groups-open');
    await eventually(() => classmate.page.getByTestId('group-line').textContent()).toMatch(/第 \d 组/);
    await lecturer.click('groups-close');
    await classmate.page.getByTestId('group-line').waitFor({ state: 'detached' });
  });
});
