import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser/browser.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { Stack } from '../../support/stands/stack.ts';
import type { BenchStage } from '../bench-stage.ts';
import type { Figure } from '../figure.ts';

const BYTES_PER_KB = 1_024;
const BUDGET_KB = 200;
/** While the name is typed the page fetches the room, a second after the form stands. */
const FETCHED_AHEAD_MS = 4_000;

interface Loaded {
  readonly url: string;
  readonly gzipBytes: number;
}

/** What of JavaScript a page asks for, in the order of its coming. */
function watchScripts(page: Page): Promise<Loaded>[] {
  const loading: Promise<Loaded>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return;
    const url = response.url();
    loading.push(response.body().then((body) => ({ url, gzipBytes: gzipSync(body).length })));
  });
  return loading;
}

function kilobytes(loaded: readonly Loaded[]): number {
  return loaded.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0) / BYTES_PER_KB;
}

/** The page that a parent opens from an invitation, on a browser that has never been here. */
export async function measurePage(stage: BenchStage): Promise<Figure[]> {
  const stack = stage.keep(await Stack.start(), (opened) => opened.stop());
  const teacher = await signedIn(stack, 'chen.laoshi');
  const lessonId = await lessonIdOf(teacher, '家长会');
  const { token } = await teacher.call('createInvitation', { params: { lessonId }, body: { seat: 'guest' } });
  const browser = stage.keep(await launchBrowser(), (opened) => opened.close());
  const page = await browser.newPage();
  const loading = watchScripts(page);
  await page.goto(`${stack.url}/join/${token}`);
  await page.getByTestId('guest-name').waitFor();
  const first = await Promise.all(loading);
  for (const { url, gzipBytes } of first) stage.say(`${gzipBytes} ${new URL(url).pathname}`);
  await page.waitForTimeout(FETCHED_AHEAD_MS);
  const all = await Promise.all(loading);
  return [
    { name: 'page.join.first-load', value: kilobytes(first), unit: 'KB gzip', better: 'lower', budget: BUDGET_KB },
    { name: 'page.join.with-what-is-fetched-ahead', value: kilobytes(all), unit: 'KB gzip', better: 'lower' },
  ];
}
