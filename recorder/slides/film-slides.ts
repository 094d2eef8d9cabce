import { join } from 'node:path';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import { KEYFRAME_SECONDS } from '../ffmpeg/args.ts';
import { makeSlides, SLIDES_FOLDER } from './make-slides.ts';

export interface FilmSlidesOptions {
  readonly ffmpeg: FfmpegRunner;
  /** The finished film, whose keyframes lie on the grid of `KEYFRAME_SECONDS`. */
  readonly mp4: string;
  readonly durationUs: number;
  /** What is uploaded of the attempt; the stills get a folder in it. */
  readonly out: string;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

/** Stills of a finished film: only its keyframes are decoded, which takes seconds for a lesson. */
export async function makeFilmSlides(options: FilmSlidesOptions): Promise<void> {
  const { ffmpeg, mp4, durationUs, out, signal, onProgress } = options;
  const source = {
    path: mp4,
    startUs: 0,
    endUs: durationUs,
    isFilmed: true,
    stepUs: KEYFRAME_SECONDS * 1_000_000,
    onlyKeyframes: true,
  };
  const folder = join(out, SLIDES_FOLDER);
  await makeSlides({ ffmpeg, sources: [source], endUs: durationUs, clock: 'film', folder, signal, onProgress });
}
