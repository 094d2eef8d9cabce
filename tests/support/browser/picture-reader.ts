import type { Page } from 'playwright-core';
import { COUNTER_BITS } from '../rtp/test-picture.ts';

export interface PictureReading {
  /** Number of the shown test picture (`test-picture.ts`); null while nothing is shown. */
  readonly counter: number | null;
  readonly isFlash: boolean;
}

export interface PlayerReading {
  readonly pictures: readonly PictureReading[];
  /** Where the page's own audio element is, seconds; null when there is none. */
  readonly soundS: number | null;
}

/** Remembers the audio elements that a page makes without putting them into the document. */
export async function rememberAudio(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const made: HTMLAudioElement[] = [];
    Object.assign(globalThis, { madeAudio: made });
    const Original = globalThis.Audio;
    globalThis.Audio = class extends Original {
      constructor(source?: string) {
        super(source);
        made.push(this);
      }
    };
  });
}

/** What several `<video>` elements show and where the sound is, all read in one go. */
export async function readPlayer(page: Page, selectors: readonly string[]): Promise<PlayerReading> {
  return page.evaluate(
    ([queries, bits]) => {
      const made = (globalThis as { madeAudio?: HTMLAudioElement[] }).madeAudio ?? [];
      const soundS = made.findLast((audio) => audio.src !== '')?.currentTime ?? null;
      const pictures = queries.map((query) => {
        const video = document.querySelector<HTMLVideoElement>(query);
        if (video === null || video.videoWidth === 0) return { counter: null, isFlash: false };
        const { videoWidth: width, videoHeight: height } = video;
        const draw = new OffscreenCanvas(width, height).getContext('2d');
        if (draw === null) return { counter: null, isFlash: false };
        draw.drawImage(video, 0, 0);
        const band = Math.floor(height / 8);
        const { data: top } = draw.getImageData(0, Math.floor(band / 2), width, 1);
        const { data: bottom } = draw.getImageData(Math.floor(width / 2), height - Math.ceil(band / 2), 1, 1);
        let counter = 0;
        for (let bit = 0; bit < bits; bit += 1) {
          const x = Math.floor(((bit + 0.5) * width) / bits);
          counter = counter * 2 + ((top[x * 4 + 1] ?? 0) > 128 ? 1 : 0);
        }
        return { counter, isFlash: (bottom[1] ?? 0) > 128 };
      });
      return { pictures, soundS };
    },
    [selectors, COUNTER_BITS] as const,
  );
}
