import { AUDIO_FOLDER, MEDIA_PLAYLIST } from './join.ts';
import { AUDIO_CODEC, type Rung } from '../plan/ladder.ts';
import { FRAME_RATE } from '../plan/timeline.ts';

const BITS = 8;

/** One segment of a media playlist with its size on disk. */
export interface SegmentSize {
  readonly seconds: number;
  readonly bytes: number;
}

export interface Bandwidth {
  /** Bits per second of the heaviest segment (RFC 8216 §4.3.4.2). */
  readonly peak: number;
  readonly average: number;
}

/** Segments of a media playlist: file name and seconds. */
export function segmentsOf(playlist: string): readonly { readonly name: string; readonly seconds: number }[] {
  return Array.from(playlist.matchAll(/#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)/g), ([, duration, name]) => ({
    name: name ?? '',
    seconds: Number(duration),
  }));
}

export function bandwidthOf(segments: readonly SegmentSize[]): Bandwidth {
  const totalSeconds = segments.reduce((sum, segment) => sum + segment.seconds, 0);
  const totalBytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return {
    // A crumb at the end says nothing about the line one needs.
    peak: Math.ceil(Math.max(1, ...segments.map((one) => (one.bytes * BITS) / Math.max(one.seconds, 1)))),
    average: Math.max(1, Math.ceil((totalBytes * BITS) / Math.max(totalSeconds, 1))),
  };
}

/** The master playlist (RFC 8216), with the attributes that ffmpeg leaves out. */
export function masterPlaylist(
  rungs: readonly { readonly rung: Rung; readonly bandwidth: Bandwidth }[],
  sound: Bandwidth,
): string {
  const audio = `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="课堂声音",LANGUAGE="zh",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="${AUDIO_FOLDER}/${MEDIA_PLAYLIST}"`;
  const variants = rungs.flatMap(({ rung, bandwidth }) => [
    [
      `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth.peak + sound.peak}`,
      `AVERAGE-BANDWIDTH=${bandwidth.average + sound.average}`,
      `CODECS="${rung.codec},${AUDIO_CODEC}"`,
      `RESOLUTION=${rung.width}x${rung.height}`,
      `FRAME-RATE=${FRAME_RATE.toFixed(3)}`,
      'AUDIO="sound"',
    ].join(','),
    `${rung.name}/${MEDIA_PLAYLIST}`,
  ]);
  // For players that follow the master by themselves: where no picture comes through, the sound goes on alone.
  const soundAlone = [
    `#EXT-X-STREAM-INF:BANDWIDTH=${sound.peak},AVERAGE-BANDWIDTH=${sound.average},CODECS="${AUDIO_CODEC}",AUDIO="sound"`,
    `${AUDIO_FOLDER}/${MEDIA_PLAYLIST}`,
  ];
  const head = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  return [...head, audio, ...variants, ...soundAlone, ''].join('\n');
}
