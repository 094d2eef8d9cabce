import type { Readable } from 'node:stream';
import type { FfmpegJob } from '../../ffmpeg/job.ts';
import { AUDIO_KBPS } from '../plan/ladder.ts';
import { CHANNELS, SAMPLE_RATE } from './sound-mix.ts';

/** Of the samples of which the outline is drawn: enough for speech. */
export const OUTLINE_RATE = 8_000;
/** Loudness of the finished lesson (EBU R 128 measure). */
const TARGET_LUFS = -16;
/** Peaks that leave 1 dB to what the encoder makes of them: the film has none above −1 dBTP. */
const PEAK_DBTP = -2;
/** Peaks lie between samples too; the limiter sees them at four times the rate (ITU-R BS.1770-4, annex 2). */
const PEAK_RATE = 4 * SAMPLE_RATE;
/** A silent room must not be blown up into noise. */
const MAX_GAIN_DB = 20;
/** Room for several people speaking at once in the mix, which has whole-number samples. */
const HEADROOM_DB = 12;
/** What the measure says of silence. */
const SILENCE_LUFS = -69;

/** First pass: what `mixedSound` gives, made quieter by 12 dB, measured and kept. */
export function measureJob(mixed: Readable, durationUs: number, target: string): FfmpegJob {
  const measure = `volume=-${HEADROOM_DB}dB,ebur128=framelog=verbose,aresample=${SAMPLE_RATE},aformat=channel_layouts=stereo`;
  return {
    inputs: [{ options: ['-f', 'f32le', '-ar', String(SAMPLE_RATE), '-ac', String(CHANNELS)], source: mixed }],
    filterGraph: `[0:a]${measure}[out]`,
    outputs: [
      {
        options: [
          ...['-map', '[out]', '-vn', '-c:a', 'flac', '-compression_level', '0'],
          ...['-sample_fmt', 's32', '-f', 'flac'],
        ],
        target,
      },
    ],
    durationUs,
    logLevel: 'info',
  };
}

/** The gain in dB that brings what the first pass measured to the target; 0 for silence or when nothing was measured. */
export function gainOf(mixStderr: string): number {
  const summary = mixStderr.slice(mixStderr.lastIndexOf('Summary:'));
  const loudness = Number(/\bI:\s+(-?[\d.]+) LUFS/.exec(summary)?.[1] ?? Number.NaN);
  if (!Number.isFinite(loudness) || loudness <= SILENCE_LUFS) return 0;
  return Math.min(TARGET_LUFS - loudness, MAX_GAIN_DB + HEADROOM_DB);
}

/** Second pass: the gain, a limiter for what it lifts too high, AAC; and the same as raw mono samples, of which the outline is drawn. */
export function encodeSoundJob(
  mix: string,
  gainDb: number,
  durationUs: number,
  targets: { readonly sound: string; readonly samples: string },
): FfmpegJob {
  const limit = 10 ** (PEAK_DBTP / 20);
  const filters = [
    `[0:a]volume=${gainDb.toFixed(2)}dB`,
    `aresample=${PEAK_RATE}`,
    `alimiter=limit=${limit.toFixed(3)}:level=0:attack=5:release=50:latency=1`,
    `aresample=${SAMPLE_RATE}`,
    'aformat=sample_fmts=fltp:channel_layouts=stereo',
    'asplit=2[sound][copy]',
  ];
  const outline = `[copy]aformat=sample_fmts=s16:sample_rates=${OUTLINE_RATE}:channel_layouts=mono[outline]`;
  return {
    inputs: [{ options: [], source: mix }],
    filterGraph: `${filters.join(',')};${outline}`,
    outputs: [
      {
        options: [
          ...['-map', '[sound]', '-c:a', 'aac', '-b:a', `${AUDIO_KBPS}k`],
          ...['-ar', String(SAMPLE_RATE), '-f', 'mp4'],
        ],
        target: targets.sound,
      },
      { options: ['-map', '[outline]', '-c:a', 'pcm_s16le', '-f', 's16le'], target: targets.samples },
    ],
    durationUs,
  };
}
