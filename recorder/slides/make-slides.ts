import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Slide, SlideIndex } from '../../signaling/protocol/slide-index.ts';
import { concatLine } from '../ffmpeg/args.ts';
import type { FfmpegJob } from '../ffmpeg/job.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import type { PageStill } from './page-stills.ts';
import { isCarriedWithin, pickSlides, uncovered, withinBudget } from './slide-picker.ts';

export const SLIDE_WIDTH = 1_280;
export const SLIDE_HEIGHT = 720;
export const SLIDES_FOLDER = 'slides';
export const SLIDE_INDEX_NAME = 'index.json';

const GREY_WIDTH = 160;
const GREY_HEIGHT = 90;
const GREY_BYTES = GREY_WIDTH * GREY_HEIGHT;
const HASH_CHARS = 16;
/** Writing stays legible; a page of text is some 30 KB. */
const WEBP_QUALITY = '55';
/** Of what is looked at, before the slides are made of it. */
export const LOOK_OPTIONS = ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p', '-f', 'image2'] as const;
/** Less is no gap. */
const GAP_US = 1_000_000;
/** Of the two passes the first decodes everything. */
const LOOK_SHARE = 0.85;

/** A piece of moving picture without a hole. */
export interface SlideSource {
  readonly path: string;
  readonly startUs: number;
  readonly endUs: number;
  /** See `PickRules`. */
  readonly isFilmed: boolean;
  /** Between two looks; where only keyframes are decoded, the distance of those. */
  readonly stepUs: number;
  readonly onlyKeyframes: boolean;
}

export interface MakeSlidesOptions {
  readonly ffmpeg: FfmpegRunner;
  /** In order and without overlap. */
  readonly sources: readonly SlideSource[];
  /** What is seen instead of them for its span; in order and without overlap. */
  readonly pages?: readonly PageStill[];
  /** Where what is played ends: a page that goes before leaves nothing behind. */
  readonly endUs: number;
  readonly clock: SlideIndex['clock'];
  /** Is made, and holds the index and its pictures afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

interface Picked {
  readonly atUs: number;
  readonly path: string;
  readonly page?: PageStill;
  /** First of what was not seen before. */
  readonly isFirst: boolean;
}

/** A slide that may be left out unless it is due. */
interface Weighed {
  readonly atUs: number;
  readonly bytes: number;
  readonly isDue: boolean;
  readonly slide: Slide;
}

/** Stills of what moves, at its changes, and of pages: first every step as a quick picture, then those that are worth it as small ones. */
export async function makeSlides(options: MakeSlidesOptions): Promise<SlideIndex> {
  const { sources, folder, signal, pages = [] } = options;
  const looks = join(folder, 'looks');
  await mkdir(looks, { recursive: true });
  const totalUs = sources.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
  const picked: Picked[] = pages.map((page) => {
    const { fromUs, path, shown } = page;
    return { atUs: fromUs, path, page, isFirst: fromUs === shown.fromUs };
  });
  let doneUs = 0;
  for (const [index, source] of sources.entries()) {
    signal.throwIfAborted();
    const own = await look(options, source, join(looks, String(index)), (us) =>
      options.onProgress?.((LOOK_SHARE * (doneUs + us)) / Math.max(totalUs, 1)),
    );
    picked.push(...own);
    doneUs += source.endUs - source.startUs;
  }
  const inOrder = picked.toSorted((one, other) => one.atUs - other.atUs);
  const slides = await shrink(options, inOrder);
  await rm(looks, { recursive: true, force: true });
  const nothing = gapsUs(options).map((atUs): Slide => ({ atUs, uri: null, bytes: 0 }));
  const carried = withinBudget(slides).map(({ slide }) => slide);
  const kept = [...carried, ...nothing].toSorted((one, other) => one.atUs - other.atUs);
  for (const { slide } of slides) {
    if (slide.uri !== null && !kept.some(({ uri }) => uri === slide.uri)) {
      await rm(join(folder, slide.uri), { force: true });
    }
  }
  const made: SlideIndex = {
    version: 1,
    clock: options.clock,
    width: SLIDE_WIDTH,
    height: SLIDE_HEIGHT,
    slides: kept,
  };
  await writeFile(join(folder, SLIDE_INDEX_NAME), JSON.stringify(made));
  options.onProgress?.(1);
  return made;
}

/** Where something ends and nothing follows. What is filmed stands to the end of what is played, a page does not. */
function gapsUs({ sources, pages = [], endUs }: MakeSlidesOptions): readonly number[] {
  const spans = [
    ...sources.map((source) => ({ fromUs: source.startUs, toUs: source.endUs, slackUs: source.stepUs })),
    ...pages.map(({ fromUs, toUs }) => ({ fromUs, toUs, slackUs: GAP_US })),
  ].toSorted((one, other) => one.fromUs - other.fromUs);
  const lastPageUs = pages.at(-1)?.toUs ?? 0;
  let seenUs = 0;
  return spans.flatMap(({ slackUs, toUs }, at) => {
    const isLast = at === spans.length - 1;
    seenUs = Math.max(seenUs, toUs);
    const nextUs = spans[at + 1]?.fromUs ?? (isLast && lastPageUs >= seenUs ? endUs : seenUs);
    return nextUs - seenUs > slackUs ? [seenUs] : [];
  });
}

/** Every step of a source as a picture, and what of it is worth keeping. */
async function look(
  options: MakeSlidesOptions,
  source: SlideSource,
  folder: string,
  onUs: (us: number) => void,
): Promise<readonly Picked[]> {
  const { ffmpeg, signal } = options;
  await mkdir(folder, { recursive: true });
  const grey = join(folder, 'grey.raw');
  const job = lookJob(source, folder, grey);
  await ffmpeg.run(job, { label: 'looking for slides', signal, onProgress: ({ outTimeUs }) => onUs(outTimeUs) });
  const pixels = await readFile(grey);
  const count = Math.floor(pixels.length / GREY_BYTES);
  const candidates = Array.from({ length: count }, (_, at) => ({
    atUs: source.startUs + at * source.stepUs,
    path: join(folder, lookName(at + 1)),
    grey: pixels.subarray(at * GREY_BYTES, (at + 1) * GREY_BYTES),
  }));
  const spans = (options.pages ?? []).map(({ shown }) => shown);
  return uncovered(candidates, spans).flatMap((run) =>
    pickSlides(run, source).flatMap((at) => {
      const candidate = run[at];
      return candidate === undefined ? [] : [{ atUs: candidate.atUs, path: candidate.path, isFirst: at === 0 }];
    }),
  );
}

const lookName = (number: number | '%06d'): string =>
  `${typeof number === 'string' ? number : String(number).padStart(6, '0')}.jpg`;

function lookJob(source: SlideSource, folder: string, grey: string): FfmpegJob {
  const { path, startUs, endUs, stepUs, onlyKeyframes } = source;
  const fit = `scale=${SLIDE_WIDTH}:${SLIDE_HEIGHT}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
  const pad = `pad=${SLIDE_WIDTH}:${SLIDE_HEIGHT}:-1:-1`;
  return {
    inputs: [{ options: [...(onlyKeyframes ? ['-skip_frame', 'nokey'] : []), '-threads', '1'], source: path }],
    filterGraph: [
      `[0:v]setpts=PTS-STARTPTS,fps=1000000/${stepUs}:start_time=0:round=near,${fit},setsar=1,${pad},split=2[large][look]`,
      `[look]scale=${GREY_WIDTH}:${GREY_HEIGHT}:flags=area,format=gray[grey]`,
    ].join(';'),
    outputs: [
      {
        options: ['-map', '[large]', ...LOOK_OPTIONS],
        target: join(folder, lookName('%06d')),
      },
      { options: ['-map', '[grey]', '-f', 'rawvideo'], target: grey },
    ],
    durationUs: endUs - startUs,
  };
}

/** The kept pictures as WebP, named by what is in them. */
async function shrink(options: MakeSlidesOptions, picked: readonly Picked[]): Promise<readonly Weighed[]> {
  if (picked.length === 0) return [];
  const { folder, ffmpeg, signal } = options;
  const list = join(folder, 'looks', 'picked.ffconcat');
  const lines = picked.flatMap(({ path }) => [concatLine(path), 'duration 1']);
  await writeFile(list, ['ffconcat version 1.0', ...lines, ''].join('\n'));
  const made = (number: number | '%06d'): string => join(folder, 'looks', lookName(number).replace('.jpg', '.webp'));
  await ffmpeg.run(
    {
      inputs: [{ options: ['-f', 'concat', '-safe', '0'], source: list }],
      outputs: [
        {
          options: [
            ...['-fps_mode', 'passthrough', '-c:v', 'libwebp', '-quality', WEBP_QUALITY],
            ...['-preset', 'text', '-compression_level', '4', '-f', 'image2'],
          ],
          target: made('%06d'),
        },
      ],
      durationUs: picked.length * 1e6,
    },
    {
      label: 'slides',
      signal,
      onProgress: ({ frame }) =>
        options.onProgress?.(LOOK_SHARE + (1 - LOOK_SHARE) * Math.min(1, frame / picked.length)),
    },
  );
  const slides: Weighed[] = [];
  for (const [index, one] of picked.entries()) {
    const { atUs, page } = one;
    const body = await readFile(made(index + 1));
    const uri = `${createHash('sha256').update(body).digest('hex').slice(0, HASH_CHARS)}.webp`;
    await rename(made(index + 1), join(folder, uri));
    const bytes = body.length;
    const until = page === undefined ? {} : { pageUntilUs: page.shown.toUs };
    slides.push({ atUs, bytes, isDue: isDue(one, bytes), slide: { atUs, uri, bytes, ...until } });
  }
  return slides;
}

/** Where something else begins, what was there before would stand in its place; and what is written on a page would be missing until the next stroke. */
const isDue = ({ isFirst, page }: Picked, bytes: number): boolean =>
  isFirst || (page !== undefined && isCarriedWithin(bytes, page.toUs - page.fromUs));
