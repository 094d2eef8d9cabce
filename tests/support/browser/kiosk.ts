import { readdir, readFile } from 'node:fs/promises';
import type { BrowserContext } from 'playwright-core';
import type { Stack } from '../stands/stack.ts';
import { openKiosk } from './browser.ts';
import { Person } from './person.ts';

/** Of the browser itself: its helpers are of a type, and end with it. */
async function browserOf(profile: string): Promise<number> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const isBrowser = line.includes(`--user-data-dir=${profile}`) && !line.some((word) => word.startsWith('--type='));
    if (isBrowser) return Number(name);
  }
  throw new Error(`no browser runs with ${profile}`);
}

/** The computer of a classroom: it starts a browser at the site page, with the profile that is on its disk. */
export class Kiosk {
  readonly screen: Person;
  readonly #profile: string;
  readonly #context: BrowserContext;

  private constructor(profile: string, context: BrowserContext, screen: Person) {
    this.#profile = profile;
    this.#context = context;
    this.screen = screen;
  }

  /** Also while there is no server: then it is at a page that says so. */
  static async start(stack: Stack, profile: string, sender: number): Promise<Kiosk> {
    const context = await openKiosk(profile, sender, { baseURL: stack.url });
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto('/site').catch(() => undefined);
    return new Kiosk(profile, context, Person.on(stack, page, sender));
  }

  /** Nothing is written any more, nobody is told. */
  async cutPower(): Promise<void> {
    const ended = new Promise((done) => this.#context.once('close', done));
    process.kill(await browserOf(this.#profile), 'SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
