import type { Browser, Page } from 'playwright-core';
import type { SchoolId } from '../../signaling/protocol/ids.ts';
import { useDrawnMedia, type DrawnLook } from '../support/browser/friendly-media.ts';
import { Person } from '../support/browser/person.ts';
import type { RestClient } from '../support/clients/rest-client.ts';
import type { Stack } from '../support/stands/stack.ts';

const LOOKS = {
  teacher: { figure: 'teacher', cloth: '#0f766e', wall: '#7c8ea3' },
  pupil: { figure: 'pupil', cloth: '#f8fafc', wall: '#d9a066' },
  otherPupil: { figure: 'pupil', cloth: '#fde68a', wall: '#7aa2c9' },
  parent: { figure: 'parent', cloth: '#9d6b8f', wall: '#a3b18a' },
  site: { figure: 'class', cloth: '#ef4444', wall: '#cbbfa8' },
} as const satisfies Record<string, DrawnLook>;

/** The people of the pictures, each at a device of their own. */
export class Cast {
  readonly stack: Stack;
  readonly #browser: Browser;
  #senders = 0;

  constructor(stack: Stack, browser: Browser) {
    this.stack = stack;
    this.#browser = browser;
  }

  async device(look: keyof typeof LOOKS): Promise<Person> {
    this.#senders += 1;
    const person = await Person.at(this.stack, this.#browser, this.#senders, {
      timezoneId: 'Asia/Shanghai',
      paintsVideo: true,
    });
    await useDrawnMedia(person.page.context(), LOOKS[look]);
    return person;
  }

  async signedIn(account: string, look: keyof typeof LOOKS): Promise<Person> {
    const person = await this.device(look);
    await person.signIn(account);
    return person;
  }

  /** In the room of a lesson, where the lecturer comes first. */
  async inLesson(account: string, look: keyof typeof LOOKS, lessonId: string): Promise<Person> {
    const person = await this.signedIn(account, look);
    await person.enterLesson(lessonId);
    await person.untilInside();
    return person;
  }
}

/** The page in English, and back. */
export async function inEnglish(page: Page, work: () => Promise<void>): Promise<void> {
  await page.evaluate(() => localStorage.setItem('tongke.language', 'en'));
  await page.reload();
  await work();
  await page.evaluate(() => localStorage.removeItem('tongke.language'));
  await page.reload();
}

/** The school of whoever is signed in. */
export async function schoolIdOf(client: RestClient): Promise<SchoolId> {
  const schoolId = (await client.call('whoAmI', {})).me?.schoolId;
  if (schoolId === undefined || schoolId === null) throw new Error('this person has no school');
  return schoolId;
}
