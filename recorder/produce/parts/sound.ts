import { seconds } from '../../ffmpeg/args.ts';
import type { FfmpegJob } from '../../ffmpeg/job.ts';
import { AUDIO_KBPS } from '../plan/ladder.ts';
import type { SourceTrack, TrackFile } from '../source/source-track.ts';
import type { Timeline } from '../plan/timeline.ts';

const SAMPLE_RATE = 48_000;
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

/**
 * First pass: all tracks at their place in the session, summed without scaling, the pauses cut out to the sample, measured on the way.
 * `aresample=async` fills holes (DTX, mute, lost chunks) with silence; without it everything after a hole comes too early.
 */
export function mixJob(tracks: readonly SourceTrack<TrackFile>[], timeline: Timeline, target: string): FfmpegJob {
  const files = tracks.filter((track) => track.kind === 'audio').flatMap((track) => track.files);
  const aligned = files.map(
    (_, index) =>
      `[${index}:a]aresample=${SAMPLE_RATE}:async=1000:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo[a${index}]`,
  );
  const labels = files.map((_, index) => `[a${index}]`).join('');
  const mixed =
    files.length === 0
      ? `anullsrc=r=${SAMPLE_RATE}:cl=stereo[mix]`
      : `${labels}amix=inputs=${files.length}:duration=longest:normalize=0:dropout_transition=0,volume=-${HEADROOM_DB}dB,apad[mix]`;
  return {
    inputs: files.map((file) => ({ options: ['-itsoffset', seconds(file.startUs)], source: file.path })),
    filterGraph: [...aligned, mixed, ...keptChains(timeline)].join(';'),
    outputs: [
      {
        options: [
          '-map',
          '[out]',
          '-vn',
          '-c:a',
          'flac',
          '-compression_level',
          '0',
          '-sample_fmt',
          's32',
          '-f',
          'flac',
        ],
        target,
      },
    ],
    durationUs: timeline.durationUs,
    logLevel: 'info',
  };
}

function keptChains(timeline: Timeline): readonly string[] {
  const { ranges } = timeline;
  const measure = 'ebur128=framelog=verbose,aresample=48000,aformat=channel_layouts=stereo';
  const trim = (fromUs: number, durationUs: number): string =>
    `atrim=start_sample=${samples(fromUs)}:end_sample=${samples(fromUs) + samples(durationUs)},asetpts=PTS-STARTPTS`;
  const [only] = ranges;
  if (only !== undefined && ranges.length === 1) {
    return [`[mix]${trim(only.sessionStartUs, only.durationUs)},${measure}[out]`];
  }
  const copies = ranges.map((_, index) => `[m${index}]`).join('');
  const parts = ranges.map((range, index) => `[m${index}]${trim(range.sessionStartUs, range.durationUs)}[k${index}]`);
  const joined = ranges.map((_, index) => `[k${index}]`).join('');
  return [
    `[mix]asplit=${ranges.length}${copies}`,
    ...parts,
    `${joined}concat=n=${ranges.length}:v=0:a=1,${measure}[out]`,
  ];
}

function samples(us: number): number {
  return Math.round((us * SAMPLE_RATE) / 1_000_000);
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
