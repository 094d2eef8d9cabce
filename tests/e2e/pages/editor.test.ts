import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { seriousFindings } from '../../support/browser/serious-findings.ts';
import { startEditedDistrict, type EditedDistrict } from '../../support/districts/edited-district.ts';
import { eventually } from '../../support/eventually.ts';

const MADE_WITHIN_MS = 120_000;

let edited: EditedDistrict;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  edited = await startEditedDistrict();
  browser = await launchBrowser();
  const lecturer = await Person.at(edited.district.stack, browser, 1);
  await lecturer.signIn('lin.laoshi');
  page = lecturer.page;
  await page.goto(`/watch/${edited.recordingId}/edit`);
  // The recorder makes it when somebody first asks.
  await page.getByTestId('editor-waveform').waitFor({ timeout: MADE_WITHIN_MS });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await edited?.district.stop();
});

const playedS = async (): Promise<number> => Number(await page.getByTestId('editor-position').inputValue());

describe('the editor', () => {
  it('cuts by keyboard, says so, undoes and does it again', async () => {
    for (let second = 0; second < 5; second += 1) await page.keyboard.press('ArrowRight');
    await eventually(playedS).toBeCloseTo(5, 0);
    await page.keyboard.press('o');
    await page.keyboard.press('x');
    await expect
      .poll(() => page.getByTestId('editor-cut-item').allTextContents())
      .toEqual([expect.stringContaining('0:00 – 0:05')]);
    expect(await page.locator('output[aria-live]').textContent()).toContain('已剪去 0:00 到 0:05');
    expect(await page.getByTestId('editor-length').textContent()).toContain('0:39');
    await page.keyboard.press('Control+z');
    await eventually(() => page.getByTestId('editor-cut-item').count()).toBe(0);
    await page.keyboard.press('Control+Shift+z');
    await eventually(() => page.getByTestId('editor-cut-item').count()).toBe(1);
  });

  it('plays over what is cut', async () => {
    await page.keyboard.press('Home');
    await page.getByTestId('editor-play').click();
    await eventually(playedS).toBeGreaterThan(5.2);
    await page.getByTestId('editor-play').click();
  });

  it('publishes lecturer and board only, and the viewer’s player knows nothing else', async () => {
    await page.getByTestId('editor-tab-people').click();
    await page.getByTestId('editor-people-lecturerAndBoard').check();
    await page.getByTestId('editor-save').click();
    await page
      .getByTestId('editor-progress')
      .getByText('观众看到的已经是这个版本')
      .waitFor({ timeout: MADE_WITHIN_MS });
    const viewer = await Person.at(edited.district.stack, browser, 2);
    const { attending } = await edited.district.pupilsOf(edited.recordingId);
    const [name = '', value = ''] = attending.cookieHeader.split('=');
    await viewer.page.context().addCookies([{ name, value, url: edited.district.stack.url }]);
    const asked: string[] = [];
    viewer.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await viewer.page.goto(`/watch/${edited.recordingId}`);
    await eventually(() =>
      viewer.page.getByTestId('player-view-lecturer').evaluate((video: HTMLVideoElement) => video.currentTime),
    ).toBeGreaterThan(5);
    expect(await viewer.page.getByTestId('player-seek').getAttribute('aria-valuemax')).toBe('39');
    expect(asked.some((path) => path.includes('/edition/1/index.json'))).toBe(true);
    expect(asked.filter((path) => path.endsWith('/play/index.json'))).toEqual([]);
    await viewer.page.context().close();
  });

  it('keeps every version, and takes one up again', async () => {
    await page.getByTestId('editor-tab-history').click();
    await eventually(() => page.getByTestId('editor-version').count()).toBe(2);
    await page.getByTestId('editor-load').click();
    await page.getByTestId('editor-tab-cuts').click();
    expect(await page.getByTestId('editor-cut-item').count()).toBe(0);
    await page.getByTestId('editor-undo').click();
    expect(await page.getByTestId('editor-cut-item').count()).toBe(1);
  });

  it('has nothing that axe finds serious, in any of its sections', async () => {
    for (const section of ['people', 'chapters', 'history', 'cuts']) {
      await page.getByTestId(`editor-tab-${section}`).click();
      expect(await seriousFindings(page), section).toEqual([]);
    }
  });

  it('fits on a phone', async () => {
    await page.setViewportSize(VIEWPORTS.phone);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    const small = await page.getByTestId('editor').evaluate((editor) =>
      [...editor.querySelectorAll('button')]
        .map((button) => button.getBoundingClientRect())
        .filter(({ width, height }) => width > 0 && (width < 44 || height < 44))
        .map(({ width, height }) => `${width}x${height}`),
    );
    expect(small).toEqual([]);
  });
});
