import type { VideoRate } from '../../ffmpeg/args.ts';
import { CANVAS_HEIGHT, CANVAS_WIDTH } from './layout.ts';

/** One quality of the finished lesson. The largest is the MP4's picture too: the same encoding serves both. */
export interface Rung extends VideoRate {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** H.264 level, set so that every cut has the same parameter sets and can be joined by copying. */
  readonly level: string;
  /** RFC 6381, High profile at that level. */
  readonly codec: string;
}

export const TOP_RUNG: Rung = {
  name: '1080p',
  width: CANVAS_WIDTH,
  height: CANVAS_HEIGHT,
  crf: 23,
  maxKbps: 3_850,
  level: '4.0',
  codec: 'avc1.640028',
};

/** Largest first; each is scaled from the one before it, which is cheaper than from the top. */
export const LADDER: readonly Rung[] = [
  TOP_RUNG,
  { name: '720p', width: 1_280, height: 720, crf: 23, maxKbps: 1_980, level: '3.1', codec: 'avc1.64001f' },
  { name: '360p', width: 640, height: 360, crf: 24, maxKbps: 660, level: '3.0', codec: 'avc1.64001e' },
  // For lines of half a megabit; below, there are stills of the board.
  { name: '240p', width: 426, height: 240, crf: 26, maxKbps: 220, level: '2.1', codec: 'avc1.640015' },
];

export const AUDIO_CODEC = 'mp4a.40.2';
export const AUDIO_KBPS = 128;
