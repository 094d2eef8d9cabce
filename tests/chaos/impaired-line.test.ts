import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  giveUpTopLayers,
  rememberConnections,
  selectedPairs,
  sendAllLayers,
  sentPictures,
} from '../net/connections.ts';
import { lostOf, type LineConditions } from '../net/line.ts';
import type { UdpRelay } from '../net/udp-relay.ts';
import { launchBrowser } from '../support/browser/browser.ts';
import { Person } from '../support/browser/person.ts';
import { lessonIdOf, playableRecordingOf, signedIn, viewsOf } from '../support/districts/demo-lessons.ts';
import { eventually } from '../support/eventually.ts';
import { fetchPlayable, readViewFrames } from '../support/media/film.ts';
import { beepTimes, median } from '../support/media/flash-and-beep.ts';
import { startRelayedStack } from '../support/stands/relayed-stack.ts';
import type { Stack } from '../support/stands/stack.ts';
import { plan } from './plan.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const CLEAN: LineConditions = { delayMs: 20 };
const MAX_OFFSET_MS = 40;
/** A line that is whole again carries pictures after so long: consent checks, ICE, and a keyframe. */
const BACK_WITHIN_MS = 8_000;
/** What a browser sent last before the line is whole again it still has, and sends again when it is asked to (RFC 4588). */
const SENT_AGAIN_MS = 2_500;
const LOWER_LAYER = 'lower layer';
/** From a layer that stops to the first picture of the next one; mediasoup alone takes 1.5 s to look for it. */
const LAYER_GAP_MS = 1_200;
const BEFORE_STEP_MS = 1_000;
/** Until a keyframe comes for what could not be repaired. */
const REPAIRED_WITHIN_MS = 3_000;
/** Longer than between two pictures. */
const HOLE_MS = 250;
/** Of the pictures that were sent. */
const MISSING = 0.05;
const REPAIRED = ['clean', '2 % loss', 'reordered'];

let relay: UdpRelay;
let relayPorts: readonly number[];
let stack: Stack;
let browser: Browser;
let folder: string;
let teacher: Person;
let lessonId: string;

interface Phase {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the simulcast layer that most were sent of. */
  readonly picturesSent: number;
}
/** On the teacher's clock, which is this machine's. */
const phases: Phase[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-line-'));
  ({ stack, relay, relayPorts } = await startRelayedStack({ seed: 2026, up: CLEAN, down: CLEAN }));
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
  teacher = await Person.at(stack, browser, TEACHER.sender, { media: { framesPerSecond: 15 } });
  await rememberConnections(teacher.page);
  await teacher.signIn(TEACHER.account);
  await teacher.enterLesson(lessonId);
  await teacher.untilInside();
  await teacher.page.locator('[data-testid="recording-sign"][data-state="recording"]').waitFor();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  relay?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Lets the lesson go on over such a line for that long. */
async function teachOver(name: string, up: LineConditions, ms: number): Promise<void> {
  relay.change({ up });
  const before = await sentPictures(teacher.page);
  const fromMs = Date.now();
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
  const toMs = Date.now();
  const after = await sentPictures(teacher.page);
  const sent = [...after].map(([ssrc, pictures]) => pictures - (before.get(ssrc) ?? 0));
  phases.push({ name, fromMs, toMs, picturesSent: Math.max(...sent) });
}

describe('a teacher on a bad line', () => {
  it('sends every byte of media through the relay', async () => {
    relay.change({ up: { ...CLEAN, loss: 0.02 } });
    await eventually(() => relay.counters.up.lost.loss).toBeGreaterThan(5);
    const pairs = await selectedPairs(teacher.page);
    expect(pairs.length).toBeGreaterThan(0);
    for (const pair of pairs) {
      expect(pair.protocol).toBe('udp');
      expect(relayPorts).toContain(pair.remotePort);
    }
    const sent = pairs.reduce((sum, pair) => sum + pair.bytesSent, 0);
    const { up, down } = relay.counters;
    expect(sent).toBeGreaterThan(100_000);
    expect(up.sentBytes).toBeGreaterThanOrEqual(sent);
    expect(down.arrivedBytes).toBeGreaterThan(0);
    expect(lostOf(up)).toBeGreaterThan(5);
    expect(lostOf(down)).toBe(0);
    relay.change({ up: CLEAN });
  });

  it('teaches on through loss, reordering and an outage', { timeout: 60_000 + 8 * plan.lineMs }, async () => {
    await teachOver('clean', CLEAN, plan.lineMs);
    expect(await giveUpTopLayers(teacher.page)).toBe(1);
    await teachOver(LOWER_LAYER, CLEAN, plan.lineMs);
    await sendAllLayers(teacher.page);
    await teachOver('all layers', CLEAN, plan.lineMs);
    await teachOver('2 % loss', { ...CLEAN, loss: 0.02 }, plan.lineMs);
    const reorder = { share: 0.05, byMs: 250 };
    await teachOver('reordered', { ...CLEAN, jitterMs: 20, reorder }, plan.lineMs);
    await teachOver('10 % loss', { ...CLEAN, loss: 0.1 }, plan.lineMs);
    await teachOver('outage', { isCut: true }, plan.outageMs);
    await teachOver('after', CLEAN, plan.lineMs + 5_000);
    const { lost, late } = relay.counters.up;
    expect(lost.loss).toBeGreaterThan(10);
    expect(lost.cut).toBeGreaterThan(50);
    expect(late).toBeGreaterThan(0);
  });

  it('has a recording in step, with a hole for the outage alone', async () => {
    const client = await signedIn(stack, TEACHER.account);
    await teacher.endLesson();
    const recordingId = await playableRecordingOf(client, lessonId);
    const { index, indexUrl } = await viewsOf(client, recordingId);
    const frames = await readViewFrames(index, indexUrl, 'lecturer', folder);
    const segments = index.sound?.segments ?? [];
    const sound = await fetchPlayable(segments, indexUrl, join(folder, 'sound.mp4'));
    const beeps = await beepTimes(sound, (segments[0]?.startUs ?? 0) / 1e6);

    const pictures = frames.flatMap(({ atSeconds, code }) =>
      code === undefined ? [] : [{ atMs: atSeconds * 1000, clockMs: unwrapped(code.clockMs) }],
    );
    expectInStep(pictures, beeps);
    const holes = holesOf(pictures);
    const [longest = 0, ...others] = holes.toSorted((a, b) => b - a);
    expect(longest).toBeGreaterThan(plan.outageMs - SENT_AGAIN_MS);
    expect(longest).toBeLessThan(plan.outageMs + BACK_WITHIN_MS);
    expect(others.every((ms) => ms < REPAIRED_WITHIN_MS)).toBe(true);
    const lower = phases.find(({ name }) => name === LOWER_LAYER);
    const fromMs = (lower?.fromMs ?? 0) - BEFORE_STEP_MS;
    const around = pictures.filter(({ clockMs }) => clockMs >= fromMs && clockMs < (lower?.toMs ?? 0));
    expect(around.length).toBeGreaterThan(plan.lineMs / 200);
    expect(Math.max(...holesOf(around))).toBeLessThan(LAYER_GAP_MS * plan.holeFactor);
    // What was lost or late on the way was sent again: nothing of it is missing.
    for (const { name, fromMs, toMs, picturesSent } of phases.filter((phase) => REPAIRED.includes(phase.name))) {
      const kept = pictures.filter(({ clockMs }) => clockMs >= fromMs && clockMs < toMs).length;
      const within = holes.filter((ms) => ms > HOLE_MS).join(' ');
      expect(kept, `${name}: ${kept} of ${picturesSent} pictures, holes of ${within} ms`).toBeGreaterThanOrEqual(
        picturesSent * (1 - MISSING * plan.holeFactor) - 2,
      );
    }
  });
});

interface Picture {
  /** Session time. */
  readonly atMs: number;
  /** When the teacher's page painted it. */
  readonly clockMs: number;
}

/** A clock reading modulo 2^32 as the time near the lesson that it means. */
function unwrapped(clockMs: number): number {
  return Math.round((Date.now() - clockMs) / 2 ** 32) * 2 ** 32 + clockMs;
}

function holesOf(pictures: readonly Picture[]): number[] {
  const clocks = pictures.map(({ clockMs }) => clockMs).toSorted((a, b) => a - b);
  return clocks.map((clock, index) => clock - (clocks[index - 1] ?? clock));
}

/** The beep of each whole second of the teacher's clock is heard where the pictures of that second are shown. */
function expectInStep(pictures: readonly Picture[], beeps: readonly number[]): void {
  const paintedMs = median(pictures.map(({ atMs, clockMs }) => atMs - clockMs));
  const errors = beeps.map((beep) => {
    const clockMs = beep * 1000 - paintedMs;
    return clockMs - Math.round(clockMs / 1000) * 1000;
  });
  expect(errors.length).toBeGreaterThan((plan.lineMs * 4) / 1000);
  expect(Math.abs(median(errors)), errors.map(Math.round).join(' ')).toBeLessThanOrEqual(MAX_OFFSET_MS);
}
