import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { makeViewSlides } from '../../../recorder/slides/view-slides.ts';
import { SlideIndex } from '../../../signaling/protocol/slide-index.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { TcpRelay } from '../../net/tcp-relay.ts';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { readPlayer, rememberAudio } from '../../support/browser/picture-reader.ts';
import { PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { PlayerStand, STARTED_UNIX_US } from '../../support/stands/player-stand.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';

/** A lesson with the pictures of a class: together 1.9 Mbit/s, six times what the line carries. */
const LENGTH_S = 40;
const POOR = { bitsPerSecond: 300_000 };
const GOOD = { bitsPerSecond: 50_000_000 };
/** Media time. */
const LISTENED_S = 10;
const WINDOWS = 2;

let browser: Browser;
let stand: PlayerStand;
let relay: TcpRelay;
let slides: SlideIndex;
const pages: Page[] = [];

const timeline = (clip: MediaClip, ssrc: number) =>
  rtpTimeline({
    clip,
    ssrc,
    cname: 'test',
    payloadType: PAYLOAD_TYPES[clip.codec],
    startUnixUs: STARTED_UNIX_US,
    durationUs: LENGTH_S * 1e6,
  });

beforeAll(async () => {
  stand = await PlayerStand.start();
  const size = { width: 480, height: 288, fps: 25 };
  const camera = timeline(await loadMediaClip({ codec: 'H264', ...size, kilobitsPerSecond: 700 }), 31);
  const screen = timeline(await loadMediaClip({ codec: 'VP8', ...size, kilobitsPerSecond: 1_200 }), 32);
  const { recording, muxer, store, folder } = stand;
  recording.add({ track: 'cam', seat: 'lecturer', source: 'camera', codec: 'H264', ssrc: 31, packets: camera });
  recording.add({ track: 'scr', seat: 'lecturer', source: 'screen', codec: 'VP8', ssrc: 32, packets: screen });
  const voice = timeline(await loadMediaClip({ codec: 'opus' }), 33);
  recording.add({ track: 'mic', seat: 'lecturer', source: 'microphone', codec: 'opus', ssrc: 33, packets: voice });
  await recording.storeUntil(undefined, { endedAtUs: LENGTH_S * 1e6 });
  await muxer.step(recording.recordingId, { final: true });
  const { recordingId } = recording;
  const ffmpeg = new FfmpegRunner({ log: createLog('slides', 'silent'), niceness: 0 });
  const { signal } = new AbortController();
  await makeViewSlides({ store, ffmpeg, drawsInk: true, recordingId, folder: join(folder, 'slides'), signal });
  const { body } = await store.getBuffer(objectKeys.slidesBeside(objectKeys.playIndex(recordingId)));
  slides = SlideIndex.parse(JSON.parse(body.toString('utf8')));
  relay = await TcpRelay.open({ host: '127.0.0.1', port: stand.port }, GOOD);
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await relay.close();
  await stand.close();
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close();
  stand.savedPositionsMs.length = 0;
  relay.change(GOOD);
});

/** Opens the player on a phone; the line is poor from the moment at which the recording itself is asked for. */
async function watchOnPoorLine(layout: string | null = null): Promise<Page> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: VIEWPORTS.phone, hasTouch: true });
  const page = await context.newPage();
  pages.push(page);
  await rememberAudio(page);
  const habits = { layout, isSwapped: false, rate: 1, skipsSilence: false, volume: 1, isMuted: false };
  await page.addInitScript((kept) => localStorage.setItem('tongke.player', kept), JSON.stringify(habits));
  page.on('request', (request) => {
    if (request.url().endsWith('/play/index.json')) relay.change(POOR);
  });
  await page.goto(stand.watchUrl.replace(`:${stand.port}/`, `:${relay.port}/`));
  return page;
}

const soundAt = async (page: Page): Promise<number> => (await readPlayer(page, [])).soundS ?? 0;

/** How often the sound ran dry while so much of the lesson was played. */
async function stallsWithin(page: Page, mediaS: number): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((done) => {
        const audio = (globalThis as { madeAudio?: HTMLAudioElement[] }).madeAudio?.findLast(({ src }) => src !== '');
        const from = audio?.currentTime ?? 0;
        let stalls = 0;
        audio?.addEventListener('waiting', () => (stalls += 1));
        const look = (): void => {
          if ((audio?.currentTime ?? 0) - from >= wanted) done(stalls);
          else setTimeout(look, 50);
        };
        look();
      }),
    mediaS,
  );
}

/** A machine that was held up starves the sound in one window of time, a player that asks for too much in each. */
async function fewestStalls(page: Page): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  for (let window = 0; window < WINDOWS && fewest > 0; window += 1) {
    fewest = Math.min(fewest, await stallsWithin(page, LISTENED_S));
  }
  return fewest;
}

describe('on a line of 300 kbit/s', () => {
  it('stills and sound of a lesson take less than the line carries', () => {
    expect(slides.slides.length).toBeGreaterThan(1);
    const bytes = slides.slides.reduce((sum, slide) => sum + slide.bytes, 0);
    expect((bytes * 8) / LENGTH_S).toBeLessThan(150_000);
  });

  it('the player goes over to sound and stills by itself, says so, and plays through', async () => {
    const page = await watchOnPoorLine();
    const saving = page.getByTestId('player-saving');
    await saving.waitFor({ timeout: 40_000 });
    expect(await saving.textContent()).toContain('网络较慢');
    expect(await page.getByTestId('player').getAttribute('data-layout')).toBe('slides');
    await page.getByTestId('player-slide').waitFor({ timeout: 20_000 });
    const from = await soundAt(page);
    await expect.poll(() => soundAt(page), { timeout: 20_000 }).toBeGreaterThan(from + 0.5);
    expect(await fewestStalls(page)).toBe(0);
    const shown = await page
      .getByTestId('player-slide')
      .evaluate((image: HTMLImageElement) => ({ isThere: image.complete, width: image.naturalWidth }));
    expect(shown).toEqual({ isThere: true, width: slides.width });
    // The choice of a viewer stands: 仍看视频 is not undone by the same poor line.
    await page.getByTestId('player-insist').click();
    await expect.poll(() => page.getByTestId('player').getAttribute('data-layout')).toBe('side');
  });

  it('stills that were chosen by hand load no picture that moves', async () => {
    stand.watermark = '李明';
    const page = await watchOnPoorLine('slides');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await expect.poll(() => soundAt(page), { timeout: 30_000 }).toBeGreaterThan(0.5);
    await page.getByTestId('player-slide').waitFor();
    expect(await page.getByTestId('player-saving').count()).toBe(0);
    expect(await page.getByTestId('player-watermark').textContent()).toBe('李明');
    expect(asked.filter((path) => /\/(?:cam|scr)/.test(path))).toEqual([]);
  });

  it('pictures come back by themselves when the line is better', async () => {
    const page = await watchOnPoorLine();
    await page.getByTestId('player-saving').waitFor({ timeout: 40_000 });
    relay.change(GOOD);
    // The player lets a line rest for 20 s before it tries it again: by the page's clock they are over.
    await page.evaluate(() => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + 21_000;
    });
    await page.getByTestId('player-pictures-back').waitFor({ timeout: 40_000 });
    expect(await page.getByTestId('player').getAttribute('data-layout')).toBe('side');
  });
});
