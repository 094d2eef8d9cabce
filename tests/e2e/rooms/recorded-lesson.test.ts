import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { toneHz } from '../../support/browser/timecode.ts';
import {
  lessonIdOf,
  PLAYABLE_WITHIN_MS,
  playableRecordingOf,
  recordingsOf,
  signedIn,
  viewsOf,
} from '../../support/districts/demo-lessons.ts';
import { probeFilm, readFilmTimecodes } from '../../support/media/film.ts';
import { decodeSound, toneBySecond } from '../../support/media/tones.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import {
  startMinio,
  startPostgres,
  startRedis,
  type MinioService,
  type PostgresService,
  type UrlService,
} from '../../support/stands/services.ts';
import { Stack } from '../../support/stands/stack.ts';
import { eventually } from '../../support/eventually.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };
const CLASS_MS = 15_000;
const PRODUCED_DEADLINE_MS = 170_000;
/** Amplitude of 32,767; what is sent has about 3,000. */
const HEARD_LEVEL = 300;
/** Where board and lecturer are in the composed picture while nobody else is on stage. */
const PLACES = [
  { sender: TEACHER.sender + 100, place: { x: 0, y: 108, width: 1536, height: 864 } },
  { sender: TEACHER.sender, place: { x: 1536, y: 108, width: 384, height: 216 } },
];
const READINGS_PER_SECOND = 5;
/** A picture that stands longer is missing. */
const STANDING_S = 1;

/** What a district has of its own, in place of the embedded defaults. */
let postgres: PostgresService;
let redis: UrlService;
let minio: MinioService;
let stack: Stack;
let browser: Browser;
let folder: string;
let teacher: Person;
let pupil: Person;
let pupilClient: RestClient;
let lessonId: string;
let recordingId: RecordingId;
let classSeconds: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-film-'));
  [postgres, redis, minio] = await Promise.all([startPostgres(), startRedis(), startMinio()]);
  stack = await Stack.start({
    ...{ DATABASE_URL: await postgres.createDatabase(), REDIS_URL: redis.url, DEMO: '1' },
    ...minio.environment('tongke'),
  });
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
  pupilClient = await signedIn(stack, PUPIL.account);
  teacher = await Person.at(stack, browser, TEACHER.sender, { media: { hasScreenSound: true } });
  pupil = await Person.at(stack, browser, PUPIL.sender);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await Promise.all([postgres, redis, minio].map((service) => service.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe('a recorded lesson on PostgreSQL, Redis and MinIO', () => {
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
    await teacher.endLesson();
    await teacher.page.getByTestId('closed').waitFor();
    const endedAtMs = Date.now();
    recordingId = await playableRecordingOf(pupilClient, lessonId);
    expect(Date.now() - endedAtMs).toBeLessThan(PLAYABLE_WITHIN_MS);

    const { index } = await viewsOf(pupilClient, recordingId);
    classSeconds = index.durationUs / 1e6;
    expect(index.complete).toBe(true);
    expect(index.views.map((view) => view.view)).toEqual(expect.arrayContaining(['board', 'lecturer']));
    expect(index.sound?.segments.length).toBeGreaterThan(0);
    expect(classSeconds).toBeGreaterThan(CLASS_MS / 1000);
  });

  it('shows both pictures advancing in the player, and is heard there with the sound of the screen', async () => {
    await pupil.page.goto(`/watch/${recordingId}`);
    await pupil.seesAdvancing('[data-testid="player-view-board"]', TEACHER.sender + 100);
    await pupil.seesAdvancing('[data-testid="player-view-lecturer"]', TEACHER.sender);
    for (const sender of [TEACHER.sender, TEACHER.sender + 100]) await pupil.hears(sender);
  });

  it('refuses its media without a signature, with a changed one, and to the raw packets', async () => {
    const { viewsIndexUrl } = await pupilClient.call('openPlayback', {
      params: { recordingId },
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
      .poll(async () => (await recordingsOf(pupilClient, lessonId))[0]?.phase, {
        timeout: PRODUCED_DEADLINE_MS,
        interval: 500,
      })
      .toBe('ready');
    const client = await signedIn(stack, TEACHER.account);
    const { downloadUrl } = await client.call('openPlayback', { params: { recordingId } });
    const answer = await fetch(new URL(downloadUrl ?? '', stack.url));
    const path = join(folder, 'lesson.mp4');
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
    const facts = await probeFilm(path);
    expect(facts).toMatchObject({ width: 1920, height: 1080, videoCodec: 'h264', audioCodec: 'aac' });
    expect(Math.abs(facts.durationSeconds - classSeconds)).toBeLessThan(1);

    for (const { sender, place } of PLACES) await expectInStep(path, sender, place);
    const sound = await decodeSound(path);
    for (const sender of [TEACHER.sender, TEACHER.sender + 100]) {
      const heard = toneBySecond(sound, toneHz(sender)).filter((level) => level > HEARD_LEVEL);
      expect(heard.length, `seconds with the tone of ${sender}`).toBeGreaterThan((CLASS_MS / 1000) * 0.8);
    }
  });
});

/** Somebody's picture goes on through the whole film, as fast as the film. */
async function expectInStep(path: string, sender: number, place: (typeof PLACES)[number]['place']): Promise<void> {
  const readings = (await readFilmTimecodes(path, place, READINGS_PER_SECOND)).flatMap(({ atSeconds, code }) =>
    code?.sender === sender ? [{ atSeconds, clockMs: code.clockMs }] : [],
  );
  const [first] = readings;
  const last = readings.at(-1);
  if (first === undefined || last === undefined) throw new Error(`nothing of sender ${sender} in the film`);
  expect(last.atSeconds - first.atSeconds).toBeGreaterThan((CLASS_MS / 1000) * 0.8);
  for (const [index, { atSeconds, clockMs }] of readings.entries()) {
    const driftSeconds = atSeconds - first.atSeconds - (clockMs - first.clockMs) / 1000;
    expect(Math.abs(driftSeconds), `sender ${sender} at ${atSeconds} s`).toBeLessThan(0.5);
    const before = readings[index - 1]?.atSeconds ?? atSeconds;
    expect(atSeconds - before, `sender ${sender} at ${atSeconds} s`).toBeLessThan(STANDING_S);
  }
}
