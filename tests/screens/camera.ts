import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { VIEWPORTS } from '../support/browser/browser.ts';

const run = promisify(execFile);
const FOLDER = resolve('docs/screens');
/** After another size a picture of the right layer has to come; these are for looking at, not for judging. */
const SETTLE_MS = 900;

type Size = keyof typeof VIEWPORTS;
const SIZES = ['phone', 'laptop', 'screen'] as const satisfies readonly Size[];

/** One picture of a page at each size, with 256 colours, which is a third of the bytes. */
export async function shoot(page: Page, name: string, sizes: readonly Size[] = SIZES): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  for (const size of sizes) {
    await page.setViewportSize(VIEWPORTS[size]);
    await page.mouse.move(VIEWPORTS[size].width / 2, VIEWPORTS[size].height / 3);
    await page.waitForTimeout(SETTLE_MS);
    const full = join(FOLDER, `${name}-${size}.full.png`);
    await page.screenshot({ path: full });
    await run('ffmpeg', [
      ...['-v', 'error', '-y', '-i', full, '-vf', 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none'],
      ...['-frames:v', '1', '-update', '1', join(FOLDER, `${name}-${size}.png`)],
    ]);
    await rm(full);
  }
  await page.setViewportSize(VIEWPORTS.laptop);
  process.stdout.write(`${name}\n`);
}
