import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { watchSideBySide } from '../../support/browser/player-habits.ts';
import { WebKitPerson, webkitIsMissing } from '../../support/browser/webkit.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { lessonIdOf, playableRecordingOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'wu.laoshi', sender: 1 };
const PUPIL = { account: 'ye.zihan' };
/** All of it H264, as without Firefox in the lesson: WebKitGTK, which has no VP8 in MP4, gives up what has been loaded as soon as VP8 comes behind it. */
const LESSON_MS = 8_000;
const noWebKit = webkitIsMissing();

let stack: Stack;
let chromium: Browser;
let client: RestClient;
let lessonId: string;

beforeAll(async () => {
  if (noWebKit !== null) return;
  stack = await Stack.start(await onPostgresOfRun());
  chromium = await launchBrowser();
  client = await signedIn(stack, TEACHER.account);
  lessonId = await lessonIdOf(client, '认识分数');
  const teacher = await Person.at(stack, chromium, TEACHER.sender);
  await teacher.signIn(TEACHER.account);
  await teacher.enterLesson(lessonId);
  await teacher.untilOn('camera');
  await teacher.page.locator('[data-testid="recording-sign"][data-state="recording"]').waitFor();
  await sleep(LESSON_MS);
  await teacher.endLesson();
});
afterAll(async () => {
  await chromium?.close();
  await stack?.stop();
});

it('WebKitGTK signs in and plays a recording', async ({ skip }) => {
  if (noWebKit !== null) skip(noWebKit);
  const recordingId = await playableRecordingOf(client, lessonId);
  const watcher = await WebKitPerson.at(stack);
  try {
    await watcher.signIn(PUPIL.account);
    await watcher.evaluate(watchSideBySide, null);
    await watcher.open(`/watch/${recordingId}`);
    await watcher.click('[data-testid="player-big-play"]');
    await watcher.seesAdvancing('[data-testid="player-view-lecturer"]', TEACHER.sender);
  } finally {
    await watcher.close();
  }
});
