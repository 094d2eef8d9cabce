import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PARENT = { name: '叶妈妈', ward: '叶子涵', sender: 2 };
const STRANGER = { name: '陌生人', ward: '叶子涵', sender: 3 };
const PHONE = { viewport: VIEWPORTS.phone, isMobile: true, hasTouch: true, deviceScaleFactor: 2 } as const;

declare global {
  var madeConnections: RTCPeerConnection[];
}

let stack: Stack;
let browser: Browser;
let teacher: Person;
let parent: Person;
let stranger: Person;
let invitation: string;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  teacher = await Person.at(stack, browser, TEACHER.sender);
  parent = await Person.at(stack, browser, PARENT.sender, PHONE);
  stranger = await Person.at(stack, browser, STRANGER.sender, PHONE);
  for (const { page } of [parent, stranger]) await rememberConnections(page.context());
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** Keeps every WebRTC connection that a page of the context makes, so that what reaches it can be counted. */
async function rememberConnections(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    globalThis.madeConnections = [];
    const Original = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        globalThis.madeConnections.push(this);
      }
    };
  });
}

/** RTP packets that have reached any connection of this person's page. */
async function packetsReceivedBy({ page }: Person): Promise<number> {
  return page.evaluate(async () => {
    let packets = 0;
    for (const connection of globalThis.madeConnections) {
      for (const report of (await connection.getStats()).values() as Iterable<{
        type: string;
        packetsReceived?: number;
      }>) {
        if (report.type === 'inbound-rtp') packets += report.packetsReceived ?? 0;
      }
    }
    return packets;
  });
}

/** What a phone does with an invitation: tap the link, say who one is, tap through the device check. */
async function comeByLink({ page }: Person, who: { readonly name: string; readonly ward: string }): Promise<void> {
  await page.goto(invitation);
  await page.getByTestId('ward-name').fill(who.ward);
  await page.getByTestId('guest-name').fill(who.name);
  await page.getByTestId('join').tap();
  await page.getByTestId('enter-room').tap();
  await eventually(() => page.getByTestId('waiting').getAttribute('data-cause')).toBe('lobby');
}

/** Nothing of the meeting is on this page: no room, no tile, no sound, not one packet. */
async function learnsNothing(person: Person): Promise<void> {
  const { page } = person;
  for (const testId of ['room', 'tile', 'participant', 'chat-message', 'remote-audio']) {
    expect(await page.getByTestId(testId).count(), testId).toBe(0);
  }
  await person.hearsNot(TEACHER.sender);
  await person.hearsNot(PARENT.sender);
  expect(await packetsReceivedBy(person)).toBe(0);
}

describe('a meeting that a parent joins on a phone', () => {
  it('is opened by the teacher at once, who makes the invitation link inside', async () => {
    await teacher.signInByPage(TEACHER.account);
    await teacher.page.getByTestId('ad-hoc').click();
    await teacher.page.getByRole('dialog').getByRole('combobox').first().selectOption('meeting');
    await teacher.page.getByTestId('ad-hoc-start').click();
    await teacher.passPreparation();
    await teacher.untilInside();
    await teacher.openPanel('tools');
    await teacher.page.getByTestId('invite').click();
    await teacher.page.getByTestId('make-invitation').click();
    invitation = await teacher.page.getByTestId('invitation-url').inputValue();
    expect(new URL(invitation).pathname).toMatch(/^\/join\//);
    await teacher.page.keyboard.press('Escape');
  });

  it('makes who opens the link wait in the lobby, and shows and plays nothing there (L1)', async () => {
    await comeByLink(stranger, STRANGER);
    await comeByLink(parent, PARENT);
    await learnsNothing(stranger);
    await learnsNothing(parent);
  });

  it('lets teacher and admitted parent see and hear each other (L3, G4)', async () => {
    await teacher.openPanel('people');
    const waiting = teacher.page.getByTestId('lobby-entry');
    await eventually(() => waiting.count()).toBe(2);
    await waiting.filter({ hasText: PARENT.name }).getByTestId('admit').click();
    await parent.untilInside();
    await parent.seesAdvancing(parent.tile(TEACHER.name), TEACHER.sender);
    await parent.hears(TEACHER.sender);
    expect(await packetsReceivedBy(parent)).toBeGreaterThan(0);
    await teacher.seesAdvancing(teacher.tile(PARENT.name), PARENT.sender);
    await teacher.hears(PARENT.sender);
  });

  it('shows and plays nothing to the stranger in the lobby meanwhile, whom the teacher then denies (L6)', async () => {
    await learnsNothing(stranger);
    await stranger.page.reload();
    await eventually(() => stranger.page.getByTestId('waiting').getAttribute('data-cause')).toBe('lobby');
    await learnsNothing(stranger);
    await teacher.page.getByTestId('lobby-entry').filter({ hasText: STRANGER.name }).getByTestId('deny').click();
    await eventually(() => stranger.page.getByTestId('closed').getAttribute('data-reason')).toBe('denied');
    await teacher.hears(PARENT.sender, [STRANGER.sender]);
  });
});
