import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { makeViewSlides } from '../../../recorder/slides/view-slides.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { rememberAudio } from '../../support/browser/picture-reader.ts';
import { logPagedLesson } from '../../support/media/paged-lesson.ts';
import { PlayerStand } from '../../support/stands/player-stand.ts';

let browser: Browser;
let stand: PlayerStand;

beforeAll(async () => {
  stand = await PlayerStand.start();
  const { recording, muxer, store } = stand;
  await logPagedLesson(store, recording);
  await muxer.step(recording.recordingId, { final: true });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await stand.close();
});

async function watch(atS: number, layout: string): Promise<Page> {
  const page = await browser.newPage({ locale: 'zh-CN', viewport: VIEWPORTS.laptop });
  await rememberAudio(page);
  const habits = { layout, isSwapped: false, rate: 1, skipsSilence: false, volume: 1, isMuted: false };
  await page.addInitScript((kept) => localStorage.setItem('tongke.player', kept), JSON.stringify(habits));
  await page.goto(`${stand.watchUrl}?t=${atS}`);
  return page;
}

/** The colour in the middle of a still that has come. */
const colourOf = (page: Page, testId: string): Promise<readonly number[]> =>
  page.getByTestId(testId).evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    const draw = new OffscreenCanvas(1, 1).getContext('2d');
    draw?.drawImage(image, image.naturalWidth / 2, image.naturalHeight / 2, 1, 1, 0, 0, 1, 1);
    return Array.from(draw?.getImageData(0, 0, 1, 1).data ?? []).slice(0, 3);
  });

const isMagenta = ([red = 0, green = 255, blue = 0]: readonly number[]): boolean =>
  red > 220 && green < 40 && blue > 220;

describe('a lesson that was taught from pages', () => {
  it('is played without its pages until these are made, and takes them up when they come', async () => {
    const page = await watch(0, 'side');
    await expect.poll(() => page.getByTestId('player').getAttribute('data-phase'), { timeout: 30_000 }).toBe('ready');
    await page.keyboard.press('k');
    await page.keyboard.press('2');
    await expect.poll(() => page.getByTestId('player-seek').getAttribute('aria-valuenow')).toBe('6');
    expect(await page.getByTestId('player-board-page').count()).toBe(0);
    const { recording, store, folder } = stand;
    await makeViewSlides({
      ...{ store, drawsInk: true, recordingId: recording.recordingId, folder: join(folder, 'slides') },
      ffmpeg: new FfmpegRunner({ log: createLog('slides', 'silent'), niceness: 0 }),
      signal: new AbortController().signal,
    });
    await page.getByTestId('player-board-page').waitFor({ timeout: 90_000 });
    expect(isMagenta(await colourOf(page, 'player-board-page'))).toBe(true);
    await page.close();
  });

  it.each(['side', 'pip', 'board'])(
    'shows the page of the moment on the board (%s), and what moves there instead',
    async (layout) => {
      const page = await watch(9, layout);
      await page.getByTestId('player-board-page').waitFor({ timeout: 30_000 });
      expect(isMagenta(await colourOf(page, 'player-board-page'))).toBe(true);
      expect(await page.getByTestId('player-card-board').count()).toBe(0);
      expect(await page.getByTestId('player-picture-lecturer').isVisible()).toBe(layout !== 'board');
      await page.getByTestId('player-board-page').waitFor({ state: 'detached', timeout: 30_000 });
      await expect.poll(() => page.getByTestId('player-picture-board').getAttribute('data-status')).toBe('shown');
      await page.close();
    },
  );

  it('has its pages among the stills for poor lines', async () => {
    const page = await watch(9, 'slides');
    await page.getByTestId('player-slide').waitFor({ timeout: 30_000 });
    expect(isMagenta(await colourOf(page, 'player-slide'))).toBe(true);
    await page.close();
  });
});
