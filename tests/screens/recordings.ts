import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { signedIn } from '../support/districts/demo-lessons.ts';
import { shoot } from './camera.ts';
import { takeCaptions } from './captions.ts';
import type { Cast } from './cast.ts';
import { takePublishing } from './publishing.ts';
import { startWatching, takeLayouts, takeRemarks, takeReports } from './watching.ts';

const TEACHER = 'lin.laoshi';
const PRODUCED_WITHIN_MS = 240_000;
/** The board is shared from the first seconds on; then pupils come on stage. */
const SHOWN_FROM_S = 8;
const ASK_EVERY_MS = 1_000;

/** The library and the player with what the lesson left: first board and lecturer, then the composed film. */
export async function takeRecordings(cast: Cast, lessonId: string): Promise<void> {
  const client = await signedIn(cast.stack, TEACHER);
  const untilPhase = async (wanted: RegExp): Promise<RecordingId> => {
    const giveUpAtMs = Date.now() + PRODUCED_WITHIN_MS;
    while (Date.now() < giveUpAtMs) {
      const { items } = await client.call('listRecordings', { query: {} });
      const recording = items.find((item) => item.lessonId === lessonId);
      if (recording !== undefined && wanted.test(recording.phase)) return recording.recordingId;
      await pause(ASK_EVERY_MS);
    }
    throw new Error(`the recording did not become ${wanted.source}`);
  };
  const recordingId = await untilPhase(/playable|producing|ready/);
  const viewers = await startWatching(cast, recordingId);
  const { page, close } = await watcher(cast);
  await page.goto('/library');
  await page.getByTestId('library-card').first().waitFor();
  await shoot(page, 'library-producing');
  await page.goto(`/watch/${recordingId}`);
  await untilPlayed(page, 'player-view-board');
  await shoot(page, 'player-views');
  await takeLayouts(page);
  await untilPhase(/ready/);
  await page.goto('/library');
  await page.getByTestId('library-card').first().waitFor();
  await page.waitForLoadState('networkidle');
  await shoot(page, 'library');
  await page.goto(`/watch/${recordingId}`);
  await untilPlayed(page, 'player-composed');
  await shoot(page, 'player-film');
  await page.goto(`/watch/${recordingId}/edit`);
  await page.getByTestId('editor-waveform').waitFor({ timeout: PRODUCED_WITHIN_MS });
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('o');
  await page.getByTestId('editor-cut-button').click();
  await shoot(page, 'editor');
  await close();
  await takeRemarks(cast, recordingId);
  await takeReports(cast, { recordingId, lessonId, viewers });
  await takePublishing(cast, recordingId);
  await takeCaptions(cast, recordingId);
}

/** Past the first seconds, in which the lecturer has nothing to show yet. */
async function untilPlayed(page: Page, testId: string): Promise<void> {
  await page.getByTestId(testId).waitFor();
  await page.waitForFunction(
    ([query, fromS]) => (document.querySelector<HTMLVideoElement>(query)?.currentTime ?? 0) > fromS,
    [`[data-testid="${testId}"]`, SHOWN_FROM_S] as const,
  );
}

async function watcher(cast: Cast) {
  const person = await cast.signedIn(TEACHER, 'teacher');
  return { page: person.page, close: () => person.close() };
}
