import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';
import { ffmpegRun, STRIPED, X264 } from '../../support/media/uploaded-film.ts';

const ACCOUNT = 'wu.laoshi';
const TITLE = '圆的面积';
const PLAYABLE_MS = 90_000;
/** Slow enough that somebody can reload the page in the middle, also on a machine that stands still for some seconds. */
const SLOW_BYTES_PER_SECOND = 100_000;

let stack: Stack;
let browser: Browser;
let folder: string;
let film: string;
let teacher: Person;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-upload-page-'));
  film = join(folder, `${TITLE}.mp4`);
  const sound = ['-f', 'lavfi', '-t', '6', '-i', 'sine=440'];
  const picture = ['-f', 'lavfi', '-t', '6', '-i', `${STRIPED},noise=alls=30:allf=t`];
  await ffmpegRun(...picture, ...sound, ...X264, '-g', '30', '-c:a', 'aac', film);
  stack = await Stack.start({
    ...(await onPostgresOfRun()),
    UPLOAD_RESERVE_GB: '0',
  });
  browser = await launchBrowser();
  teacher = await Person.at(stack, browser, 1);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Answers the function that lifts the limit. */
async function slowLine(page: Page): Promise<() => Promise<void>> {
  const line = await page.context().newCDPSession(page);
  const limit = (uploadThroughput: number) =>
    line.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
  await line.send('Network.enable');
  await limit(SLOW_BYTES_PER_SECOND);
  return async () => void (await limit(-1));
}

describe('a teacher’s video', () => {
  it(
    'is uploaded through the page, goes on after a reload in the middle, and plays',
    { timeout: 240_000 },
    async () => {
      const { page } = teacher;
      const client = await signedIn(stack, ACCOUNT);
      const received = async (): Promise<number> =>
        (await client.call('listUploads', {})).uploads[0]?.receivedBytes ?? 0;
      await teacher.signIn(ACCOUNT);
      await page.goto('/library');
      const lift = await slowLine(page);
      await page.getByTestId('upload').click();
      await page.getByTestId('upload-files').setInputFiles(film);
      await page.getByTestId('upload-start').click();
      const item = page.getByTestId('upload-item');
      await page.locator('[data-testid="upload-item"][data-state="sending"]').waitFor();
      // The browser counts what it has read, the first of which is still on its way: a tenth is far more than that.
      await eventually(async () => item.innerText()).toMatch(/已上传 [1-9]\d%/);

      page.once('dialog', (dialog) => void dialog.accept());
      await page.reload();
      await page.locator('[data-testid="upload-item"][data-state="needsFile"]').waitFor();
      const { size } = await stat(film);
      await eventually(received).toBeGreaterThan(0);
      expect(await received()).toBeLessThan(size);
      await lift();
      const again = page.getByTestId('upload-file-again');
      await again.setInputFiles(film);
      await page.locator('[data-testid="upload-item"][data-state="done"]').waitFor();

      const { items } = await client.call('listRecordings', { query: { search: TITLE } });
      const recordingId = items[0]?.recordingId ?? '';
      expect(items[0]).toMatchObject({ lessonOrigin: 'upload', title: TITLE });
      const card = page.locator(`[data-testid="library-card"][data-recording-id="${recordingId}"]`);
      await card.getByText('上传于').waitFor();
      await card.getByRole('link').first().waitFor({ timeout: PLAYABLE_MS });
      await page.goto(`/watch/${recordingId}`);
      await page.waitForFunction(
        () =>
          Array.from(document.querySelectorAll('video')).some(
            ({ currentTime, videoWidth }) => currentTime > 0.2 && videoWidth > 0,
          ),
        undefined,
        { timeout: PLAYABLE_MS },
      );
    },
  );

  it('that is none is refused before a byte is sent', async () => {
    const { page } = teacher;
    await page.goto('/library');
    await page.getByTestId('upload').click();
    await page.getByTestId('upload-files').setInputFiles({
      name: '假视频.mp4',
      mimeType: 'video/mp4',
      buffer: Buffer.from('PK\u0003\u0004 a document in disguise'),
    });
    await page.getByTestId('upload-start').click();
    const item = page.locator('[data-testid="upload-item"][data-state="failed"]');
    await item.getByText('压缩包').waitFor();
    expect((await (await signedIn(stack, ACCOUNT)).call('listUploads', {})).uploads).toEqual([]);
  });
});
