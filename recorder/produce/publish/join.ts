import { concatLine, metadataValue } from '../../ffmpeg/args.ts';
import type { FfmpegJob, FfmpegOutput } from '../../ffmpeg/job.ts';
import type { Chapter } from '../plan/chapters.ts';
import type { Rung } from '../plan/ladder.ts';

const SEGMENT_SECONDS = '6';
const US_PER_MS = 1_000;
export const AUDIO_FOLDER = 'audio';
export const MEDIA_PLAYLIST = 'index.m3u8';

export interface JoinOptions {
  readonly rungs: readonly { readonly rung: Rung; readonly concatList: string }[];
  readonly sound: string;
  /** File with title and chapters, see `metadataFile`. */
  readonly metadata: string;
  readonly mp4: string;
  /** Folder in which each rung and the sound has a folder of its own (they must exist). */
  readonly hlsFolder: string;
  readonly durationUs: number;
}

/** Puts the cuts together without encoding anything: the MP4 from the first rung, and each rung and the sound as CMAF segments. */
export function joinJob(options: JoinOptions): FfmpegJob {
  const soundIndex = options.rungs.length;
  return {
    inputs: [
      ...options.rungs.map(({ concatList }) => ({ options: ['-f', 'concat', '-safe', '0'], source: concatList })),
      { options: [], source: options.sound },
      { options: ['-f', 'ffmetadata'], source: options.metadata },
    ],
    outputs: [
      mp4Output(options.mp4, soundIndex),
      ...options.rungs.map(({ rung }, index) => segmentsOutput(options.hlsFolder, rung.name, `${index}:v`)),
      // The encoder's priming lies before zero; MSE players ignore the edit list that would hide it, so it is left out.
      segmentsOutput(options.hlsFolder, AUDIO_FOLDER, `${soundIndex}:a`, ['-copypriorss', '0']),
    ],
    durationUs: options.durationUs,
  };
}

function mp4Output(target: string, soundIndex: number): FfmpegOutput {
  const metadata = String(soundIndex + 1);
  return {
    options: [
      ...['-map', '0:v', '-map', `${soundIndex}:a`, '-map_metadata', metadata, '-map_chapters', metadata],
      ...['-c', 'copy', '-movflags', '+faststart', '-f', 'mp4'],
    ],
    target,
  };
}

function segmentsOutput(folder: string, name: string, stream: string, extra: readonly string[] = []): FfmpegOutput {
  return {
    options: [
      ...['-map', stream, '-map_metadata', '-1', '-map_chapters', '-1', '-c', 'copy', ...extra],
      ...['-f', 'hls', '-hls_time', SEGMENT_SECONDS],
      ...['-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4', '-hls_flags', 'independent_segments'],
      ...['-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', `${folder}/${name}/seg-%05d.m4s`],
    ],
    target: `${folder}/${name}/${MEDIA_PLAYLIST}`,
  };
}

/** Text of the concat list of one rung. */
export function concatList(paths: readonly string[]): string {
  return ['ffconcat version 1.0', ...paths.map(concatLine), ''].join('\n');
}

/** Text of ffmpeg's metadata file. */
export function metadataFile(title: string, chapters: readonly Chapter[]): string {
  const blocks = chapters.flatMap((chapter) => [
    '[CHAPTER]',
    'TIMEBASE=1/1000',
    `START=${Math.round(chapter.startUs / US_PER_MS)}`,
    `END=${Math.round(chapter.endUs / US_PER_MS)}`,
    `title=${metadataValue(chapter.title)}`,
  ]);
  return [';FFMETADATA1', `title=${metadataValue(title)}`, ...blocks, ''].join('\n');
}
