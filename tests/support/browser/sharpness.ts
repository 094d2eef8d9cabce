import type { Page } from 'playwright-core';

export interface Sharpness {
  /** Largest step of brightness (0–255) between two points of the timecode that stand a fiftieth of the width apart. */
  readonly step: number;
  /** Mean brightness; 0 is the black of a picture that is switched off. */
  readonly mean: number;
  /** Pictures that the element has been given so far. */
  readonly pictures: number;
}

const WIDTH = 320;
const APART = 6;
/** Half a cell of the timecode: each row of cells is crossed in its middle. */
const ROW_LINES = [13, 40, 66, 93] as const;

/** How sharp the edges of the timecode are in what a `<video>` shows now; undefined while it shows nothing. */
export async function readSharpness(page: Page, selector: string): Promise<Sharpness | undefined> {
  return page.evaluate(
    ([query, width, apart, lines]) => {
      const video = document.querySelector<HTMLVideoElement>(query);
      if (video === null || video.videoWidth === 0) return undefined;
      const height = Math.round((width * video.videoHeight) / video.videoWidth);
      const draw = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      if (draw === null) return undefined;
      draw.drawImage(video, 0, 0, width, height);
      let [step, sum] = [0, 0];
      for (const line of lines) {
        const { data } = draw.getImageData(0, line, width, 1);
        for (let x = 0; x < width; x += 1) {
          const level = data[x * 4 + 1] ?? 0;
          sum += level;
          if (x >= apart) step = Math.max(step, Math.abs(level - (data[(x - apart) * 4 + 1] ?? 0)));
        }
      }
      return { step, mean: sum / (width * lines.length), pictures: video.getVideoPlaybackQuality().totalVideoFrames };
    },
    [selector, WIDTH, APART, ROW_LINES] as const,
  );
}
