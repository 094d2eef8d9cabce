import type { Page } from 'playwright-core';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';
import { HeldLesson } from './held-lesson.ts';
import { takeLayouts } from './layouts.ts';
import { takeLesson } from './lesson.ts';

const TEACHER = 'lin.laoshi';
/** The board is shared from the first seconds on; then pupils come on stage. */
const SHOWN_FROM_S = 8;

/** A lesson from its waiting room to its end, then what it left while that is not yet a film. */
export async function takeLessonAndViews(cast: Cast): Promise<void> {
  const held = await HeldLesson.of(cast, await takeLesson(cast));
  const recordingId = await held.untilPlayable();
  const teacher = await cast.signedIn(TEACHER, 'teacher');
  const { page } = teacher;
  await page.goto('/library');
  await page.getByTestId('library-card').first().waitFor();
  await shoot(page, 'library-producing');
  await page.goto(`/watch/${recordingId}`);
  await untilPlayed(page, 'player-view-board');
  await shoot(page, 'player-views');
  await takeLayouts(page);
  await teacher.close();
}

/** The library and the player with the composed film. */
export async function takeFilm(cast: Cast, held: HeldLesson): Promise<void> {
  const recordingId = await held.untilReady();
  const teacher = await cast.signedIn(TEACHER, 'teacher');
  const { page } = teacher;
  await page.goto('/library');
  await page.getByTestId('library-card').first().waitFor();
  await page.waitForLoadState('networkidle');
  await shoot(page, 'library');
  await page.goto(`/watch/${recordingId}`);
  await untilPlayed(page, 'player-composed');
  await shoot(page, 'player-film');
  await teacher.close();
}

/** Past the first seconds, in which the lecturer has nothing to show yet. */
export async function untilPlayed(page: Page, testId: string): Promise<void> {
  await page.getByTestId(testId).waitFor();
  await page.waitForFunction(
    ([query, fromS]) => (document.querySelector<HTMLVideoElement>(query)?.currentTime ?? 0) > fromS,
    [`[data-testid="${testId}"]`, SHOWN_FROM_S] as const,
  );
}
