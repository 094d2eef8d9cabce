import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { LessonId, PersonId } from '../../../signaling/protocol/ids.ts';
import { RoomClient } from '../../integration/room/room-client.ts';
import { launchBrowser, openDevice } from '../../support/browser/browser.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { Stack } from '../../support/stands/stack.ts';
import type { BenchStage } from '../bench-stage.ts';
import { clickToFirstFrame, watchFirstFrames } from '../first-frame.ts';
import { median, percentile, type Figure } from '../figure.ts';
import { giveSession, signInPupils } from '../pupils.ts';

const TEACHER = 'lin.laoshi';
const LESSON = '望庐山瀑布';
const TEACHER_SENDER = 1;
const BUDGET_RATIO = 1.5;
const SERVER_BUDGET_MS = 40;
const TILE = '[data-testid="tile"] video';
const ENTER = '[data-testid="enter-room"]';
/** A page that has just been loaded fetches ahead and warms up; people read before they click. */
const READING_MS = 1_500;
const LOADED_AT_ONCE = 4;

interface Plan {
  readonly rounds: number;
  readonly viewers: number;
  readonly viewersEveryMs: number;
  readonly crowds: number;
}

const FULL: Plan = { rounds: 15, viewers: 20, viewersEveryMs: 100, crowds: 5 };
const SHORT: Plan = { rounds: 2, viewers: 3, viewersEveryMs: 100, crowds: 1 };

/** One of the two systems: loads a page for somebody, who then may click. */
interface Side {
  open(context: BrowserContext, viewer: number): Promise<Page>;
  readonly button: string;
  readonly videos: string;
}

async function bundleBarePage(folder: string): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: join(import.meta.dirname, '../bare/bare-call-page.ts'), formats: ['iife'], name: 'bareCall' },
    },
  })) as Rolldown.RolldownOutput[];
  const path = join(folder, 'call.js');
  await writeFile(path, built[0]?.output[0].code ?? '');
  return path;
}

/** The bare call with somebody who sends. */
async function openBare(stage: BenchStage, browser: Browser): Promise<Side> {
  const child = fork(join(import.meta.dirname, '../bare/bare-call-server.ts'), [await bundleBarePage(stage.folder)]);
  stage.keep(child, (opened) => opened.kill());
  const [port] = (await once(child, 'message')) as [unknown];
  const url = `http://localhost:${Number(port)}/`;
  const sender = await (await openDevice(browser, TEACHER_SENDER, { paintsVideo: true })).newPage();
  await sender.goto(url);
  await sender.evaluate(() => globalThis.bareSend());
  return {
    button: '#join',
    videos: 'video',
    open: async (context) => {
      const page = await context.newPage();
      await page.goto(url, { waitUntil: 'networkidle' });
      return page;
    },
  };
}

/** A room with its teacher in it, camera and microphone on. */
async function openOurs(
  stage: BenchStage,
  browser: Browser,
  stack: Stack,
  lessonId: string,
  pupils: readonly RestClient[],
): Promise<Side> {
  const context = await openDevice(browser, TEACHER_SENDER, { paintsVideo: true });
  await giveSession(context, stack, await signedIn(stack, TEACHER));
  const teacher = await context.newPage();
  const url = `${stack.url}/room/${lessonId}`;
  await teacher.goto(url);
  await teacher.locator(ENTER).click();
  await teacher.locator(TILE).first().waitFor();
  stage.say('the teacher is in');
  return {
    button: ENTER,
    videos: TILE,
    open: async (viewerContext, viewer) => {
      const pupil = pupils[viewer % pupils.length];
      if (pupil === undefined) throw new Error('no pupils');
      await giveSession(viewerContext, stack, pupil);
      const page = await viewerContext.newPage();
      await page.goto(url, { waitUntil: 'networkidle' });
      await page.locator(ENTER).waitFor();
      return page;
    },
  };
}

async function newViewer(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1_366, height: 768 } });
  await watchFirstFrames(context);
  return context;
}

async function lone(side: Side, context: BrowserContext, viewer: number): Promise<number> {
  const page = await side.open(context, viewer);
  await sleep(READING_MS);
  const tookMs = await clickToFirstFrame(page, side.button, side.videos);
  await page.close();
  return tookMs;
}

/** Everybody's page is loaded; then they click one after another. */
async function crowd(browser: Browser, side: Side, plan: Plan): Promise<number[]> {
  const contexts: BrowserContext[] = [];
  const pages: Page[] = [];
  for (let viewer = 0; viewer < plan.viewers; viewer += LOADED_AT_ONCE) {
    const some = Array.from({ length: Math.min(LOADED_AT_ONCE, plan.viewers - viewer) }, async (_, index) => {
      const context = await newViewer(browser);
      contexts.push(context);
      return side.open(context, viewer + index);
    });
    pages.push(...(await Promise.all(some)));
  }
  await sleep(READING_MS);
  const clicks = pages.map(async (page, index) => {
    await sleep(index * plan.viewersEveryMs);
    return clickToFirstFrame(page, side.button, side.videos);
  });
  const took = await Promise.all(clicks);
  for (const context of contexts) await context.close();
  return took;
}

/** What the server takes of it: join, enter and the handshake until the snapshot is there, asked without a browser. */
async function serverShare(
  stack: Stack,
  lessonId: string,
  pupils: readonly RestClient[],
  rounds: number,
): Promise<number> {
  const took: number[] = [];
  // The first connection of each client is opened, not measured.
  for (let round = 0; round < rounds + 1; round += 1) {
    const pupil = pupils[round % pupils.length];
    if (pupil === undefined) throw new Error('no pupils');
    await pupil.call('home', {});
    const startedMs = performance.now();
    const grant = await pupil.call('joinLesson', { params: { lessonId: LessonId.parse(lessonId) } });
    const entered = await pupil.call('enterRoom', {
      params: { roomId: grant.roomId },
      body: { joinToken: grant.joinToken },
    });
    const claims = {
      jti: randomUUID(),
      lessonId: LessonId.parse(lessonId),
      seat: grant.seat,
      identity: { kind: 'person', personId: PersonId.parse('bench') },
      displayName: grant.displayName,
      schoolName: null,
      region: null,
      phoneOf: null,
      mayTeach: false,
      allowsWall: false,
      wardName: null,
      isWardClaimed: false,
      classGroup: null,
    } as const;
    const client = new RoomClient(stack.url, claims, entered);
    await client.connect();
    if (round > 0) took.push(performance.now() - startedMs);
    await client.ask('leave', {});
    client.close();
  }
  return median(took);
}

function figuresOf(name: string, ours: readonly number[], bare: readonly number[]): Figure[] {
  const lower = 'lower' as const;
  const at = (share: number): Pick<Figure, 'value' | 'baseline'> => ({
    value: percentile(ours, share),
    baseline: percentile(bare, share),
  });
  const ratio = percentile(ours, 0.5) / percentile(bare, 0.5);
  return [
    { name: `join.${name}.p50-on-bare`, value: ratio, unit: '×', better: lower, budget: BUDGET_RATIO },
    { name: `join.${name}.p50`, ...at(0.5), unit: 'ms', better: lower },
    { name: `join.${name}.p95`, ...at(0.95), unit: 'ms', better: lower },
  ];
}

/** From the click on a loaded page to the first frame of somebody else, beside a bare mediasoup in the same browser. */
export async function measureJoin(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const stack = stage.keep(await Stack.start({ NODE_ENV: 'production' }), (opened) => opened.stop());
  const teacher = await signedIn(stack, TEACHER);
  const lessonId = await lessonIdOf(teacher, LESSON);
  const pupils = await signInPupils(stack, teacher, lessonId, plan.viewers);
  const browser = stage.keep(await launchBrowser(), (opened) => opened.close());
  const ours = await openOurs(stage, browser, stack, lessonId, pupils);
  const bare = await openBare(stage, browser);
  const lonely = { ours: [] as number[], firstVisit: [] as number[], bare: [] as number[] };
  const regular = await newViewer(browser);
  // The first visit of a browser leaves behind what makes the next one faster, as in life.
  await lone(ours, regular, 0);
  for (let round = 0; round < plan.rounds; round += 1) {
    const newcomer = await newViewer(browser);
    lonely.bare.push(await lone(bare, newcomer, round));
    lonely.ours.push(await lone(ours, regular, round + 1));
    lonely.firstVisit.push(await lone(ours, newcomer, round + 2));
    await newcomer.close();
  }
  stage.say(`lone ${lonely.ours.map(Math.round).join(' ')}; bare ${lonely.bare.map(Math.round).join(' ')}`);
  const crowded = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < plan.crowds; round += 1) {
    crowded.bare.push(...(await crowd(browser, bare, plan)));
    crowded.ours.push(...(await crowd(browser, ours, plan)));
    stage.say(`${plan.viewers} viewers: ${Math.round(median(crowded.ours))}; bare ${Math.round(median(crowded.bare))}`);
  }
  const share = await serverShare(stack, lessonId, pupils, plan.rounds);
  return [
    ...figuresOf('lone', lonely.ours, lonely.bare),
    ...figuresOf('lone-first-visit', lonely.firstVisit, lonely.bare),
    ...figuresOf(`${plan.viewers}-viewers`, crowded.ours, crowded.bare),
    { name: 'join.server-share', value: share, unit: 'ms', better: 'lower', budget: SERVER_BUDGET_MS },
  ];
}
