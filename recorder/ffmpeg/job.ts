import type { Readable } from 'node:stream';

/**
 * One run of ffmpeg from files to files, as data. Builders make it, tests read it, `FfmpegRunner` runs it.
 */
export interface FfmpegInput {
  /** Stand before `-i`. */
  readonly options: readonly string[];
  /** A file, or what is fed to it: at most one input of a job, which whoever made it destroys. */
  readonly source: string | Readable;
}

export interface FfmpegOutput {
  readonly options: readonly string[];
  readonly target: string;
}

export interface FfmpegJob {
  readonly inputs: readonly FfmpegInput[];
  /** Value of `-filter_complex`. */
  readonly filterGraph?: string;
  readonly outputs: readonly FfmpegOutput[];
  /** Media time the job makes; with it progress has a fraction. */
  readonly durationUs?: number;
  /** `info` when a filter reports its findings on stderr. */
  readonly logLevel?: 'warning' | 'info';
}

const STATS_PERIOD_SECONDS = '0.5';

/** Options of every run; ffmpeg takes them anywhere, so they stand before the first input's own. */
export function globalOptions(job: FfmpegJob): readonly string[] {
  return [
    '-nostdin',
    '-hide_banner',
    '-nostats',
    '-loglevel',
    job.logLevel ?? 'warning',
    '-progress',
    'pipe:1',
    '-stats_period',
    STATS_PERIOD_SECONDS,
  ];
}

/** The whole command line after `ffmpeg`. */
export function argumentsOf(job: FfmpegJob): readonly string[] {
  return [
    ...globalOptions(job),
    '-y',
    ...job.inputs.flatMap(({ options, source }) => [...options, '-i', typeof source === 'string' ? source : 'pipe:0']),
    ...(job.filterGraph === undefined ? [] : ['-filter_complex', job.filterGraph]),
    ...job.outputs.flatMap((output) => [...output.options, output.target]),
  ];
}
