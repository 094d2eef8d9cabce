import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberConnections, selectedPairs, watchHearing, type Hearing } from '../net/connections.ts';
import { lostOf, type LineConditions } from '../net/line.ts';
import type { UdpRelay } from '../net/udp-relay.ts';
import { launchBrowser } from '../support/browser/browser.ts';
import { Person } from '../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { eventually } from '../support/eventually.ts';
import { startRelayedStack } from '../support/stands/relayed-stack.ts';
import type { Stack } from '../support/stands/stack.ts';
import { plan } from './plan.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };
const CLEAN: LineConditions = { delayMs: 40 };
/** On which a lesson is to stay intelligible (DESIGN §5). */
const POOR: LineConditions = { delayMs: 100, loss: 0.05, rate: { bitsPerSecond: 150_000, queueBytes: 15_000 } };
const JITTERY: LineConditions = { delayMs: 100, jitterMs: 200, loss: 0.05 };
const MAX_CONCEALED = 0.05;
const MAX_HOLE_MS = 300;
/** Nothing is lost any more once pictures have given way and sound waits for what is sent again: that takes a quarter of a minute. */
const SETTLE_LOOK_MS = 4_000;
const SETTLED: Hearing = { concealedShare: 0.01, longestHoleMs: 0 };

let relay: UdpRelay;
let relayPorts: readonly number[];
let stack: Stack;
let browser: Browser;
let teacher: Person;
let pupil: Person;

beforeAll(async () => {
  ({ stack, relay, relayPorts } = await startRelayedStack({ seed: 5, up: CLEAN, down: CLEAN }));
  browser = await launchBrowser();
  const lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
  teacher = await Person.at(stack, browser, TEACHER.sender);
  pupil = await Person.at(stack, browser, PUPIL.sender);
  await rememberConnections(pupil.page);
  for (const [person, { account }] of [
    [teacher, TEACHER],
    [pupil, PUPIL],
  ] as const) {
    await person.signIn(account);
    await person.enterLesson(lessonId);
    await person.untilInside();
  }
  await teacher.page.getByTestId('control-screen').click();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  relay?.close();
});

const isSettled = ({ concealedShare, longestHoleMs }: Hearing): boolean =>
  concealedShare <= SETTLED.concealedShare && longestHoleMs <= SETTLED.longestHoleMs;

/** What the pupil's browser hears on such a line, once it has settled on it. */
async function heardOver(down: LineConditions): Promise<Hearing> {
  relay.change({ down });
  await eventually(async () => isSettled(await watchHearing(pupil.page, SETTLE_LOOK_MS))).toBe(true);
  return watchHearing(pupil.page, plan.lineMs * 2);
}

describe('a pupil far away, in a browser', () => {
  it('understands the teacher on 150 kbit/s that lose 5 %, while camera and screen are shown', async () => {
    await pupil.seesAdvancing(pupil.tile(TEACHER.name, 'screen'), TEACHER.sender + 100);
    const lostBefore = lostOf(relay.counters.down);
    const hearing = await heardOver(POOR);
    for (const { protocol, remotePort } of await selectedPairs(pupil.page)) {
      expect(protocol).toBe('udp');
      expect(relayPorts).toContain(remotePort);
    }
    expect(lostOf(relay.counters.down) - lostBefore).toBeGreaterThan(10);
    expect(hearing.concealedShare, JSON.stringify(hearing)).toBeLessThanOrEqual(MAX_CONCEALED);
    expect(hearing.longestHoleMs, JSON.stringify(hearing)).toBeLessThanOrEqual(MAX_HOLE_MS);
    await pupil.hears(TEACHER.sender);
  });

  it('understands the teacher through 200 ms of jitter and 5 % of loss', async () => {
    const hearing = await heardOver(JITTERY);
    expect(hearing.concealedShare, JSON.stringify(hearing)).toBeLessThanOrEqual(MAX_CONCEALED);
    expect(hearing.longestHoleMs, JSON.stringify(hearing)).toBeLessThanOrEqual(MAX_HOLE_MS);
  });

  it('sees the teacher again once the line is good', async () => {
    relay.change({ down: CLEAN });
    await pupil.seesAdvancing(pupil.tile(TEACHER.name, 'screen'), TEACHER.sender + 100);
  });
});
