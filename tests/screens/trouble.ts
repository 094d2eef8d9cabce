import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { pullMicrophone, refuseDevices, usePluggedDevices } from '../support/browser/plugged-devices.ts';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';

const TEACHER = 'lin.laoshi';

/** What people see when something on their side is not as it should be: the browser, the camera, the microphone, the address. */
export async function takeTrouble(cast: Cast): Promise<void> {
  const old = await cast.device('parent');
  await old.page.addInitScript(() => Reflect.deleteProperty(Object, 'hasOwn'));
  await old.page.goto('/sign-in');
  await old.page.getByTestId('browser-too-old').waitFor();
  await shoot(old.page, 'browser-too-old');
  await old.close();

  const teacher = await cast.device('teacher');
  const { page } = teacher;
  await usePluggedDevices(page.context());
  await teacher.signIn(TEACHER);
  await page.goto('/nowhere');
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await shoot(page, 'not-found');
  await teacher.enterLesson(await lessonIdOf(await signedIn(cast.stack, TEACHER), '望庐山瀑布'));
  await teacher.untilInside();
  await refuseDevices(page, { name: 'NotFoundError', message: 'Requested device not found' });
  await pullMicrophone(page);
  await page.locator('[data-testid="capture-problem"][data-problem="notFound"]').waitFor();
  await shoot(page, 'room-no-microphone');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await shoot(page, 'room-shortcuts');
  await page.context().addInitScript(() => {
    globalThis.pluggedDevices.refusal = { name: 'NotAllowedError', message: 'Permission denied' };
  });
  await page.goto('/devices');
  await page.locator('[data-testid="preview-problem"][data-problem="refused"]').first().waitFor();
  await shoot(page, 'device-check-refused');
  await teacher.close();
}
