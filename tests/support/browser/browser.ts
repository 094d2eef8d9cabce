import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';
import { useTimecodeMedia, type MediaOptions } from './timecode-media.ts';

interface Overrides {
  readonly executablePath?: string;
  readonly args?: readonly string[];
}

/** The distribution's Chromium, headless, never throttling a page that it believes nobody looks at. */
function launchOptions(overrides: Overrides = {}) {
  return {
    executablePath: overrides.executablePath ?? process.env['TONGKE_CHROMIUM_BIN'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-ui-for-media-stream',
      // Chromium hides local addresses behind mDNS names, which nobody resolves here.
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      ...(overrides.args ?? []),
    ],
  };
}

export async function launchBrowser(overrides: Overrides = {}): Promise<Browser> {
  return chromium.launch(launchOptions(overrides));
}

export const VIEWPORTS = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1366, height: 768 },
  screen: { width: 1920, height: 1080 },
} as const;

export interface DeviceOptions extends BrowserContextOptions {
  readonly media?: Partial<MediaOptions>;
  /** For whoever looks at the page itself, or measures what a page takes; scripts see and hear the media in any case. */
  readonly paintsVideo?: boolean;
}

/**
 * Media is decoded, laid out and readable as ever, and its first hundredth is painted: without a GPU, painting it took 37 % of a core in a lesson of
 * three pages, as much as everything else in them. What is not painted takes no clicks either: somebody in `class-tools` paints everything, so that a picture
 * which lies over a control is noticed.
 */
function paintEdgesOfVideo(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('video { clip-path: inset(0 99% 0 0) !important }');
  document.adoptedStyleSheets.push(sheet);
}

/** One person at one device, with media that carries `sender` and the time. */
export async function openDevice(
  browser: Browser,
  sender: number,
  { media, paintsVideo = process.env['TONGKE_SHOTS'] !== undefined, ...options }: DeviceOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: VIEWPORTS.laptop, ...options });
  if (!paintsVideo) await context.addInitScript(paintEdgesOfVideo);
  await useTimecodeMedia(
    { addInitScript: (script, options) => context.addInitScript(script as (options: unknown) => void, options) },
    sender,
    media,
  );
  return context;
}

/** A browser process of its own, with a profile on the disk that the next one finds again. */
export async function openKiosk(
  profile: string,
  sender: number,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions(),
    // Of a browser that says that it is automated Chromium does not load a page again that it could not reach.
    ignoreDefaultArgs: ['--enable-automation'],
    ...{ locale: 'zh-CN', viewport: VIEWPORTS.screen, ...options },
  });
  await context.addInitScript(paintEdgesOfVideo);
  await useTimecodeMedia(
    { addInitScript: (script, options) => context.addInitScript(script as (options: unknown) => void, options) },
    sender,
  );
  return context;
}
