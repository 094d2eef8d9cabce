import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlayIndex, PlayRun, PlaySegment } from '../../signaling/protocol/play-index.ts';
import { concatLine, h264Options, seconds, soundOnTime } from '../ffmpeg/args.ts';
import type { FfmpegInput, FfmpegJob } from '../ffmpeg/job.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import { SAMPLE_RATE, samplesOf } from '../produce/parts/sound-mix.ts';
import type { Span } from '../produce/source/presence.ts';
import { isWhole, keptTimes, PACKAGE_FPS, pictureParts, type KeptTime, type PicturePart } from './kept-time.ts';
import { besideMoving, type BoardPages, type PagePiece } from './page-pieces.ts';
import type { PlayFiles } from './play-files.ts';

const HOLE_US = 1_000_000;
const RATE = { crf: 21, maxKbps: 4_000 } as const;
const THREADS = 2;
const MAX_WIDTH = 1_920;
const MAX_HEIGHT = 1_080;
const NOTHING = 'black';
/** Seeking behind a piece's last frame finds nothing. */
const SEEK_MARGIN_US = 100_000;
const BITRATE = '128k';

export interface PackageWork {
  readonly index: PlayIndex;
  readonly files: PlayFiles;
  readonly ffmpeg: FfmpegRunner;
  /** Exists. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

interface MovingPiece extends Span {
  readonly path: string;
  readonly isStill?: false;
}
type Piece = MovingPiece | PagePiece;

/** What becomes one track of a package. */
export interface PackagedView {
  readonly view: string;
  /** Of the board, what stood there while nothing moved. */
  readonly pages: BoardPages | undefined;
}

type Run = Pick<PlayRun, 'container' | 'segments' | 'width' | 'height'>;

/**
 * One picture for the whole lesson fits into an MP4 as it was sent: one initialisation, nothing left out. VP8 has no place in MP4, and a picture whose size changes none in one
 * track: those are encoded once more, as H.264.
 */
export function isCopied(runs: readonly Run[], index: Pick<PlayIndex, 'durationUs' | 'leftOut'>): boolean {
  const inits = new Set(runs.flatMap(({ segments }) => segments.map(({ init }) => init)));
  return isWhole(index) && inits.size === 1 && runs.every(({ container }) => container === 'fmp4');
}

/** The sound of the whole package; undefined when there is none. */
export async function packageSound(work: PackageWork): Promise<string | undefined> {
  const { index, files, ffmpeg, folder, signal } = work;
  const segments = index.sound?.segments ?? [];
  if (segments.length === 0) return undefined;
  const source = join(folder, 'sound-source.mp4');
  const target = join(folder, 'sound.m4a');
  await files.write(segments, source);
  const input = { options: ['-itsoffset', seconds(segments[0]?.startUs ?? 0)], source };
  const job = isWhole(index) ? copySoundJob(input, target) : cutSoundJob(keptTimes(index), input, target);
  await ffmpeg.run(job, { label: 'sound of a package', signal });
  await rm(source);
  return target;
}

function copySoundJob(input: FfmpegInput, target: string): FfmpegJob {
  return { inputs: [input], outputs: [{ options: ['-map', '0:a', '-c', 'copy', '-f', 'mp4'], target }] };
}

function cutSoundJob(kept: readonly KeptTime[], input: FfmpegInput, target: string): FfmpegJob {
  const cuts = kept.map(({ fromUs, frames }, at) => {
    const from = samplesOf(fromUs);
    const to = from + (frames * SAMPLE_RATE) / PACKAGE_FPS;
    return `[c${at}]atrim=start_sample=${from}:end_sample=${to},asetpts=PTS-STARTPTS[k${at}]`;
  });
  const names = (letter: string): string => kept.map((_, at) => `[${letter}${at}]`).join('');
  return {
    inputs: [input],
    filterGraph: [
      `[0:a]${soundOnTime(SAMPLE_RATE)},apad,asplit=${kept.length}${names('c')}`,
      ...cuts,
      `${names('k')}concat=n=${kept.length}:v=0:a=1[out]`,
    ].join(';'),
    outputs: [{ options: ['-map', '[out]', '-c:a', 'aac', '-b:a', BITRATE, '-f', 'mp4'], target }],
  };
}

/** One view with the sound, as an MP4 that begins to play before it is there as a whole. */
export async function packageTrack(
  work: PackageWork,
  { view, pages }: PackagedView,
  sound: string | undefined,
  target: string,
  onProgress: (fraction: number) => void,
): Promise<void> {
  const { index, ffmpeg, folder, signal } = work;
  const runs = index.views.find((each) => each.view === view)?.runs ?? [];
  const own = join(folder, view);
  await mkdir(own, { recursive: true });
  const picture =
    pages === undefined && isCopied(runs, index)
      ? await copiedPicture(work, runs, own)
      : await encodedPicture({ ...work, folder: own }, runs, pages, onProgress);
  const inputs = [picture, ...(sound === undefined ? [] : [{ options: [], source: sound }])];
  const maps = ['-map', '0:v', ...(sound === undefined ? [] : ['-map', '1:a'])];
  await ffmpeg.run(
    { inputs, outputs: [{ options: [...maps, '-c', 'copy', '-movflags', '+faststart', '-f', 'mp4'], target }] },
    { label: `${view} of a package`, signal },
  );
  await rm(own, { recursive: true, force: true });
  onProgress(1);
}

async function copiedPicture({ files }: PackageWork, runs: readonly Run[], folder: string): Promise<FfmpegInput> {
  const source = join(folder, 'whole.mp4');
  const segments = runs.flatMap((run) => run.segments);
  await files.write(segments, source);
  // Input times are counted from a file's first picture; this is when that was.
  return { options: ['-itsoffset', seconds(segments[0]?.startUs ?? 0)], source };
}

async function encodedPicture(
  work: PackageWork,
  runs: readonly Run[],
  pages: BoardPages | undefined,
  onProgress: (fraction: number) => void,
): Promise<FfmpegInput> {
  const { ffmpeg, folder, signal } = work;
  const moving = await fetchPieces(work, runs, folder);
  const pieces: Piece[] = [...moving, ...besideMoving(pages?.pieces ?? [], moving)];
  const size = canvasOf(pages === undefined ? runs : [...runs, pages]);
  const parts = pictureParts(
    keptTimes(work.index),
    pieces.toSorted((one, other) => one.fromUs - other.fromUs),
  );
  const total = parts.reduce((sum, { frames }) => sum + frames, 0);
  const paths: string[] = [];
  let done = 0;
  for (const [number, part] of parts.entries()) {
    const target = join(folder, `part-${number}.mp4`);
    await ffmpeg.run(partJob(part, size, target), {
      label: 'part of a package',
      signal,
      onProgress: ({ frame }) => onProgress((done + Math.min(frame, part.frames)) / Math.max(total, 1)),
    });
    paths.push(target);
    done += part.frames;
  }
  const list = join(folder, 'parts.ffconcat');
  await writeFile(list, ['ffconcat version 1.0', ...paths.map(concatLine), ''].join('\n'));
  return { options: ['-f', 'concat', '-safe', '0'], source: list };
}

async function fetchPieces(work: PackageWork, runs: readonly Run[], folder: string): Promise<readonly MovingPiece[]> {
  const pieces: MovingPiece[] = [];
  for (const run of runs) {
    for (const segments of unbroken(run.segments)) {
      const path = join(folder, `piece-${pieces.length}.${run.container === 'webm' ? 'webm' : 'mp4'}`);
      await work.files.write(segments, path);
      pieces.push({ path, fromUs: segments[0]?.startUs ?? 0, toUs: segments.at(-1)?.endUs ?? 0 });
    }
  }
  return pieces;
}

function unbroken(segments: readonly PlaySegment[]): readonly (readonly PlaySegment[])[] {
  const groups: PlaySegment[][] = [];
  for (const segment of segments) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && segment.startUs - last.endUs <= HOLE_US) groups.at(-1)?.push(segment);
    else groups.push([segment]);
  }
  return groups;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** As large as the largest picture; others stand in the middle of it. */
function canvasOf(runs: readonly Pick<Run, keyof Size>[]): Size {
  const even = (value: number): number => Math.floor(value / 2) * 2;
  const largest = (values: readonly (number | undefined)[], most: number): number =>
    even(Math.min(most, Math.max(2, ...values.map((value) => value ?? 0))));
  return {
    width: largest(
      runs.map(({ width }) => width),
      MAX_WIDTH,
    ),
    height: largest(
      runs.map(({ height }) => height),
      MAX_HEIGHT,
    ),
  };
}

function partJob({ piece, seekUs, frames }: PicturePart<Piece>, { width, height }: Size, target: string): FfmpegJob {
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
  const shown = `[0:v]fps=${PACKAGE_FPS}:start_time=0,${fit},setsar=1,pad=${width}:${height}:-1:-1,tpad=stop=-1:stop_mode=clone[v]`;
  const nothing = `color=c=${NOTHING}:s=${width}x${height}:r=${PACKAGE_FPS},format=yuv420p[v]`;
  const at =
    piece === null || piece.isStill === true
      ? 0
      : Math.min(seekUs, Math.max(0, piece.toUs - piece.fromUs - SEEK_MARGIN_US));
  // The picture before the part's beginning is the one that is seen there.
  const seek = at > 0 ? ['-noaccurate_seek', '-ss', seconds(at)] : [];
  return {
    inputs: piece === null ? [] : [{ options: seek, source: piece.path }],
    filterGraph: piece === null ? nothing : shown,
    outputs: [
      {
        options: ['-map', '[v]', '-an', '-frames:v', String(frames), ...h264Options(RATE, THREADS), '-f', 'mp4'],
        target,
      },
    ],
    durationUs: (frames * 1e6) / PACKAGE_FPS,
  };
}
