import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { VIEWPORTS } from '../support/browser/browser.ts';

const run = promisify(execFile);
const FOLDER = resolve('docs/screens');
/** After another size a picture of the right layer has to come; these are for looking at, not for judging. */
const SETTLE_MS = 900;

type Size = keyof typeof VIEWPORTS;
const SIZES = ['phone', 'laptop', 'screen'] as const satisfies readonly Size[];

/**
 * One picture of a page at each size, with 256 colours, which is a third of the bytes.
 *
 * @param shown what has to be in sight, on pages that are longer than a screen.
 */
export async function shoot(page: Page, name: string, sizes: readonly Size[] = SIZES, shown?: Locator): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(VIEWPORTS[size]);
    await page.mouse.move(VIEWPORTS[size].width / 2, VIEWPORTS[size].height / 3);
    await shown?.evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await page.waitForTimeout(SETTLE_MS);
    await snap(page, `${name}-${size}`);
  }
  await page.setViewportSize(VIEWPORTS.laptop);
  process.stdout.write(`${name}\n`);
}

/** One picture of a page as it is, for windows that have a size of their own. */
export async function snap(page: Page, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const full = join(FOLDER, `${name}.full.png`);
  await page.screenshot({ path: full });
  await run('ffmpeg', [
    ...['-v', 'error', '-y', '-i', full, '-vf', 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none'],
    ...['-frames:v', '1', '-update', '1', join(FOLDER, `${name}.png`)],
  ]);
  await rm(full);
}
