import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser/browser.ts';
import { PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { PlayerStand, STARTED_UNIX_US } from '../../support/stands/player-stand.ts';
import type { MediaClip } from '../../support/rtp/media-clip.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';
import { loadPicture, loadSound } from '../bench-media.ts';
import type { BenchStage } from '../bench-stage.ts';
import { median, type Figure } from '../figure.ts';
import { clickToFirstFrame, watchFirstFrames } from '../first-frame.ts';

const FIRST_PICTURE_BUDGET_MS = 1_000;
const SEEK_BUDGET_MS = 500;

interface Plan {
  readonly lessonS: number;
  readonly openings: number;
  /** Where to, as a share of the lesson: far from each other, so that nothing is buffered. */
  readonly seeks: readonly number[];
}
const FULL: Plan = { lessonS: 300, openings: 5, seeks: [0.5, 0.2, 0.8, 0.1, 0.6, 0.3, 0.9] };
const SHORT: Plan = { lessonS: 30, openings: 1, seeks: [0.8] };

const VIEWS = '[data-testid=player-view-board], [data-testid=player-view-lecturer]';
const FILM = '[data-testid=player-composed]';
const CARD = '[data-testid=library-card] a';

async function recordLesson(stand: PlayerStand, seconds: number): Promise<void> {
  const timeline = (clip: MediaClip, ssrc: number) =>
    rtpTimeline({
      clip,
      ssrc,
      cname: 'bench',
      payloadType: PAYLOAD_TYPES[clip.codec],
      startUnixUs: STARTED_UNIX_US,
      durationUs: seconds * 1e6,
    });
  const { recording, muxer } = stand;
  const lecturer = { seat: 'lecturer' } as const;
  const camera = timeline(await loadPicture('H264'), 41);
  recording.add({ ...lecturer, track: 'cam', source: 'camera', codec: 'H264', ssrc: 41, packets: camera });
  const screen = timeline(await loadPicture('VP8'), 42);
  recording.add({ ...lecturer, track: 'scr', source: 'screen', codec: 'VP8', ssrc: 42, packets: screen });
  const voice = timeline(await loadSound(), 43);
  recording.add({ ...lecturer, track: 'mic', source: 'microphone', codec: 'opus', ssrc: 43, packets: voice });
  await recording.storeUntil(undefined, { endedAtUs: seconds * 1e6 });
  await muxer.step(recording.recordingId, { final: true });
}

/** The library stands; the click on the recording's card is the beginning. */
async function firstPicture(browser: Browser, stand: PlayerStand, videos: string): Promise<number> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1366, height: 768 } });
  try {
    await watchFirstFrames(context);
    const page = await context.newPage();
    await page.goto(stand.libraryUrl);
    await page.locator(CARD).first().waitFor();
    await page.waitForLoadState('networkidle');
    return await clickToFirstFrame(page, CARD, videos);
  } finally {
    await context.close();
  }
}

/** From a jump to the first frame of the new place, in every picture that is shown. */
async function seekTimes(page: Page, videos: string, shares: readonly number[]): Promise<number[]> {
  const times: number[] = [];
  for (const share of shares) {
    times.push(
      await page.evaluate(
        ([query, place]) =>
          new Promise<number>((done, fail) => {
            const bar = document.querySelector<HTMLElement>('[data-testid=player-seek]');
            const shown = [...document.querySelectorAll<HTMLVideoElement>(query)].filter(
              (video) => video.offsetParent !== null && video.videoWidth > 0,
            );
            if (bar === null || shown.length === 0) {
              fail(new Error('nothing is played'));
              return;
            }
            const total = Number(bar.getAttribute('aria-valuemax'));
            const { left, width, top } = bar.getBoundingClientRect();
            const at = { bubbles: true, clientX: left + width * place, clientY: top + 2, button: 0, pointerId: 1 };
            let startedMs = 0;
            const arrived = shown.map(
              (video) =>
                new Promise<void>((here) => {
                  const look = (_now: number, frame: VideoFrameCallbackMetadata): void => {
                    if (Math.abs(frame.mediaTime - total * place) < 2) here();
                    else video.requestVideoFrameCallback(look);
                  };
                  video.requestVideoFrameCallback(look);
                }),
            );
            bar.setPointerCapture = () => undefined;
            bar.dispatchEvent(new PointerEvent('pointerdown', at));
            // A finger takes longer than this to be lifted; the jump begins then.
            requestAnimationFrame(() => {
              startedMs = performance.now();
              bar.dispatchEvent(new PointerEvent('pointerup', at));
            });
            const finish = async (): Promise<void> => {
              await Promise.all(arrived);
              done(performance.now() - startedMs);
            };
            void finish();
            setTimeout(() => fail(new Error('no frame of the new place came')), 20_000);
          }),
        [videos, share] as const,
      ),
    );
    await page.waitForTimeout(1_000);
  }
  return times;
}

async function measureMode(
  stage: BenchStage,
  browser: Browser,
  stand: PlayerStand,
  mode: 'views' | 'film',
  plan: Plan,
) {
  const videos = mode === 'film' ? FILM : VIEWS;
  const first: number[] = [];
  for (let opening = 0; opening < plan.openings; opening += 1) {
    first.push(await firstPicture(browser, stand, videos));
  }
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await page.goto(stand.watchUrl);
  await page.locator(videos).first().waitFor();
  await page.waitForFunction((query) => {
    const isPlayed = Number(document.querySelector('[data-testid=player-seek]')?.getAttribute('aria-valuenow')) >= 1;
    const shown = [...document.querySelectorAll<HTMLVideoElement>(query)].filter(
      (video) => video.offsetParent !== null,
    );
    return isPlayed && shown.length > 0 && shown.every((video) => video.videoWidth > 0);
  }, videos);
  const seeks = await seekTimes(page, videos, plan.seeks);
  await page.close();
  const rounded = (values: readonly number[]): string => values.map((ms) => Math.round(ms)).join(', ');
  stage.say(`${mode}: first picture after ${rounded(first)} ms, jumps ${rounded(seeks)} ms`);
  return [
    figure(`player.${mode}.first-picture`, median(first), FIRST_PICTURE_BUDGET_MS),
    figure(`player.${mode}.seek`, median(seeks), SEEK_BUDGET_MS),
  ];
}

const figure = (name: string, value: number, budget: number): Figure => ({
  name,
  value,
  unit: 'ms',
  better: 'lower',
  budget,
});

/** What a viewer waits for: 720p pictures of a lesson, in Chromium, through the real media route. */
export async function measurePlayer(stage: BenchStage): Promise<Figure[]> {
  const plan = stage.isShort ? SHORT : FULL;
  const stand = stage.keep(await PlayerStand.start(), (opened) => opened.close());
  await recordLesson(stand, plan.lessonS);
  const browser = stage.keep(await launchBrowser(), (opened) => opened.close());
  const views = await measureMode(stage, browser, stand, 'views', plan);
  await stand.addFilm(plan.lessonS);
  return [...views, ...(await measureMode(stage, browser, stand, 'film', plan))];
}
