import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser/browser.ts';
import { Stack } from '../support/stands/stack.ts';
import { Cast } from './cast.ts';
import { takeDoors } from './doors.ts';
import { takeLesson } from './lesson.ts';
import { takeMicroLesson } from './micro.ts';
import { takeRecordings } from './recordings.ts';

/**
 * Takes the pictures of `docs/screens`: every page and state at the size of a phone, a laptop and a large screen.
 * `node tests/screens/take.ts`, after `npm run build`, on a machine with `fonts-noto-cjk`; with `doors`, only the pages without a lesson, with `micro`, only the recording of a micro-lesson.
 */
async function take(stack: Stack, browser: Browser): Promise<void> {
  const cast = new Cast(stack, browser);
  if (!process.argv.includes('micro')) await takeDoors(cast);
  if (process.argv.includes('doors')) return;
  await takeMicroLesson(cast);
  if (process.argv.includes('micro')) return;
  const lessonId = await takeLesson(cast);
  await takeRecordings(cast, lessonId);
}

const stack = await Stack.start();
try {
  const browser = await launchBrowser();
  try {
    await take(stack, browser);
  } finally {
    await browser.close();
  }
} finally {
  await stack.stop();
}
