import { signedIn } from '../support/districts/demo-lessons.ts';
import { shoot } from './camera.ts';
import { schoolIdOf, type Cast } from './cast.ts';
import type { HeldLesson } from './held-lesson.ts';
import { untilPlayed } from './recordings.ts';

const TEACHER = 'lin.laoshi';
const ADMINISTRATOR = 'zhou.xiaozhang';

/** A recording as something that is described, shared, found and reviewed. */
export async function takePublishing(cast: Cast, held: HeldLesson): Promise<void> {
  const recordingId = await held.untilReady();
  const lecturer = await signedIn(cast.stack, TEACHER);
  const administrator = await signedIn(cast.stack, ADMINISTRATOR);
  const schoolId = await schoolIdOf(administrator);
  const settings = { allowsLinks: true, keepsRecordingsDays: 365 };
  await administrator.call('changeSchool', { params: { schoolId }, body: { settings } });
  const params = { recordingId };
  const { token } = await lecturer.call('createRecordingLink', { params, body: { label: '教研员王老师' } });
  const teacher = await cast.signedIn(TEACHER, 'teacher');
  const { page } = teacher;
  await page.goto('/library');
  await page.getByTestId('card-menu').first().click();
  await page.getByTestId('recording-details').click();
  await page.getByTestId('details-form').waitFor();
  await shoot(page, 'recording-details');
  await page.keyboard.press('Escape');
  await page.getByTestId('card-menu').first().click();
  await page.getByTestId('recording-sharing').click();
  await page.getByTestId('recording-link').first().waitFor();
  await shoot(page, 'recording-sharing');
  await lecturer.call('unpublishRecording', { params });
  await page.goto('/library');
  await page.getByTestId('drafts').waitFor();
  await shoot(page, 'library-review');
  await lecturer.call('publishRecording', { params });
  await teacher.close();
  const guest = await cast.device('parent');
  await guest.page.goto(`/shared/${token}`);
  await untilPlayed(guest.page, 'player-composed');
  await shoot(guest.page, 'shared');
  await guest.close();
}
