import { h264Options, soundOnTime } from '../ffmpeg/args.ts';
import type { FfmpegJob, FfmpegOutput } from '../ffmpeg/job.ts';
import { inputOptions, MAX_FILM_SECONDS, MAX_PICTURE_PIXELS, type FilmFacts } from './film-facts.ts';

const PICTURE_SEGMENT_SECONDS = '6';
const SOUND_SEGMENT_SECONDS = '10';
const SOUND_RATE = 48_000;
/** Timestamps of other people's recorders are those of arrival at times: packets that are late by less come at once, and none is missing. */
const HOLE_SECONDS = 0.1;
/** What the film can show at most: production's picture is as large. */
const BOX_WIDTH = 1_920;
const BOX_HEIGHT = 1_080;
/** Nearly as good as what came: it is encoded once more for the film. */
const MEZZANINE = { crf: 18, maxKbps: 12_000 };
const ENCODER_THREADS = 2;
/** More would be more than a school's line carries until the film is composed. */
const MAX_COPIED_BITS = 12_000_000;
/** A picture that comes later than this is given a beginning, which takes encoding. */
const COPIED_START_US = 20_000;
const FRAME_RATE = 25;
/** The others are loose about times, or about where a picture begins. */
const COPIED_CONTAINERS: ReadonlySet<FilmFacts['container']> = new Set(['mov', 'matroska']);

/**
 * Whether the picture may stay as it came: what every browser plays, upright, whole, and not too heavy. Everything else (HEVC, VP9, phones
 * held upright, interlaced tape) is encoded into that.
 */
export function canCopyPicture({ container, video, bitRate = Infinity }: FilmFacts): boolean {
  const isPlain = video.codec === 'h264' && video.pixelFormat === 'yuv420p' && video.hasSquarePixels;
  const isUpright = !video.isRotated && !video.isInterlaced;
  const isLight = fits(video.width, BOX_WIDTH) && fits(video.height, BOX_HEIGHT) && bitRate <= MAX_COPIED_BITS;
  const hasBeginning = COPIED_CONTAINERS.has(container) && video.startUs <= COPIED_START_US;
  return isPlain && isUpright && isLight && hasBeginning;
}

const fits = (side: number, most: number): boolean => side <= most && side % 2 === 0;

export interface FilmTargets {
  /** Folder that exists. */
  readonly pictureFolder: string;
  readonly soundFile: string;
}

/** One reading of the film: its picture as CMAF segments, its sound as AAC from the film's very beginning. */
export function filmJob(path: string, facts: FilmFacts, copiesPicture: boolean, targets: FilmTargets): FfmpegJob {
  const { audio } = facts;
  const limits = ['-max_pixels', String(MAX_PICTURE_PIXELS)];
  return {
    inputs: [{ options: [...inputOptions(facts.container), ...limits], source: path }],
    outputs: [
      pictureOutput(facts, copiesPicture, targets.pictureFolder),
      ...(audio === undefined ? [] : [soundOutput(audio.index, targets.soundFile)]),
    ],
    ...(facts.durationUs === undefined ? {} : { durationUs: facts.durationUs }),
  };
}

function pictureOutput(facts: FilmFacts, isCopied: boolean, folder: string): FfmpegOutput {
  const coding = isCopied
    ? ['-c:v', 'copy']
    : ['-vf', uprightFilters(facts).join(','), ...h264Options(MEZZANINE, ENCODER_THREADS)];
  return {
    options: [
      ...['-map', `0:${facts.video.index}`, '-an', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
      ...['-t', String(MAX_FILM_SECONDS + 1), ...coding],
      ...segmentOptions(folder, PICTURE_SEGMENT_SECONDS),
      // Players that take no account of edit lists would see pictures that wait for B-frames late.
      ...['-hls_segment_options', 'movflags=+negative_cts_offsets'],
    ],
    target: `${folder}/index.m3u8`,
  };
}

/** ffmpeg turns the picture upright by itself; the pixels are made square, and it is fitted into what the film can show. */
function uprightFilters({ video }: FilmFacts): readonly string[] {
  const fit = 'force_original_aspect_ratio=decrease:force_divisible_by=2';
  const shrink = `scale='min(iw,${BOX_WIDTH})':'min(ih,${BOX_HEIGHT})':${fit}`;
  return [
    ...(video.isInterlaced ? ['yadif=deint=interlaced'] : []),
    `fps=${FRAME_RATE}:start_time=0`,
    ...(video.hasSquarePixels ? [] : ["scale='trunc(iw*sar/2)*2':'trunc(ih/2)*2'"]),
    shrink,
    'setsar=1',
  ];
}

function soundOutput(index: number, target: string): FfmpegOutput {
  return {
    options: [
      ...['-map', `0:${index}`, '-vn', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
      ...['-t', String(MAX_FILM_SECONDS + 1)],
      // Holes and a late beginning become silence, or everything behind them would come too early.
      ...['-af', `${soundOnTime(SOUND_RATE, HOLE_SECONDS)},aformat=sample_fmts=fltp:channel_layouts=stereo`],
      ...['-c:a', 'aac', '-b:a', '128k', '-f', 'mp4'],
    ],
    target,
  };
}

/** The sound as CMAF; the encoder's priming, which lies before zero, is left out as in the film. */
export function soundSegmentsJob(soundFile: string, folder: string): FfmpegJob {
  return {
    inputs: [{ options: [], source: soundFile }],
    outputs: [
      {
        options: ['-map', '0:a', '-c', 'copy', '-copypriorss', '0', ...segmentOptions(folder, SOUND_SEGMENT_SECONDS)],
        target: `${folder}/index.m3u8`,
      },
    ],
  };
}

function segmentOptions(folder: string, seconds: string): readonly string[] {
  return [
    ...['-f', 'hls', '-hls_time', seconds, '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'],
    ...['-hls_flags', 'independent_segments', '-hls_fmp4_init_filename', 'init.mp4'],
    ...['-hls_segment_filename', `${folder}/seg-%05d.m4s`],
  ];
}
