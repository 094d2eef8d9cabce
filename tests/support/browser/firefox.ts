import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { expect } from 'vitest';
import type { Stack } from '../stands/stack.ts';
import { drawLine } from './class-tools.ts';
import { PULSEAUDIO, SilentSound } from './silent-sound.ts';
import { useTimecodeMedia } from './timecode-media.ts';
import { readTones, readVideo } from './timecode-reader.ts';
import { HEARD_DECIBELS, toneHz } from './timecode.ts';
import { eventually, WAIT_MS } from '../eventually.ts';

const FIREFOX = process.env['TONGKE_FIREFOX_BIN'] ?? '/usr/bin/firefox-esr';
const POLL_MS = 150;

/** Why nothing can be shown in Firefox on this machine; null when it can. */
export function firefoxIsMissing(): string | null {
  const lacking = [FIREFOX, PULSEAUDIO].find((program) => !existsSync(program));
  return lacking === undefined ? null : `${lacking} is not there (apt-get install firefox-esr pulseaudio)`;
}

/**
 * What the stack needs for Firefox. Until it has given the page a camera itself Firefox sends from the address of its default route alone,
 * which reaches no loopback.
 */
export function reachableByFirefox(): { readonly RTC_ANNOUNCED_ADDRESS: string } {
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
  );
  return { RTC_ANNOUNCED_ADDRESS: ['127.0.0.1', ...own].join(',') };
}

export interface RunningFirefox {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** The distribution's Firefox, headless, over WebDriver BiDi. Debian's has no OpenH264, so that it neither sends nor receives H264. */
export async function launchFirefox(): Promise<RunningFirefox> {
  const sound = await SilentSound.start();
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    env: { ...process.env, PULSE_SERVER: sound.server },
    extraPrefsFirefox: {
      'intl.accept_languages': 'zh-CN',
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      // Local addresses behind mDNS names are resolved by nobody here.
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      // Nothing is fetched from elsewhere while a test runs, OpenH264 neither.
      'media.gmp-manager.updateEnabled': false,
      'media.gmp-gmpopenh264.autoupdate': false,
    },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      await sound.stop();
    },
  };
}

/** What {@link Person} is in Chromium: somebody whose camera and microphone carry `sender` and the time. */
export class FirefoxPerson {
  readonly page: Page;
  readonly sender: number;
  readonly #stack: Stack;

  private constructor(stack: Stack, page: Page, sender: number) {
    this.#stack = stack;
    this.page = page;
    this.sender = sender;
  }

  static async at(stack: Stack, browser: Browser, sender: number): Promise<FirefoxPerson> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    await page.setViewport({ width: 1366, height: 768 });
    await useTimecodeMedia(
      { addInitScript: (script, options) => page.evaluateOnNewDocument(script as () => void, options) },
      sender,
    );
    return new FirefoxPerson(stack, page, sender);
  }

  async signIn(account: string): Promise<void> {
    const { password } = await this.#stack.demoSignIn(account);
    await this.open('/sign-in');
    await this.page.locator('input[autocomplete="username"]').fill(account);
    await this.page.locator('input[type="password"]').fill(password);
    await this.click('sign-in');
    await this.untilGone('sign-in');
  }

  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#stack.url).href);
  }

  async enterLesson(lessonId: string): Promise<void> {
    await this.open(`/room/${lessonId}`);
    await this.click('enter-room');
    await this.untilThere('[data-testid="room"]');
  }

  async click(testId: string): Promise<void> {
    await this.page.locator(`[data-testid="${testId}"]`).click();
  }

  async fill(testId: string, text: string): Promise<void> {
    await this.page.locator(`[data-testid="${testId}"]`).fill(text);
  }

  async openPanel(panel: 'people' | 'chat' | 'tools'): Promise<void> {
    if ((await this.page.$(`[data-testid="panel-${panel}"]`)) !== null) return;
    await this.page.mouse.move(200, 200);
    await this.click(`control-${panel}`);
    await this.untilThere(`[data-testid="panel-${panel}"]`);
  }

  async textOf(testId: string): Promise<string> {
    const texts = await this.page.$$eval(`[data-testid="${testId}"]`, (all) => all.map((one) => one.textContent));
    return texts.join('\n');
  }

  /** `expect` of what stands there, asked again until it holds. */
  says(testId: string) {
    return eventually(() => this.textOf(testId), testId);
  }

  /** Draws a line on the page that is shown. */
  async writeOnPage(): Promise<void> {
    await this.click('ink-pen');
    const ink = await this.page.waitForSelector('[data-testid="ink"][data-writing="true"]');
    await drawLine(this.page.mouse, (await ink?.boundingBox()) ?? null);
  }

  async untilThere(selector: string): Promise<void> {
    await this.page.waitForSelector(selector);
  }

  async untilGone(testId: string): Promise<void> {
    await this.page.waitForSelector(`[data-testid="${testId}"]`, { hidden: true });
  }

  async untilOn(control: 'camera' | 'microphone'): Promise<void> {
    await this.untilThere(`[data-testid="control-${control}"][aria-pressed="true"]`);
  }

  tile(name: string, source: 'camera' | 'screen' = 'camera'): string {
    return `[data-testid="tile"][data-name="${name}"][data-source="${source}"] video`;
  }

  /** Waits until the element shows `sender`'s picture with the clock going on. */
  async seesAdvancing(selector: string, sender: number): Promise<void> {
    let firstMs: number | undefined;
    const look = async (): Promise<number> => {
      const reading = await readVideo(this.#readable, selector);
      if (reading?.sender !== sender) return 0;
      firstMs ??= reading.clockMs;
      return reading.clockMs - firstMs;
    };
    await expect
      .poll(look, { timeout: WAIT_MS, interval: POLL_MS, message: `${selector} shows sender ${sender} advancing` })
      .toBeGreaterThan(300);
  }

  /** Waits until the tone of `sender` is heard and none of `silent` is. */
  async hears(sender: number, silent: readonly number[] = []): Promise<void> {
    const heard = async (): Promise<boolean> => {
      const tones = await readTones(this.#readable, [toneHz(sender), ...silent.map(toneHz)]);
      const [wanted, ...others] = tones.map((tone) => tone.decibels > HEARD_DECIBELS);
      return wanted === true && !others.includes(true);
    };
    await expect
      .poll(heard, { timeout: WAIT_MS, interval: POLL_MS, message: `sender ${sender}, not ${silent.join(', ')}` })
      .toBe(true);
  }

  get #readable(): Parameters<typeof readVideo>[0] {
    return { evaluate: (read, argument) => this.page.evaluate(read as () => never, ...([argument] as never)) };
  }
}
