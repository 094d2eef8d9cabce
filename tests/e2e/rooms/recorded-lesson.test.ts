import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import type { RouteReply } from '../../../signaling/protocol/rest.ts';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { probeFilm, readFilmTimecodes } from '../../support/media/film.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { Stack } from '../../support/stands/stack.ts';
import { eventually } from '../../support/eventually.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };
const CLASS_MS = 15_000;
/** Three times the budget of DESIGN §8. */
const PLAYABLE_DEADLINE_MS = 30_000;
const PRODUCED_DEADLINE_MS = 170_000;
/** Where the board is in the composed picture while nobody else is on stage: in the middle of its column. */
const BOARD = { x: 0, y: 108, width: 1536, height: 864 };

type Recording = RouteReply<'getRecording'>;

let stack: Stack;
let browser: Browser;
let folder: string;
let teacher: Person;
let pupil: Person;
let pupilClient: RestClient;
let lessonId: string;
let recording: Recording;
let classSeconds: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-film-'));
  stack = await Stack.start();
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
  pupilClient = await signedIn(stack, PUPIL.account);
  teacher = await Person.at(stack, browser, TEACHER.sender);
  pupil = await Person.at(stack, browser, PUPIL.sender);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

async function recordingOfLesson(): Promise<Recording | undefined> {
  const { items } = await pupilClient.call('listRecordings', { query: {} });
  return items.find((item) => item.lessonId === lessonId);
}

describe('a recorded lesson', () => {
  it('says to whoever enters, before and inside, that it is recorded (R1)', async () => {
    await teacher.signIn(TEACHER.account);
    await teacher.enterLesson(lessonId);
    await teacher.untilInside();
    await teacher.page.locator('[data-testid="recording-sign"][data-state="recording"]').waitFor();
    await teacher.page.getByTestId('control-screen').click();
    await pupil.signIn(PUPIL.account);
    await pupil.page.goto(`/room/${lessonId}`);
    await pupil.page.getByText(/录制/).first().waitFor();
    await pupil.passPreparation();
    await pupil.untilInside();
    await pupil.page.getByTestId('recording-sign').waitFor();
  });

  it('is playable, board and lecturer, seconds after class', { timeout: 240_000 }, async () => {
    const screen = pupil.tile(TEACHER.name, 'screen');
    const first = await pupil.seesAdvancing(screen, TEACHER.sender + 100);
    await eventually(async () => {
      const now = await pupil.seesAdvancing(screen, TEACHER.sender + 100);
      return now.clockMs - first.clockMs;
    }).toBeGreaterThan(CLASS_MS);
    await teacher.page.getByTestId('control-leave').click();
    await teacher.page.getByTestId('leave-end').click();
    await teacher.page.getByTestId('end-confirm').click();
    await teacher.page.getByTestId('closed').waitFor();
    const endedAtMs = Date.now();
    await expect
      .poll(async () => (await recordingOfLesson())?.phase, { timeout: PLAYABLE_DEADLINE_MS, interval: 200 })
      .toMatch(/playable|producing|ready/);
    expect(Date.now() - endedAtMs).toBeLessThan(PLAYABLE_DEADLINE_MS);
    const found = await recordingOfLesson();
    if (found === undefined) throw new Error('no recording');
    recording = found;

    const { viewsIndexUrl } = await pupilClient.call('openPlayback', {
      params: { recordingId: recording.recordingId },
    });
    const index = PlayIndex.parse(await (await fetch(new URL(viewsIndexUrl ?? '', stack.url))).json());
    classSeconds = index.durationUs / 1e6;
    expect(index.complete).toBe(true);
    expect(index.views.map((view) => view.view)).toEqual(expect.arrayContaining(['board', 'lecturer']));
    expect(index.sound?.segments.length).toBeGreaterThan(0);
    expect(classSeconds).toBeGreaterThan(CLASS_MS / 1000);
  });

  it('shows both pictures advancing in the player', async () => {
    await pupil.page.goto(`/watch/${recording.recordingId}`);
    await pupil.seesAdvancing('[data-testid="player-view-board"]', TEACHER.sender + 100);
    await pupil.seesAdvancing('[data-testid="player-view-lecturer"]', TEACHER.sender);
  });

  it('refuses its media without a signature, with a changed one, and to the raw packets', async () => {
    const { viewsIndexUrl } = await pupilClient.call('openPlayback', {
      params: { recordingId: recording.recordingId },
    });
    const [, area, grant = '', ...rest] = (viewsIndexUrl ?? '').split('/');
    const forged = grant.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const raw = rest.map((part) => (part === 'play' ? 'raw' : part));
    const statusOf = async (...parts: string[]) => (await fetch(`${stack.url}/${parts.join('/')}`)).status;
    expect(await statusOf(area ?? '', grant, ...rest)).toBe(200);
    expect(await statusOf(area ?? '', forged, ...rest)).toBe(403);
    expect(await statusOf(area ?? '', grant, ...raw)).toBe(404);
  });

  it('is composed into one film of the same length, its timecodes in step', { timeout: 240_000 }, async () => {
    await expect
      .poll(async () => (await recordingOfLesson())?.phase, { timeout: PRODUCED_DEADLINE_MS, interval: 500 })
      .toBe('ready');
    const client = await signedIn(stack, TEACHER.account);
    const { downloadUrl } = await client.call('openPlayback', { params: { recordingId: recording.recordingId } });
    const answer = await fetch(new URL(downloadUrl ?? '', stack.url));
    const path = join(folder, 'lesson.mp4');
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
    const facts = await probeFilm(path);
    expect(facts).toMatchObject({ width: 1920, height: 1080, videoCodec: 'h264', audioCodec: 'aac' });
    expect(Math.abs(facts.durationSeconds - classSeconds)).toBeLessThan(1);

    const readings = (await readFilmTimecodes(path, BOARD, 5)).flatMap(({ atSeconds, code }) =>
      code?.sender === TEACHER.sender + 100 ? [{ atSeconds, clockMs: code.clockMs }] : [],
    );
    const [first] = readings;
    const last = readings.at(-1);
    if (first === undefined || last === undefined) throw new Error('no board in the film');
    expect(last.atSeconds - first.atSeconds).toBeGreaterThan((CLASS_MS / 1000) * 0.8);
    const driftSeconds = last.atSeconds - first.atSeconds - (last.clockMs - first.clockMs) / 1000;
    expect(Math.abs(driftSeconds)).toBeLessThan(0.5);
  });
});
