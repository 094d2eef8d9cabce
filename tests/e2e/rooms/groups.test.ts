import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { openTool, placeInGroup } from '../../support/browser/class-tools.ts';
import { Person } from '../../support/browser/person.ts';
import { seriousFindings } from '../../support/browser/serious-findings.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', name: '林老师', sender: 1 };
const PUPILS = [
  { account: 'wang.xiaoming', name: '王小明', sender: 2 },
  { account: 'li.xinyi', name: '李欣怡', sender: 3 },
  { account: 'zhang.haoran', name: '张浩然', sender: 4 },
  { account: 'liu.zixuan', name: '刘子轩', sender: 5 },
] as const;
const BACK_DEADLINE_MS = 60_000;

let stack: Stack;
let browser: Browser;
let teacher: Person;
let pupils: Person[];

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  const lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  teacher = await Person.at(stack, browser, TEACHER.sender);
  await teacher.signIn(TEACHER.account);
  await teacher.enterLesson(lessonId);
  await teacher.untilInside();
  pupils = [];
  for (const [index, { account, sender }] of PUPILS.entries()) {
    const viewport = index === 0 ? VIEWPORTS.phone : VIEWPORTS.laptop;
    const pupil = await Person.at(stack, browser, sender, { viewport });
    await pupil.signIn(account);
    await pupil.enterLesson(lessonId);
    await pupil.untilInside();
    pupils.push(pupil);
  }
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const pupil = (index: number): Person => {
  const found = pupils[index];
  if (found === undefined) throw new Error(`no pupil ${index}`);
  return found;
};
const sendersBut = (...heard: number[]): number[] =>
  [TEACHER, ...PUPILS].map(({ sender }) => sender).filter((sender) => !heard.includes(sender));
const openGroups = async (): Promise<void> => {
  await openTool(teacher, 'groups');
  await teacher.page.getByTestId('group-none').waitFor();
};
const boxOf = async (testId: string) => {
  const box = await teacher.page.getByTestId(testId).boundingBox();
  if (box === null) throw new Error(`${testId} is not shown`);
  return { top: box.y, bottom: box.y + box.height };
};
/** However long the list of groups is, the start is in sight, and over none of them. */
async function startsBesideTheList(): Promise<void> {
  await teacher.page.getByLabel('分几组').selectOption('12');
  const start = await boxOf('groups-open');
  expect(start.bottom).toBeLessThanOrEqual(VIEWPORTS.laptop.height);
  expect((await boxOf('group-12')).top).toBeGreaterThan(start.top);
  await teacher.page.getByTestId('group-12').scrollIntoViewIfNeeded();
  expect((await boxOf('group-12')).bottom).toBeLessThanOrEqual(start.top);
  expect(await boxOf('groups-open')).toEqual(start);
}
const place = (name: string, group: number): Promise<void> => placeInGroup(teacher, name, group);
/** What the page asks to be sent from now on does not reach the server before it is let go. */
async function holdProducing({ page }: Person): Promise<{ readonly held: number; letGo: () => void }> {
  const producing = { held: 0, isHolding: true, letGo: () => (producing.isHolding = false) };
  await page.routeWebSocket(/socket\.io/, (line) => {
    const server = line.connectToServer();
    line.onMessage((message) => {
      if (!producing.isHolding || !String(message).includes('["produce",')) server.send(message);
      else producing.held += 1;
    });
  });
  return producing;
}
const lineOf = (person: Person) => eventually(() => person.page.getByTestId('group-line').textContent());

describe('groups', () => {
  it('are made by keyboard and by dragging, and each hears and sees its own group alone (N2, N3, N5)', async () => {
    await openGroups();
    await startsBesideTheList();
    await teacher.page.getByLabel('分几组').selectOption('2');
    await teacher.page.getByLabel('多长时间').selectOption('10');
    await place(PUPILS[0].name, 1);
    await place(PUPILS[1].name, 1);
    await place(PUPILS[2].name, 2);
    await teacher.page
      .locator(`[data-testid="group-member"][data-name="${PUPILS[3].name}"]`)
      .getByText(PUPILS[3].name)
      .hover();
    await teacher.page.mouse.down();
    // A browser says where it is dragged only from the second move on.
    for (let move = 0; move < 3; move += 1) await teacher.page.getByTestId('group-2').locator('h4').hover();
    await teacher.page.mouse.up();
    await teacher.page.getByTestId('group-2').getByText(PUPILS[3].name).waitFor();
    expect(await seriousFindings(teacher.page)).toEqual([]);
    await teacher.page.getByTestId('groups-open').click();
    await teacher.page.getByTestId('groups-running').waitFor();
    await lineOf(pupil(0)).toMatch(/第 1 组 · 剩 (10:00|9:\d\d)/);
    await lineOf(pupil(2)).toMatch(/第 2 组 · 剩/);
    for (const one of pupils) await one.untilOn('microphone');
    for (const [index, mate] of [1, 0, 3, 2].entries()) {
      const { name, sender } = PUPILS[mate] ?? PUPILS[0];
      await pupil(index).hears(sender, sendersBut(sender));
      await pupil(index).seesAdvancing(pupil(index).tile(name), sender);
      expect(await pupil(index).page.getByTestId('remote-audio').count()).toBe(1);
    }
    for (const { sender } of PUPILS) await teacher.hearsNot(sender);
    expect(await teacher.page.getByTestId('remote-audio').count()).toBe(0);
    await teacher.page.locator('[data-testid="recording-sign"][data-state="paused"]').waitFor();
  });

  it('call the teacher, who sees which group, comes, is heard there alone, and goes back (N4)', async () => {
    await pupil(2).page.getByTestId('control-hand').click();
    await teacher.page.locator('[data-testid="group-2"][data-calls="true"]').waitFor();
    await teacher.page.getByTestId('visit-2').click();
    await lineOf(teacher).toContain('第 2 组');
    await pupil(2).page.locator('[data-testid="control-hand"][aria-pressed="false"]').waitFor();
    await pupil(3).hears(TEACHER.sender, [PUPILS[0].sender, PUPILS[1].sender]);
    await pupil(3).seesAdvancing(pupil(3).tile(TEACHER.name), TEACHER.sender);
    await teacher.hears(PUPILS[2].sender, [PUPILS[0].sender, PUPILS[1].sender]);
    await pupil(0).hearsNot(TEACHER.sender);
    await teacher.page.getByTestId('leave-group').click();
    await pupil(3).hearsNot(TEACHER.sender);
    await teacher.hearsNot(PUPILS[2].sender);
  });

  it('keep their chat, and get the teacher’s word all at once (N7)', async () => {
    await pupil(3).openPanel('chat');
    await pupil(3).page.getByTestId('chat-input').fill('我们选李白');
    await pupil(3).page.getByTestId('chat-send').click();
    await pupil(2).openPanel('chat');
    await pupil(2).page.getByTestId('chat-message').filter({ hasText: '我们选李白' }).waitFor();
    await teacher.page.getByTestId('groups-tell').fill('请选一位代表');
    await teacher.page.getByTestId('groups-tell-send').click();
    for (const one of pupils) await one.page.getByTestId('groups-told').getByText('请选一位代表').waitFor();
    await pupil(1).openPanel('chat');
    await pupil(1).page.getByTestId('chat-message').filter({ hasText: '请选一位代表' }).waitFor();
    expect(await pupil(1).page.getByTestId('chat-message').filter({ hasText: '我们选李白' }).count()).toBe(0);
  });

  it('survive a reload and a killed signaling: everybody is in the own group, and hears it alone (N5, T1)', async () => {
    const producing = await holdProducing(pupil(1));
    await pupil(1).page.reload();
    await pupil(1).untilInside();
    await lineOf(pupil(1)).toContain('第 1 组');
    await eventually(() => producing.held).toBeGreaterThan(0);
    await stack.kill('signaling');
    producing.letGo();
    await pupil(0).page.getByTestId('reconnecting').waitFor();
    for (const { page } of [teacher, ...pupils]) {
      await page.getByTestId('reconnecting').waitFor({ state: 'detached', timeout: BACK_DEADLINE_MS });
    }
    for (const [index, mate] of [1, 0, 3, 2].entries()) {
      const { name, sender } = PUPILS[mate] ?? PUPILS[0];
      await lineOf(pupil(index)).toContain(`第 ${index < 2 ? 1 : 2} 组`);
      await pupil(index).hears(sender, sendersBut(sender));
      await pupil(index).seesAdvancing(pupil(index).tile(name), sender);
    }
  }, 240_000);

  it('end at the teacher’s word: nobody sends any more, and everybody hears the teacher again (N6)', async () => {
    await teacher.page.getByTestId('groups-close').click();
    for (const one of pupils) {
      await one.page.getByTestId('group-line').waitFor({ state: 'detached' });
      await one.page.getByTestId('control-microphone').waitFor({ state: 'detached' });
      await one.hears(
        TEACHER.sender,
        PUPILS.map(({ sender }) => sender),
      );
    }
    await teacher.page.locator('[data-testid="recording-sign"][data-state="recording"]').waitFor();
    await pupil(3).openPanel('chat');
    await eventually(() => pupil(3).page.getByTestId('chat-message').allTextContents()).not.toContain('我们选李白');
  });
});
