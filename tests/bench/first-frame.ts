import type { BrowserContext, Page } from 'playwright-core';

declare global {
  var millisecondsToFirstFrame: (button: string, videos: string) => Promise<number>;
}

const LIMIT_MS = 30_000;

function install(limitMs: number): void {
  globalThis.millisecondsToFirstFrame = (button, videos) =>
    new Promise((resolve, reject) => {
      const watched = new WeakSet<HTMLVideoElement>();
      const startedMs = performance.now();
      const look = (): void => {
        for (const video of document.querySelectorAll<HTMLVideoElement>(videos)) {
          if (watched.has(video)) continue;
          watched.add(video);
          video.requestVideoFrameCallback(() => resolve(performance.now() - startedMs));
        }
      };
      new MutationObserver(look).observe(document, { childList: true, subtree: true });
      setTimeout(() => reject(new Error('no frame came')), limitMs);
      document.querySelector<HTMLElement>(button)?.click();
    });
}

/** Pages opened from here on can tell how long it takes from a click to the first frame that is shown. */
export async function watchFirstFrames(context: BrowserContext): Promise<void> {
  await context.addInitScript(install, LIMIT_MS);
}

/** Both ends are read in the page, on its own clock: what drives the browser takes no part. */
export async function clickToFirstFrame(page: Page, button: string, videos: string): Promise<number> {
  return page.evaluate(([press, look]) => globalThis.millisecondsToFirstFrame(press, look), [button, videos] as const);
}
