import { mkdir } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { downloadedCsv } from '../../support/browser/downloaded-csv.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const FIRST = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const SECOND = { account: 'wu.laoshi', name: '吴老师', sender: 2 };
const PUPIL = { account: 'wang.xiaoming', name: '王小明', sender: 3 };
const INSPECTOR = { account: 'zhou.xiaozhang', name: '周校长', sender: 4 };
const HOUR_MS = 3_600_000;
/** Long enough for a machine that runs other things too. */
const BACK_DEADLINE_MS = 60_000;

let stack: Stack;
let browser: Browser;
let first: Person;
let second: Person;
let pupil: Person;
let inspector: Person;
let firstId: string;
let secondId: string;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  firstId = await lessonIdOf(await signedIn(stack, FIRST.account), '望庐山瀑布');
  const nowMs = Date.now();
  const lesson = await (
    await signedIn(stack, SECOND.account)
  ).call('createLesson', {
    body: {
      ...{ kind: 'live', title: '分数的意义', allowsClashes: true, classGroupIds: [], isRecorded: false },
      ...{ startsAtMs: nowMs, endsAtMs: nowMs + HOUR_MS },
    },
  });
  secondId = lesson.lessonId;
  first = await Person.at(stack, browser, FIRST.sender);
  second = await Person.at(stack, browser, SECOND.sender);
  pupil = await Person.at(stack, browser, PUPIL.sender, { viewport: VIEWPORTS.phone });
  inspector = await Person.at(stack, browser, INSPECTOR.sender);
  for (const [person, account, lessonId] of [
    [first, FIRST.account, firstId],
    [second, SECOND.account, secondId],
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

const tile = (lessonId: string): string => `[data-testid="wall-tile"][data-lesson-id="${lessonId}"]`;
const seconds = (text: string | null): number => {
  const [minutes = 0, rest = 0] = (text ?? '').trim().split(':').map(Number);
  return minutes * 60 + rest;
};
/** For whoever looks at the pictures afterwards; only where a folder is named. */
async function shoot(person: Person, name: string): Promise<void> {
  const folder = process.env['TONGKE_SHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  for (const [size, viewport] of Object.entries(VIEWPORTS)) {
    await person.page.setViewportSize(viewport);
    await person.page.screenshot({ path: `${folder}/${name}-${size}.png` });
  }
  await person.page.setViewportSize(VIEWPORTS.laptop);
}

describe('what a class does, as its teacher sees it while it happens', () => {
  it('tells how long a pupil was heard and how often its hand went up (D1)', async () => {
    await pupil.signIn(PUPIL.account);
    await pupil.enterLesson(firstId);
    await pupil.untilInside();
    await pupil.page.getByTestId('control-hand').click();
    await first.openPanel('people');
    await first.page.getByTestId('hand').getByTestId('invite-to-stage').click();
    await pupil.page.getByTestId('accept-stage').click();
    await pupil.untilOn('microphone');
    await first.hears(PUPIL.sender);
    await first.openPanel('tools');
    await first.page.getByTestId('tool-activity').click();
    const entry = first.page.locator(`[data-testid="activity-entry"][data-name="${PUPIL.name}"]`);
    await eventually(async () => seconds(await entry.getByTestId('activity-talked').textContent())).toBeGreaterThan(8);
    expect(await entry.getByTestId('activity-hands').textContent()).toBe('1');
    await first.page.locator('[data-testid="activity-entry"][data-state="absent"]').first().waitFor();
    const [head, ...lines] = await downloadedCsv(first, 'activity-export');
    expect(head.slice(0, 3)).toEqual(['姓名', '班级', '出勤']);
    expect(lines).toHaveLength(await first.page.getByTestId('activity-entry').count());
    expect(lines.find(([name]) => name === PUPIL.name)?.[head.indexOf('举手')]).toBe('1');
    await shoot(first, 'activity');
  });

  it('loses no more than seconds of it when signaling is killed (D3)', { timeout: 120_000 }, async () => {
    const talked = first.page
      .locator(`[data-testid="activity-entry"][data-name="${PUPIL.name}"]`)
      .getByTestId('activity-talked');
    const before = seconds(await talked.textContent());
    await stack.kill('signaling');
    await first.page.getByTestId('reconnecting').waitFor();
    await first.page.getByTestId('reconnecting').waitFor({ state: 'detached', timeout: BACK_DEADLINE_MS });
    // It goes on from what was written, at most five seconds and two reports behind.
    const teacher = await signedIn(stack, FIRST.account);
    const report = await teacher.call('lessonReport', { params: { lessonId: firstId } });
    const spoken = report.people.find(({ displayName }) => displayName === PUPIL.name)?.talkedMs ?? 0;
    expect(spoken).toBeGreaterThanOrEqual((before - 9) * 1_000);
    expect(report.teachersTalkedMs).toBeGreaterThan(0);
    await eventually(async () => seconds(await talked.textContent())).toBeGreaterThan(before);
  });
});

describe('the wall of whoever inspects', () => {
  it('shows both lessons that run, alive, at the lowest layer and without sound', async () => {
    await inspector.signIn(INSPECTOR.account);
    await inspector.page.goto('/inspection');
    await inspector.seesAdvancing(`${tile(firstId)} video`, FIRST.sender);
    await inspector.seesAdvancing(`${tile(secondId)} video`, SECOND.sender);
    const heights = await inspector.page
      .locator('[data-testid="wall-tile"] video')
      .evaluateAll((videos) => videos.map((video) => (video as HTMLVideoElement).videoHeight));
    expect(heights.every((height) => height > 0 && height <= 180)).toBe(true);
    await inspector.hearsNot(FIRST.sender);
    await inspector.hearsNot(PUPIL.sender);
    await shoot(inspector, 'wall');
  });

  it('is seen by the teacher by name, in the top line and among the people (S6)', async () => {
    await eventually(() => first.page.getByTestId('inspection-sign').textContent()).toContain(INSPECTOR.name);
    await first.openPanel('people');
    const person = first.page.locator(`[data-testid="participant"][data-name="${INSPECTOR.name}"]`);
    await eventually(() => person.textContent()).toContain('巡课');
    await eventually(() => second.page.getByTestId('inspection-sign').textContent()).toContain(INSPECTOR.name);
  });

  it('keeps a note that the lecturer reads, and nobody of a listening school', async () => {
    await inspector.page.locator(tile(firstId)).getByTestId('wall-notes').click();
    await inspector.page.getByTestId('note-text').fill('提问有层次，学生参与面广');
    await inspector.page.getByTestId('note-send').click();
    await inspector.page.getByTestId('inspection-note').filter({ hasText: '提问有层次' }).waitFor();
    await shoot(inspector, 'notes');
    const params = { lessonId: firstId };
    const read = await (await signedIn(stack, FIRST.account)).call('listInspectionNotes', { params });
    expect(read).toMatchObject({ mayWrite: false, notes: [{ authorName: INSPECTOR.name, isMine: false }] });
    const listening = await signedIn(stack, 'ai.xiaozhang');
    expect((await listening.call('listInspectionNotes', { params })).notes).toEqual([]);
    const [note] = read.notes;
    const remove = { params: { ...params, noteId: note?.noteId ?? '' } };
    expect((await listening.raw('deleteInspectionNote', remove)).code).toBe('notFound');
    const write = { params, body: { text: '我也写', verdict: null } };
    expect((await (await signedIn(stack, FIRST.account)).raw('writeInspectionNote', write)).code).toBe('forbidden');
  });

  it('leaves every room with the page', async () => {
    await inspector.page.getByRole('navigation').getByRole('link', { name: '首页' }).click();
    await first.page.getByTestId('inspection-sign').waitFor({ state: 'detached' });
    await second.page.getByTestId('inspection-sign').waitFor({ state: 'detached' });
    const report = await (await signedIn(stack, FIRST.account)).call('lessonReport', { params: { lessonId: firstId } });
    // Whoever inspects is on no roll.
    expect(report.people.map(({ displayName }) => displayName)).not.toContain(INSPECTOR.name);
  });

  it('has left hours in the figures of the school, which another school’s staff cannot ask for', async () => {
    await inspector.page.goto('/desk/coverage');
    await eventually(() => inspector.page.getByTestId('desk-coverage').getAttribute('aria-current')).toBe('page');
    await inspector.page.getByTestId('coverage-row').first().waitFor();
    const [head, school, ...others] = await downloadedCsv(inspector, 'coverage-export');
    expect(head.slice(0, 4)).toEqual(['类别', '名称', '开课（节）', '授课（小时）']);
    expect(school?.slice(0, 3)).toEqual(['本校', expect.any(String), '2']);
    expect(school?.[3]).toMatch(/^\d+(\.\d+)?$/);
    const classrooms = others.filter(([kind]) => kind === '听讲教室');
    expect(classrooms).toHaveLength(await inspector.page.getByTestId('coverage-row').count());
    await shoot(inspector, 'coverage');
    const staff = await signedIn(stack, INSPECTOR.account);
    const schoolId = (await staff.call('whoAmI', {})).me?.schoolId ?? '';
    const today = new Date(Date.now() + 8 * HOUR_MS).toISOString().slice(0, 10);
    const query = { firstDate: today, lastDate: today };
    const own = await staff.call('coverage', { query: { ...query, schoolId } });
    expect(own.schools).toMatchObject([{ schoolId, given: { lessons: 2 } }]);
    expect((await staff.raw('coverage', { query })).code).toBe('forbidden');
    const other = await signedIn(stack, 'ai.xiaozhang');
    expect((await other.raw('coverage', { query: { ...query, schoolId } })).code).toBe('forbidden');
    const district = await (await signedIn(stack, 'admin')).call('coverage', { query });
    expect(district.schools).toHaveLength(2);
    const districtPage = await Person.at(stack, browser, 5);
    await districtPage.signIn('admin');
    await districtPage.page.goto('/desk/coverage');
    await districtPage.page.getByTestId('coverage-chart').waitFor();
    const [districtHead, ...schools] = await downloadedCsv(districtPage, 'coverage-export');
    expect(districtHead.slice(0, 3)).toEqual(['学校', '开课（节）', '授课（小时）']);
    expect(schools).toHaveLength(2);
    await shoot(districtPage, 'coverage-district');
    await first.page.goto(`/lessons/${firstId}/report`);
    await first.page.getByTestId('inspection-note').waitFor();
    await shoot(first, 'report');
  });

  it('has no room in it that the person has no right to see', async () => {
    const listening = await signedIn(stack, 'ai.xiaozhang');
    const seen = await listening.call('listLiveLessons', { query: {} });
    expect(seen.items.map(({ lessonId }) => lessonId)).not.toContain(secondId);
    const district = await signedIn(stack, 'admin');
    const all = await district.call('listLiveLessons', { query: { limit: 1, offset: 1 } });
    expect(all).toMatchObject({ total: 2, items: [{ lessonId: expect.any(String) }] });
  });
});
