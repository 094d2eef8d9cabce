import { seconds } from '../../ffmpeg/args.ts';
import type { FfmpegJob } from '../../ffmpeg/job.ts';
import { vttTime } from '../web-vtt.ts';

const THUMB_WIDTH = 160;
const THUMB_HEIGHT = 90;
const SHEET_COLUMNS = 10;
const SHEET_ROWS = 10;
const SHORT_STEP_US = 2_000_000;
const LONG_STEP_US = 10_000_000;
/** More pictures than this make the step longer: a seek bar is some 200 steps wide. */
const FINE_THUMBS = 300;
const POSTER_SEARCH_FRAMES = 50;
/** A lesson's very beginning is people arriving. */
const POSTER_POSITION = 0.2;

/** Between two thumbnails; a multiple of the keyframe distance, since only keyframes are decoded. */
export function thumbnailStepUs(durationUs: number): number {
  return durationUs / SHORT_STEP_US <= FINE_THUMBS ? SHORT_STEP_US : LONG_STEP_US;
}

export function posterJob(mp4: string, durationUs: number, target: string): FfmpegJob {
  return {
    inputs: [{ options: ['-ss', seconds(Math.floor(durationUs * POSTER_POSITION))], source: mp4 }],
    outputs: [
      {
        options: [
          '-vf',
          `thumbnail=${POSTER_SEARCH_FRAMES},scale=1280:-2`,
          '-frames:v',
          '1',
          '-an',
          '-q:v',
          '3',
          '-f',
          'image2',
        ],
        target,
      },
    ],
  };
}

/** Sheets of thumbnails; `target` holds `%03d`. */
export function spriteJob(concatList: string, durationUs: number, target: string): FfmpegJob {
  const step = `${thumbnailStepUs(durationUs) / 1_000_000}`;
  const filters = [
    `fps=1/${step}:start_time=0:round=up`,
    `scale=${THUMB_WIDTH}:${THUMB_HEIGHT}`,
    `tile=${SHEET_COLUMNS}x${SHEET_ROWS}`,
  ];
  return {
    inputs: [{ options: ['-skip_frame', 'nokey', '-f', 'concat', '-safe', '0'], source: concatList }],
    outputs: [{ options: ['-vf', filters.join(','), '-an', '-q:v', '5', '-f', 'image2'], target }],
    durationUs,
  };
}

/** WebVTT whose cues point into the sheets by media fragment (`#xywh`), relative to the file itself. */
export function thumbnailsVtt(durationUs: number, sheets: readonly string[]): string {
  const stepUs = thumbnailStepUs(durationUs);
  const perSheet = SHEET_COLUMNS * SHEET_ROWS;
  // A last picture that would have opened a sheet of its own may be missing.
  const count = Math.min(Math.ceil(durationUs / stepUs), sheets.length * perSheet);
  const cues = Array.from({ length: count }, (_, index) => {
    const at = index % perSheet;
    const x = (at % SHEET_COLUMNS) * THUMB_WIDTH;
    const y = Math.floor(at / SHEET_COLUMNS) * THUMB_HEIGHT;
    const from = vttTime(index * stepUs);
    const to = vttTime(Math.min((index + 1) * stepUs, durationUs));
    const sheet = sheets[Math.floor(index / perSheet)] ?? '';
    return `${from} --> ${to}\n${sheet}#xywh=${x},${y},${THUMB_WIDTH},${THUMB_HEIGHT}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}
