import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { enrolSite } from '../support/districts/demo-site.ts';
import { useAcoustics } from '../support/browser/acoustics.ts';
import type { Person } from '../support/browser/person.ts';
import { shoot } from './camera.ts';
import type { Cast } from './cast.ts';
import { takeDesk } from './doors.ts';

const LECTURER = 'lin.laoshi';
const FAR_TEACHER = 'guli.laoshi';
const CHECKED_WITHIN_MS = 60_000;
const FOUND_WITHIN_MS = 60_000;

/** The classroom's screen before class, and what it says of its sound. */
async function takeScreen(cast: Cast): Promise<Person> {
  const site = await cast.device('site');
  await useAcoustics(site.page.context(), { echoAfterMs: 180, voice: null, gain: 0.4 });
  await enrolSite(cast.stack, site);
  await site.page.getByTestId('site-waiting').waitFor();
  await site.page.locator('[data-testid="sound-card"][data-verdict="running"]').waitFor();
  await shoot(site.page, 'site-sound-running', ['screen']);
  await site.page.locator('[data-testid="sound-card"][data-verdict="echo"]').waitFor({ timeout: CHECKED_WITHIN_MS });
  await shoot(site.page, 'site-sound');
  return site;
}

/** The lecturer's voice comes back from the classroom, which is turned down for it. */
async function takeEcho({ page }: Person, site: Person): Promise<void> {
  const note = page.getByTestId('echo-note');
  await note.waitFor({ timeout: FOUND_WITHIN_MS });
  await shoot(page, 'room-echo');
  await site.page.getByTestId('ducked').waitFor();
  await shoot(site.page, 'site-ducked');
  await note.getByTestId('echo-seen').click();
}

/** The phone of the teacher beside the pupils: unpaired, refused, paired, in the lesson. */
async function takePhone(cast: Cast, site: Person): Promise<Person> {
  const phone = await cast.signedIn(FAR_TEACHER, 'teacher');
  const { page } = phone;
  await page.goto('/phone');
  await page.getByTestId('phone-none').waitFor();
  await shoot(page, 'phone-none');
  await page.goto('/p/AAAAAAAAAAAAAAAA');
  await page.getByTestId('pair-failed').waitFor();
  await shoot(page, 'phone-refused');
  const address = await site.page.getByTestId('pairing-code').getAttribute('data-address');
  await page.goto(new URL(address ?? '').pathname);
  await page.getByTestId('phone-site').waitFor();
  await shoot(page, 'phone-paired');
  return phone;
}

/** The listening classroom: its screen's settings and sound, its teacher's phone, what lecturer and school see of both. */
export async function takeFarEnd(cast: Cast): Promise<void> {
  const lessonId = await lessonIdOf(await signedIn(cast.stack, LECTURER), '望庐山瀑布');
  const site = await takeScreen(cast);
  const phone = await takePhone(cast, site);
  const lecturer = await cast.signedIn(LECTURER, 'teacher');
  await useAcoustics(lecturer.page.context(), { echoAfterMs: null, voice: 11, gain: 1 });
  await lecturer.enterLesson(lessonId);
  await lecturer.untilInside();
  await lecturer.page.getByTestId('control-screen').click();
  await site.page.getByTestId('site-room').waitFor();
  await phone.page.getByTestId('phone-room').waitFor();
  await phone.page.getByTestId('phone-hand').click();
  await phone.page.getByTestId('phone-speaker').fill('迪丽娜尔');
  await phone.page.getByTestId('phone-speaker-show').click();
  await lecturer.openPanel('people');
  await lecturer.page.getByTestId('hands').getByTestId('invite-to-stage').click();
  await takeEcho(lecturer, site);
  await phone.page.getByTestId('phone-line').fill('后排听不清，能再说一遍吗？');
  await phone.page.getByTestId('phone-line-send').click();
  await lecturer.page.getByTestId('fresh-teacher-note').waitFor();
  await shoot(lecturer.page, 'room-teacher-note');
  await lecturer.openPanel('chat');
  await lecturer.page.getByTestId('teacher-note-input').fill('好，我大声一点。');
  await lecturer.page.getByTestId('teacher-note-send').click();
  await phone.page.getByTestId('phone-note').nth(1).waitFor();
  await shoot(phone.page, 'phone-lesson');
  await shoot(site.page, 'site-speaker');
  await lecturer.openPanel('people');
  await lecturer.page.getByTestId('site-controls').locator('summary').click();
  await shoot(lecturer.page, 'room-site-controls');
  await takeDesk(cast, 'ai.xiaozhang', ['sites']);
  await lecturer.endLesson();
  await site.page.getByTestId('site-idle').waitFor();
  await shoot(site.page, 'site-idle-paired');
  await site.page.getByTestId('site-set-up').click();
  await site.page.getByRole('dialog').waitFor();
  await shoot(site.page, 'site-set-up');
  for (const person of [site, phone, lecturer]) await person.close();
}
