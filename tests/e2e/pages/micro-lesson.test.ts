import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import type { RouteReply } from '../../../signaling/protocol/rest.ts';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { readViewTimecodes } from '../../support/media/film.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
/** Of the same school. */
const COLLEAGUE = 'chen.laoshi';
const TITLE = '圆的面积（微课）';
const TAKE_MS = 1_000;
const PLAYABLE_DEADLINE_MS = 30_000;

let stack: Stack;
let browser: Browser;
let folder: string;
let teacher: Person;
let page: Page;
let client: RestClient;
let lessonId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-micro-'));
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  client = await signedIn(stack, TEACHER.account);
  teacher = await Person.at(stack, browser, TEACHER.sender);
  page = teacher.page;
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const untilState = (state: 'none' | 'recording' | 'paused') =>
  page.locator(`[data-testid="recorder-state"][data-state="${state}"]`).waitFor();

/** The clock in the teacher's own picture. */
const clockNow = async () => (await teacher.seesAdvancing(teacher.tile(TEACHER.name), TEACHER.sender)).clockMs;

/** Counts down, and lasts until the own picture has gone on for so long. Answers the clock at its ends. */
async function take(): Promise<{ readonly fromMs: number; readonly toMs: number }> {
  await page.locator('[data-testid="take-countdown"][data-left="2"]').waitFor();
  await untilState('recording');
  const fromMs = await clockNow();
  await eventually(clockNow).toBeGreaterThan(fromMs + TAKE_MS);
  return { fromMs, toMs: await clockNow() };
}

async function recordings(): Promise<RouteReply<'listRecordings'>['items']> {
  const { items } = await client.call('listRecordings', { query: { search: TITLE } });
  return items;
}

describe('a micro-lesson', () => {
  let wrong: { readonly fromMs: number; readonly toMs: number };
  let right: { readonly fromMs: number; readonly toMs: number };

  it('is made on the home page, and is its teacher’s alone (W1)', async () => {
    await teacher.signInByPage(TEACHER.account);
    await page.getByTestId('micro').click();
    await page.getByTestId('micro-title').fill(TITLE);
    await page.getByTestId('micro-create').click();
    await page.waitForURL(/\/room\//);
    lessonId = page.url().split('/').at(-1) ?? '';
    await teacher.passPreparation();
    await teacher.untilInside();
    const colleague = await signedIn(stack, COLLEAGUE);
    const params = { lessonId };
    await expect(colleague.call('joinLesson', { params })).rejects.toThrow('notFound');
    const invitation = client.call('createInvitation', { params, body: { seat: 'guest' } });
    await expect(invitation).rejects.toThrow('forbidden');
  });

  it('is recorded when its teacher says so, take by take, and stays as it is over a reload (W2, W3)', async () => {
    await teacher.untilOn('camera');
    await untilState('none');
    expect(await recordings()).toEqual([]);
    await page.getByTestId('recorder-start').click();
    wrong = await take();
    await page.getByTestId('recorder-redo').click();
    await page.getByTestId('redo-confirm').click();
    right = await take();
    await page.getByTestId('recorder-pause').click();
    await untilState('paused');
    const time = page.getByTestId('recorded-time');
    const recorded = await time.innerText();
    expect(recorded).toMatch(/^0:0[2-9]$/);
    await page.reload();
    await teacher.untilInside();
    await untilState('paused');
    expect(await time.innerText()).toBe(recorded);
  });

  it('plays seconds after its end, without the take that was done again (W4)', async () => {
    await page.getByTestId('recorder-finish').click();
    await page.getByTestId('end-confirm').click();
    await page.getByTestId('closed').waitFor();
    await expect
      .poll(async () => (await recordings()).map(({ phase, isPreparing }) => !isPreparing && phase), {
        timeout: PLAYABLE_DEADLINE_MS,
        interval: 200,
      })
      .toEqual([expect.stringMatching(/playable|producing|ready/)]);
    const [recording] = await recordings();
    expect(recording).toMatchObject({ lessonOrigin: 'micro', lessonId });
    const params = { recordingId: recording?.recordingId ?? '' };
    const { viewsIndexUrl } = await client.call('openPlayback', { params });
    const indexUrl = new URL(viewsIndexUrl ?? '', stack.url);
    const index = PlayIndex.parse(await (await fetch(indexUrl)).json());
    const codes = await readViewTimecodes(index, indexUrl, 'lecturer', folder);
    const clocks = codes.filter(({ sender }) => sender === TEACHER.sender).map(({ clockMs }) => clockMs);
    const within = ({ fromMs, toMs }: typeof wrong) => clocks.filter((ms) => ms >= fromMs && ms <= toMs);
    expect(within(wrong)).toEqual([]);
    expect(Math.min(...clocks)).toBeGreaterThan(wrong.toMs);
    const played = within(right);
    expect(Math.max(...played) - Math.min(...played)).toBeGreaterThan(TAKE_MS * 0.8);
    await page.goto(`/watch/${params.recordingId}`);
    // Of the views or, when it was quick, of the film.
    await page.waitForFunction(() =>
      Array.from(document.querySelectorAll('video')).some(
        ({ currentTime, videoWidth }) => currentTime > 0.2 && videoWidth > 0,
      ),
    );
  });
});
