import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { drawLine, newQuestion, openTool } from '../../support/browser/class-tools.ts';
import { downloadedCsv } from '../../support/browser/downloaded-csv.ts';
import { Person } from '../../support/browser/person.ts';
import { seriousFindings } from '../../support/browser/serious-findings.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { DEMO_CLASSROOM, enrolSite } from '../../support/districts/demo-site.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';
import { tinyPdf } from '../../support/media/tiny-pdf.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const PUPIL = { account: 'wang.xiaoming', name: '王小明', sender: 2 };
/** Long enough for a machine that runs other things too; how fast it should be is said elsewhere. */
const BACK_DEADLINE_MS = 60_000;
const SITE = { name: DEMO_CLASSROOM, sender: 3 };

let stack: Stack;
let browser: Browser;
let teacher: Person;
let pupil: Person;
let site: Person;
let lessonId: string;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  teacher = await Person.at(stack, browser, TEACHER.sender, { paintsVideo: true });
  site = await Person.at(stack, browser, SITE.sender, { viewport: VIEWPORTS.screen });
  pupil = await Person.at(stack, browser, PUPIL.sender, { viewport: VIEWPORTS.phone });
  await teacher.signIn(TEACHER.account);
  await teacher.enterLesson(lessonId);
  await teacher.untilInside();
  await pupil.signIn(PUPIL.account);
  await pupil.enterLesson(lessonId);
  await pupil.untilInside();
  await enrolSite(stack, site);
  await site.page.getByTestId('site-room').waitFor();
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const open = (tool: Parameters<typeof openTool>[1]): Promise<void> => openTool(teacher, tool);
const question = (kind: Parameters<typeof newQuestion>[1], text: string) => newQuestion(teacher, kind, text);
async function publish(): Promise<void> {
  await teacher.page.getByTestId('poll-close').click();
  await teacher.page.getByTestId('poll-publish').click();
  await pupil.page.getByTestId('poll-result').waitFor();
}
const resultSeen = () => pupil.page.getByTestId('poll-result').getByTestId('poll-chart').getAttribute('aria-label');
const progress = () => eventually(() => teacher.page.getByTestId('poll-progress').textContent());

describe('the bell', () => {
  it('gives its sound device back, also where nothing may sound', async () => {
    const page = await browser.newPage();
    const file = resolve('web-client/src/pages/room/tools/ring.ts');
    const source = stripTypeScriptTypes(await readFile(file, 'utf8'));
    await page.evaluate(() => {
      const made: AudioContext[] = [];
      // As in a page that nobody has touched.
      class Silent extends AudioContext {
        constructor() {
          super();
          void this.suspend();
          made.push(this);
        }
      }
      Object.assign(globalThis, { AudioContext: Silent, made });
    });
    await page.addScriptTag({ type: 'module', content: `${source}\nring();` });
    const states = () => page.evaluate(() => (globalThis as { made?: AudioContext[] }).made?.map(({ state }) => state));
    await eventually(states).toEqual(['closed']);
    await page.close();
  });
});

describe('what a teacher runs with the class', () => {
  it('asks a question that a pupil answers on a phone and a classroom by a key, and may answer otherwise (Q1, Q4)', async () => {
    await open('poll');
    const form = teacher.page.getByTestId('poll-form');
    await form.getByTestId('question-text').fill('“疑是银河落九天”用了什么手法？');
    for (const [index, option] of ['比喻', '拟人', '夸张'].entries())
      await form.getByTestId(`option-${index}`).fill(option);
    await form.getByTestId('mark-2').click();
    await form.getByTestId('poll-ask').click();
    await pupil.page.getByTestId('answer-0').click();
    await pupil.page.locator('[data-testid="answer-state"][data-state="sent"]').waitFor();
    await progress().toContain('1 / 2');
    await pupil.page.getByTestId('answer-2').click();
    await pupil.page.locator('[data-testid="answer-2"][aria-pressed="true"]').waitFor();
    await site.page.getByTestId('poll-card').waitFor();
    await site.page.keyboard.press('2');
    await site.page.locator('[data-testid="answer-1"][aria-pressed="true"]').waitFor();
    await progress().toContain('2 / 2');
    await teacher.page.getByTestId('poll-names-toggle').click();
    const answers = teacher.page.getByTestId('named-answer');
    await answers.filter({ hasText: PUPIL.name }).filter({ hasText: '夸张' }).waitFor();
    await answers.filter({ hasText: SITE.name }).filter({ hasText: '拟人' }).waitFor();
  });

  it('has every acknowledged answer, once, after signaling was killed (Q5, Q8)', { timeout: 120_000 }, async () => {
    await stack.kill('signaling');
    await pupil.page.getByTestId('reconnecting').waitFor();
    await pupil.page.getByTestId('reconnecting').waitFor({ state: 'detached', timeout: BACK_DEADLINE_MS });
    await pupil.page.locator('[data-testid="answer-2"][aria-pressed="true"]').waitFor();
    await site.page.locator('[data-testid="answer-1"][aria-pressed="true"]').waitFor();
    await progress().toContain('2 / 2');
    await pupil.page.getByTestId('answer-1').click();
    await eventually(() => teacher.page.getByTestId('poll-chart').getAttribute('aria-label')).toMatch(
      /B 拟人：2 人，100%/,
    );
    await pupil.page.getByTestId('answer-2').click();
    await eventually(() => teacher.page.getByTestId('poll-chart').getAttribute('aria-label')).toMatch(
      /2 人作答.*B 拟人：1 人/,
    );
  });

  it('shows the result as a chart and in words, without names, and keeps the own answer through a reload (Q9)', async () => {
    await teacher.page.getByTestId('poll-close').click();
    await pupil.page.locator('[data-testid="poll-card"][data-state="closed"]').waitFor();
    await teacher.page.getByTestId('poll-publish').click();
    const result = pupil.page.getByTestId('poll-result');
    await result.waitFor();
    const chart = result.getByTestId('poll-chart');
    await eventually(() => chart.getAttribute('aria-label')).toMatch(/C 夸张：1 人，50%（正确）/);
    expect(await pupil.page.getByTestId('poll-card').textContent()).not.toContain(SITE.name);
    await eventually(() => pupil.page.getByTestId('announcer').textContent()).toContain('结果已公布');
    await pupil.page.reload();
    await pupil.untilInside();
    await eventually(() => pupil.page.getByTestId('poll-result').textContent()).toContain('C 夸张');
    await teacher.page.getByTestId('poll-hide').click();
    await pupil.page.getByTestId('poll-card').waitFor({ state: 'detached' });
  });

  it('asks for several choices, which a pupil marks and hands in together (Q1)', async () => {
    const form = await question('multiple', '哪些是唐代诗人？');
    for (const [index, option] of ['李白', '苏轼', '杜甫'].entries())
      await form.getByTestId(`option-${index}`).fill(option);
    await form.getByTestId('mark-0').click();
    await form.getByTestId('mark-2').click();
    await form.getByTestId('poll-ask').click();
    await pupil.page.getByTestId('answer-0').click();
    await pupil.page.getByTestId('answer-1').click();
    await pupil.page.getByTestId('answer-2').click();
    await pupil.page.getByTestId('answer-1').click();
    await progress().toContain('0 / 2');
    await pupil.page.getByTestId('answer-submit').click();
    await pupil.page.locator('[data-testid="answer-state"][data-state="sent"]').waitFor();
    await progress().toContain('1 / 2');
    await publish();
    await eventually(resultSeen).toMatch(
      /A 李白：1 人，100%（正确）.*B 苏轼：0 人，0%(?!（正确）).*C 杜甫：1 人，100%（正确）/,
    );
  });

  it('asks whether something is true, answered on a phone and by a key of the classroom (Q1, Q4)', async () => {
    const form = await question('trueFalse', '庐山在江西。');
    await form.getByTestId('mark-0').click();
    await form.getByTestId('poll-ask').click();
    await pupil.page.getByTestId('answer-0').click();
    await site.page.getByTestId('answer-1').waitFor();
    await site.page.keyboard.press('2');
    await progress().toContain('2 / 2');
    await publish();
    await eventually(resultSeen).toMatch(/对：1 人，50%（正确）.*错：1 人，50%/);
  });

  it('asks for some words, which the teacher reads as they come (Q1)', async () => {
    const form = await question('short', '用一个词形容瀑布。');
    await form.getByTestId('poll-ask').click();
    await pupil.page.getByTestId('answer-text').fill('壮观');
    await pupil.page.getByTestId('answer-submit').click();
    await pupil.page.locator('[data-testid="answer-state"][data-state="sent"]').waitFor();
    await progress().toContain('1 / 2');
    await eventually(() => teacher.page.getByTestId('poll-standing').textContent()).toContain('壮观');
    await publish();
    await teacher.page.getByTestId('poll-hide').click();
    await pupil.page.getByTestId('poll-card').waitFor({ state: 'detached' });
  });

  it('shows the pages of a file to everybody, turned by a presenter’s key, also to who comes later (B1)', async () => {
    const pages = ['1 0.9 0.7', '0.7 0.9 1', '0.9 1 0.8'].map((colour) => ({ colour, text: colour }));
    await open('courseware');
    const file = { name: '望庐山瀑布.pdf', mimeType: 'application/pdf', buffer: tinyPdf(pages) };
    await teacher.page.getByTestId('courseware-file').setInputFiles(file);
    await teacher.page.getByTestId('courseware-show').click();
    const shows = (person: Person, page: number) =>
      person.page.locator(`[data-testid="page-view"][data-page="${page}"] img[data-sharp="true"]`).waitFor();
    await shows(pupil, 1);
    await teacher.page.keyboard.press('PageDown');
    for (const person of [teacher, pupil, site]) await shows(person, 2);
    await pupil.page.reload();
    await pupil.untilInside();
    await shows(pupil, 2);
    expect(await pupil.page.getByTestId('page-controls').count()).toBe(0);
    await teacher.page.getByTestId('page-previous').click();
    await shows(site, 1);
    await teacher.page.getByTestId('page-hide').click();
    await site.page.getByTestId('page-view').waitFor({ state: 'detached' });
  });

  it('is written on by the teacher, and by the class once it may, also for who comes later (I1, I2)', async () => {
    await teacher.page.getByTestId('whiteboard').click();
    const strokes = (person: Person, count: number) =>
      person.page.locator(`[data-testid="ink"][data-strokes="${count}"]`).first().waitFor();
    const write = async ({ page }: Person): Promise<void> => {
      await page.getByTestId('ink-pen').click();
      await drawLine(page.mouse, await page.locator('[data-testid="ink"][data-writing="true"]').boundingBox());
    };
    await write(teacher);
    for (const person of [teacher, pupil, site]) await strokes(person, 1);
    expect(await pupil.page.getByTestId('ink-bar').count()).toBe(0);
    await teacher.page.getByTestId('ink-open').click();
    await write(pupil);
    for (const person of [teacher, site]) await strokes(person, 2);
    await pupil.page.reload();
    await pupil.untilInside();
    await strokes(pupil, 2);
    await teacher.page.getByTestId('ink-undo').click();
    await strokes(site, 1);
    await teacher.page.getByTestId('ink-clear').click();
    await strokes(pupil, 0);
  });

  it('takes figures, and an eraser that takes a pupil’s own strokes and any of the teacher’s (I1, I3)', async () => {
    const strokes = (person: Person) => person.page.locator('[data-testid="ink"]').first().locator('path');
    const drawWith = async ({ page }: Person, tool: string): Promise<void> => {
      await page.getByTestId(`ink-tool-${tool}`).click();
      await drawLine(page.mouse, await page.locator('[data-testid="ink"][data-writing="true"]').boundingBox());
    };
    const FIGURES = ['marker', 'line', 'arrow', 'box', 'oval'];
    for (const [index, figure] of FIGURES.entries()) {
      await drawWith(teacher, figure);
      await eventually(() => strokes(site).count()).toBe(index + 1);
    }
    const shapes = (person: Person) =>
      strokes(person).evaluateAll((paths) => paths.map((path) => (path as SVGElement).dataset['shape']));
    for (const person of [pupil, site]) expect(await shapes(person)).toEqual(FIGURES);
    await pupil.page.getByTestId('ink-pen').click();
    await drawWith(pupil, 'pen');
    await eventually(() => strokes(site).count()).toBe(6);
    await drawWith(pupil, 'eraser');
    await eventually(() => shapes(site)).toEqual(FIGURES);
    await drawWith(teacher, 'eraser');
    await eventually(() => shapes(site)).toEqual([]);
  });

  it('takes words typed where one taps, and keeps none that were given up (I1, I3)', async () => {
    const words = (person: Person) => person.page.locator('[data-testid="ink"]').first().locator('text');
    const field = teacher.page.getByTestId('ink-words');
    const tap = async (x: number, y: number): Promise<void> => {
      const box = await teacher.page.locator('[data-testid="ink"][data-writing="true"]').boundingBox();
      if (box === null) throw new Error('no page');
      await teacher.page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    };
    await teacher.page.getByTestId('ink-tool-text').click();
    await tap(0.3, 0.4);
    await field.fill('勾股定理');
    await field.press('Shift+Enter');
    await field.pressSequentially('a² + b² = c²');
    await field.press('Enter');
    for (const person of [pupil, site])
      await eventually(() => words(person).allTextContents()).toEqual(['勾股定理', 'a² + b² = c²']);
    await tap(0.3, 0.7);
    await field.fill('算了');
    await field.press('Escape');
    await field.waitFor({ state: 'detached' });
    await tap(0.3, 0.7);
    await field.fill('下课');
    // A tap beside it puts the words there, as leaving a field does.
    await tap(0.6, 0.2);
    await eventually(() => words(site).allTextContents()).toEqual(['勾股定理', 'a² + b² = c²', '下课']);
    await teacher.page.getByTestId('ink-tool-eraser').click();
    await tap(0.32, 0.43);
    await eventually(() => words(pupil).allTextContents()).toEqual(['下课']);
    await teacher.page.getByTestId('ink-clear').click();
  });

  it('takes words by keys alone, which stay in their place when the page changes its size', async () => {
    const { page } = teacher;
    const [field, sent] = [page.getByTestId('ink-words'), page.locator('[data-testid="ink"] text')];
    const topOf = async (place: typeof field) => (await place.boundingBox())?.y ?? Number.NaN;
    await page.getByTestId('ink-tool-text').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('作业');
    const beforeMoves = await topOf(field);
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('Alt+ArrowDown');
    const moved = await topOf(field);
    expect(moved).toBeGreaterThan(beforeMoves + 20);
    await page.setViewportSize({ ...VIEWPORTS.laptop, height: VIEWPORTS.laptop.height - 150 });
    await eventually(() => topOf(field)).toBeLessThan(moved - 20);
    const typedAt = await topOf(field);
    await page.keyboard.press('Enter');
    await eventually(() => sent.allTextContents()).toEqual(['作业']);
    expect(Math.abs((await topOf(sent)) - typedAt)).toBeLessThan(20);
    await page.setViewportSize(VIEWPORTS.laptop);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    expect(await focused()).toBe('ink-tool-text');
    await page.keyboard.press('Enter');
    await page.keyboard.type('预习');
    expect(await field.inputValue()).toBe('预习');
    // Whoever leaves the field for another place gets there.
    await page.getByTestId('ink-tool-pen').focus();
    await eventually(() => sent.allTextContents()).toEqual(['作业', '预习']);
    expect(await focused()).toBe('ink-tool-pen');
    await page.getByTestId('ink-clear').click();
    await page.getByTestId('page-hide').click();
    await site.page.getByTestId('page-view').waitFor({ state: 'detached' });
  });

  it('picks one after the other and invites on stage with one press (P2)', async () => {
    await open('pick');
    const names = new Set<string | null>();
    for (let turn = 0; turn < 2; turn += 1) {
      await teacher.page.getByTestId('pick-somebody').click();
      await eventually(() => pupil.page.getByTestId('pick-card').getAttribute('data-rolling')).toBe('false');
      await eventually(async () => {
        const name = await pupil.page.getByTestId('picked-name').textContent();
        names.add(name);
        return names.size;
      }).toBe(turn + 1);
    }
    // While names roll by, any of them may stand there.
    await eventually(() => pupil.page.getByTestId('pick-card').getAttribute('data-rolling')).toBe('false');
    const isSite = (await pupil.page.getByTestId('picked-name').textContent())?.includes(SITE.name) === true;
    await teacher.page.getByTestId('tool-invite').click();
    if (isSite) await site.page.locator('[data-testid="talk-sign"][data-talking="true"]').waitFor();
    else await pupil.page.getByTestId('decline-stage').click();
    await teacher.page.getByTestId('pick-clear').click();
    await pupil.page.getByTestId('pick-card').waitFor({ state: 'detached' });
  });

  it('gives the answer to whoever presses first once the race is open (A1)', async () => {
    await open('race');
    await teacher.page.getByTestId('race-start').click();
    const press = pupil.page.locator('[data-testid="race-press"][data-state="open"]');
    await pupil.page.locator('[data-testid="race-press"][data-state="ready"]:disabled').waitFor();
    await press.click();
    await eventually(() => teacher.page.getByTestId('race-winner').textContent()).toContain(PUPIL.name);
    await teacher.page.getByTestId('race-end').click();
    await pupil.page.getByTestId('race-card').waitFor({ state: 'detached' });
  });

  it('counts down for everybody and stands still while paused (K1, K2)', async () => {
    await open('countdown');
    await teacher.page.getByTestId('countdown-3').click();
    const sign = pupil.page.getByTestId('countdown-sign');
    await eventually(() => sign.textContent()).toMatch(/02:5\d|2:5\d/);
    await teacher.page.getByTestId('countdown-pause').click();
    await eventually(() => sign.getAttribute('data-state')).toBe('paused');
    await teacher.page.getByTestId('countdown-stop').click();
    await sign.waitFor({ state: 'detached' });
  });

  it('is found afterwards by the pupil on the home page, by its guardian, and by the teacher behind the name in the report', async () => {
    await teacher.endLesson();
    await pupil.page.getByTestId('closed').waitFor();
    const showsAnswer = async ({ page }: Person): Promise<void> => {
      const right = page.locator('[data-testid="put-question"][data-mark="right"]');
      const put = right.filter({ hasText: '银河落九天' });
      await put.waitFor();
      const said = await put.textContent();
      for (const part of ['银河落九天', '答对', '作答：C 夸张', '正确答案：C 夸张']) expect(said).toContain(part);
      expect(await page.getByTestId('answers-correct').textContent()).toContain('100%');
      expect(await seriousFindings(page)).toEqual([]);
    };
    await pupil.page.goto('/');
    await pupil.page.getByRole('link', { name: '我的答题记录' }).click();
    await showsAnswer(pupil);
    await pupil.page.getByLabel('学科').selectOption('语文');
    await showsAnswer(pupil);
    await teacher.page.goto(`/lessons/${lessonId}/report`);
    const [head, ...lines] = await downloadedCsv(teacher, 'report-export');
    expect(head).toEqual(expect.arrayContaining(['姓名', '班级 / 学校', '举手', '第 1 题']));
    expect(lines).toHaveLength(await teacher.page.getByTestId('report-person').count());
    expect(lines.find(([name]) => name === PUPIL.name)).toContain('C 夸张 ✓');
    await teacher.page.getByRole('link', { name: PUPIL.name }).click();
    await teacher.page.getByRole('heading', { name: `${PUPIL.name}的答题记录` }).waitFor();
    await showsAnswer(teacher);
    const guardian = await Person.at(stack, browser, 4, { viewport: VIEWPORTS.phone });
    await guardian.signInByPage('wang.mama');
    await guardian.page.getByRole('link', { name: `${PUPIL.name}的答题记录` }).click();
    await showsAnswer(guardian);
    await guardian.close();
  });
});
