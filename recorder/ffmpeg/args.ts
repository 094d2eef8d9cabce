/** Pieces of ffmpeg command lines that several jobs share. Pure. */

const US_PER_SECOND = 1_000_000;

/** ffmpeg's time syntax with all microseconds: `12.340000`. */
export function seconds(us: number): string {
  return (us / US_PER_SECOND).toFixed(6);
}

/**
 * Quotes a value for a filter's option: first for the option's own parser (`\`, `'`, `:`), then for the graph's parser
 * (`[`, `]`, `,`, `;`), as ffmpeg-filters(1) "Notes on filtergraph escaping" has it.
 */
export function filterValue(value: string): string {
  const forOption = value.replaceAll(/[\\':]/g, String.raw`\$&`);
  return forOption.replaceAll(/[\\'[\],;]/g, String.raw`\$&`);
}

/**
 * A filter that puts every sample at its timestamp, from 0 on: a packet (20 ms) and more that is missing (DTX, mute, loss) becomes silence of
 * exactly that length, and what a device's clock drifts away is taken up by an inaudible stretch. `flags=+res`: without a resampler from
 * the beginning libswresample adds one at the first stretch, begins to count at `first_pts` once more, and puts as much silence there as the sound is old.
 *
 * @param holeSeconds what counts as missing, where timestamps are less steady than those of our own tracks
 */
export function soundOnTime(rate: number, holeSeconds = 0.015): string {
  return `aresample=${rate}:async=1000:first_pts=0:min_comp=0.01:min_hard_comp=${holeSeconds}:flags=+res`;
}

export interface VideoRate {
  /** Constant rate factor; the cap below keeps what it makes within a line's reach. */
  readonly crf: number;
  readonly maxKbps: number;
}

/** Keyframes lie on this grid in every rung, so that players can change rungs at any segment. */
export const KEYFRAME_SECONDS = 2;
const VIDEO_TIMESCALE = '90000';

/** H.264 for playback everywhere. `threads` per encoder: two cuts run side by side, so more would only wait for each other. */
export function h264Options(rate: VideoRate, threads: number): readonly string[] {
  return [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-profile:v',
    'high',
    '-pix_fmt',
    'yuv420p',
    '-crf',
    String(rate.crf),
    '-maxrate',
    `${rate.maxKbps}k`,
    '-bufsize',
    `${rate.maxKbps * 2}k`,
    '-sc_threshold',
    '0',
    // Without B-frames decoding order is presentation order: no edit lists, which MSE players leave out of account, and seamless joins.
    '-bf',
    '0',
    '-force_key_frames',
    `expr:gte(t,n_forced*${KEYFRAME_SECONDS})`,
    '-threads',
    String(threads),
    '-video_track_timescale',
    VIDEO_TIMESCALE,
  ];
}

export const BAR_COLOUR = 'black';

/** A picture in a place of another shape: whole, between bars. */
export function fitted(width: number, height: number, flags: string, bars = BAR_COLOUR): readonly string[] {
  return [
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=${flags}`,
    'setsar=1',
    `pad=${width}:${height}:-1:-1:${bars}`,
  ];
}

/** A line of an ffconcat list (ffmpeg-formats(1) "concat"): single quotes inside a name end, escape, and open again. */
export function concatLine(path: string): string {
  return `file '${path.replaceAll("'", String.raw`'\''`)}'`;
}

/** A value of an FFMETADATA1 file: `=`, `;`, `#`, `\` and line ends are escaped. */
export function metadataValue(value: string): string {
  return value.replaceAll(/[=;#\\\n]/g, String.raw`\$&`);
}
