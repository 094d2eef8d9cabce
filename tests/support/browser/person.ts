import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { API_PREFIX, restRoutes } from '../../../signaling/protocol/rest.ts';
import type { Stack } from '../stands/stack.ts';
import { openDevice, type DeviceOptions } from './browser.ts';
import { readTones, readVideo, type VideoReading } from './timecode-reader.ts';
import { HEARD_DECIBELS, toneHz } from './timecode.ts';
import { WAIT_MS } from '../eventually.ts';

const POLL_MS = 150;

/** Somebody at a device of one's own: a browser context whose camera, microphone and screen carry `sender` and the time. */
export class Person {
  readonly page: Page;
  readonly sender: number;
  readonly #stack: Stack;

  private constructor(stack: Stack, page: Page, sender: number) {
    this.#stack = stack;
    this.page = page;
    this.sender = sender;
  }

  static async at(stack: Stack, browser: Browser, sender: number, options: DeviceOptions = {}): Promise<Person> {
    const context = await openDevice(browser, sender, { baseURL: stack.url, ...options });
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    return new Person(stack, page, sender);
  }

  /** At a browser that is open already. */
  static on(stack: Stack, page: Page, sender: number): Person {
    page.context().setDefaultTimeout(WAIT_MS);
    return new Person(stack, page, sender);
  }

  /** With the session that the sign-in page would give: opening that page first takes a core two seconds. */
  async signIn(account: string): Promise<void> {
    const { password } = await this.#stack.demoSignIn(account);
    const path = `${API_PREFIX}${restRoutes.signIn.path}`;
    const answer = await this.page.context().request.post(path, { data: { account, password } });
    if (!answer.ok()) throw new Error(`sign-in of ${account}: ${answer.status()} ${await answer.text()}`);
  }

  /** Through the sign-in page, as people do it; ends on the home page. */
  async signInByPage(account: string): Promise<void> {
    const { password } = await this.#stack.demoSignIn(account);
    await this.signInWith(account, password);
  }

  /** With what a slip of paper says. */
  async signInWith(account: string, password: string): Promise<void> {
    await this.page.goto('/sign-in');
    await this.page.locator('input[autocomplete="username"]').fill(account);
    await this.page.locator('input[type="password"]').fill(password);
    await this.page.getByTestId('sign-in').click();
    await this.page.getByTestId('sign-in').waitFor({ state: 'detached' });
  }

  /** The first time, a slip opens nothing but the page that asks for an own password. */
  async setFirstPassword(password: string): Promise<void> {
    const form = this.page.getByTestId('password-form');
    await form.locator('input[name="next"]').fill(password);
    await form.locator('input[name="repeat"]').fill(password);
    await this.page.getByTestId('save-password').click();
    await form.waitFor({ state: 'detached' });
  }

  /** From the home page into the room of the lesson whose title has these words. */
  async enterLesson(lessonId: string): Promise<void> {
    await this.page.goto(`/room/${lessonId}`);
    await this.page.getByTestId('enter-room').click();
  }

  async untilInside(): Promise<void> {
    await this.page.getByTestId('room').waitFor();
  }

  /** The device check before the door, where one comes past it. */
  async passPreparation(): Promise<void> {
    await this.page.getByTestId('enter-room').click();
  }

  async openPanel(panel: 'people' | 'chat' | 'tools'): Promise<void> {
    if ((await this.page.getByTestId(`panel-${panel}`).count()) > 0) return;
    await this.page.mouse.move(200, 200);
    await this.page.getByTestId(`control-${panel}`).click();
    await this.page.getByTestId(`panel-${panel}`).waitFor();
  }

  async untilOn(control: 'camera' | 'microphone'): Promise<void> {
    await this.page.locator(`[data-testid="control-${control}"][aria-pressed="true"]`).waitFor();
  }

  /** What a teacher does through the menu behind a name. */
  async doTo(name: string, deed: string): Promise<void> {
    await this.openPanel('people');
    const person = this.page.locator(`[data-testid="participant"][data-name="${name}"]`);
    await person.getByTestId('participant-menu').click();
    await this.page.getByTestId(`participant-${deed}`).click();
  }

  tile(name: string, source: 'camera' | 'screen' | 'visualiser' = 'camera'): string {
    return `[data-testid="tile"][data-name="${name}"][data-source="${source}"] video`;
  }

  /** Waits until the element shows `sender`'s picture and two readings with the clock going on; answers the later one. */
  async seesAdvancing(selector: string, sender: number): Promise<VideoReading> {
    const first = await this.#until(async () => {
      const reading = await readVideo(this.page, selector);
      return reading?.sender === sender ? reading : undefined;
    }, `${selector} shows sender ${sender}`);
    return this.#until(async () => {
      const reading = await readVideo(this.page, selector);
      return reading?.sender === sender && reading.clockMs > first.clockMs + 300 ? reading : undefined;
    }, `${selector} advances`);
  }

  /** Waits until the tone of `sender` is heard and none of `silent` is. */
  async hears(sender: number, silent: readonly number[] = []): Promise<void> {
    await this.#until(
      async () => {
        const tones = await readTones(this.page, [toneHz(sender), ...silent.map(toneHz)]);
        const [wanted, ...others] = tones.map((tone) => tone.decibels > HEARD_DECIBELS);
        return wanted === true && !others.includes(true) ? true : undefined;
      },
      `the tone of sender ${sender}${silent.length > 0 ? ` and not of ${silent.join(', ')}` : ''}`,
    );
  }

  async hearsNot(sender: number): Promise<void> {
    await this.#until(async () => {
      const [tone] = await readTones(this.page, [toneHz(sender)]);
      return tone !== undefined && tone.decibels <= HEARD_DECIBELS ? true : undefined;
    }, `silence of sender ${sender}`);
  }

  /** As the teacher does, for everybody. */
  async endLesson(): Promise<void> {
    await this.page.getByTestId('control-leave').click();
    await this.page.getByTestId('leave-end').click();
    await this.page.getByTestId('end-confirm').click();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async #until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
    let found: T | undefined;
    await expect
      .poll(
        async () => {
          found = await look();
          return found !== undefined;
        },
        { timeout: WAIT_MS, interval: POLL_MS, message: what },
      )
      .toBe(true);
    if (found === undefined) throw new Error(what);
    return found;
  }
}
