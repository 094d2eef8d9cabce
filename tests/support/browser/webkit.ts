import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';
import * as z from 'zod';
import { eventually, WAIT_MS } from '../eventually.ts';
import { freePort } from '../stands/ports.ts';
import type { Stack } from '../stands/stack.ts';
import { readVideo, type ReadablePage } from './timecode-reader.ts';

const DRIVER = '/usr/bin/WebKitWebDriver';
const XVFB = '/usr/bin/Xvfb';
const BROWSERS = ['6.0', '4.1', '4.0'].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`);
const POLL_MS = 150;
/** The name of an element in what WebDriver answers (W3C WebDriver §12.1). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Why nothing can be shown in WebKitGTK on this machine; null when it can. */
export function webkitIsMissing(): string | null {
  const lacking = [DRIVER, XVFB].find((program) => !existsSync(program));
  if (lacking !== undefined) return `${lacking} is not there (apt-get install webkit2gtk-driver xvfb)`;
  return BROWSERS.some((browser) => existsSync(browser)) ? null : 'WebKitGTK has no MiniBrowser here';
}

/** WebKitGTK's MiniBrowser on a screen of its own, driven over W3C WebDriver. Debian's has no WebRTC: it watches, and does not call. */
export class WebKitPerson implements ReadablePage {
  readonly #stack: Stack;
  readonly #session: string;
  readonly #processes: readonly ChildProcess[];

  private constructor(stack: Stack, session: string, processes: readonly ChildProcess[]) {
    this.#stack = stack;
    this.#session = session;
    this.#processes = processes;
  }

  static async at(stack: Stack): Promise<WebKitPerson> {
    const port = await freePort();
    const screen = spawn(XVFB, ['-displayfd', '3', '-screen', '0', '1366x900x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const [display] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
    const driver = spawn(DRIVER, [`--port=${port}`], {
      env: { ...process.env, DISPLAY: `:${String(display).trim()}`, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1' },
      stdio: 'ignore',
    });
    const origin = `http://127.0.0.1:${port}`;
    await eventually(async () => (await fetch(`${origin}/status`).catch(() => null))?.ok).toBe(true);
    const browserOptions = { binary: BROWSERS.find((browser) => existsSync(browser)), args: ['--automation'] };
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': browserOptions } };
    const session = z.object({ sessionId: z.string() }).parse(await ask('POST', `${origin}/session`, { capabilities }));
    return new WebKitPerson(stack, `${origin}/session/${session.sessionId}`, [driver, screen]);
  }

  async open(path: string): Promise<void> {
    await ask('POST', `${this.#session}/url`, { url: new URL(path, this.#stack.url).href });
  }

  async signIn(account: string): Promise<void> {
    const { password } = await this.#stack.demoSignIn(account);
    await this.open('/sign-in');
    await this.type('input[autocomplete="username"]', account);
    await this.type('input[type="password"]', password);
    await this.click('[data-testid="sign-in"]');
    await eventually(() => this.evaluate(() => document.querySelector('[data-testid="sign-in"]') === null, null)).toBe(
      true,
    );
  }

  async type(selector: string, text: string): Promise<void> {
    await ask('POST', `${this.#session}/element/${await this.#find(selector)}/value`, { text });
  }

  async click(selector: string): Promise<void> {
    await ask('POST', `${this.#session}/element/${await this.#find(selector)}/click`, {});
  }

  async text(): Promise<string> {
    return this.evaluate(() => document.body.innerText, null);
  }

  async evaluate<Argument, Result>(
    read: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result> {
    const script = `return (${read.toString()})(arguments[0])`;
    // What a function answers is what it was declared to; nothing but plain values comes through.
    return (await ask('POST', `${this.#session}/execute/sync`, { script, args: [argument] })) as Result;
  }

  /** Waits until the element shows `sender`'s picture with the clock going on. */
  async seesAdvancing(selector: string, sender: number): Promise<void> {
    let firstMs: number | undefined;
    const look = async (): Promise<number> => {
      const reading = await readVideo(this, selector);
      if (reading?.sender !== sender) return 0;
      firstMs ??= reading.clockMs;
      return reading.clockMs - firstMs;
    };
    await expect
      .poll(look, { timeout: WAIT_MS, interval: POLL_MS, message: `${selector} shows sender ${sender} advancing` })
      .toBeGreaterThan(300);
  }

  async close(): Promise<void> {
    await ask('DELETE', this.#session).catch(() => undefined);
    for (const child of this.#processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
  }

  async #find(selector: string): Promise<string> {
    let found: string | undefined;
    const look = async (): Promise<boolean> => {
      const using = { using: 'css selector', value: selector };
      const element = await ask('POST', `${this.#session}/element`, using).catch(() => null);
      found = z.object({ [ELEMENT]: z.string() }).safeParse(element).data?.[ELEMENT];
      return found !== undefined;
    };
    await eventually(look).toBe(true);
    if (found === undefined) throw new Error(`no ${selector}`);
    return found;
  }
}

async function ask(method: 'POST' | 'DELETE', url: string, body?: object): Promise<unknown> {
  const reply = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const { value } = z.object({ value: z.unknown() }).parse(await reply.json());
  if (!reply.ok) throw new Error(`${method} ${url}: ${JSON.stringify(value)}`);
  return value;
}
