import type { PlayIndex, PlayRun, PlaySegment, RecordingManifest } from '../../storage/objects/manifest.ts';
import { SOUND_MIME_TYPE } from './aac-mix.ts';
import type { MuxState } from './mux-state.ts';
import { composeViews, type PlayView } from './views.ts';

const SOUND_PLAYLIST = 'sound.m3u8';
const SOUND_CODEC = 'mp4a.40.2';
/** Holes below are no gap: a player passes over them. */
const GAP_US = 100_000;
/** A gap is listed in pieces, so that the target duration stays small. */
const GAP_PIECE_US = 10_000_000;

export interface PlayFiles {
  readonly index: PlayIndex;
  /** Playlists by their name, relative to the index. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What a player is given: the index, and for players without MSE the HLS playlists (RFC 8216bis). */
export function composePlayFiles(options: {
  readonly manifest: RecordingManifest;
  readonly state: MuxState;
  readonly durationUs: number;
  readonly isComplete: boolean;
}): PlayFiles {
  const { manifest, state, durationUs, isComplete } = options;
  const views = composeViews(manifest, state);
  const soundSegments = (state.sound?.windows ?? []).map((window) => ({ ...window, init: state.sound?.init ?? '' }));
  const sound = { playlist: SOUND_PLAYLIST, mimeType: SOUND_MIME_TYPE, segments: soundSegments };
  const masters: Record<string, string> = {};
  for (const { view, runs } of views) {
    if (runs.every((run) => run.container === 'fmp4')) masters[view] = `master-${view}.m3u8`;
  }
  const index: PlayIndex = {
    version: 1,
    recordingId: manifest.recordingId,
    durationUs,
    complete: isComplete,
    views,
    ...(soundSegments.length > 0 ? { sound } : {}),
    masters,
    leftOut: state.leftOut
      .map(({ fromUs, toUs }) => ({ fromUs, toUs: Math.min(toUs, durationUs) }))
      .filter(({ fromUs, toUs }) => toUs > fromUs),
  };
  return { index, texts: playlistsOf(index) };
}

/** The playlists that belong to an index, by their names. */
export function playlistsOf({ views, sound, masters, complete }: PlayIndex): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const soundSegments = sound?.segments ?? [];
  if (sound !== undefined) texts.set(sound.playlist, mediaPlaylist(soundSegments, complete));
  for (const { view, runs } of views) {
    const master = masters[view];
    if (master === undefined) continue;
    const playlist = `view-${view}.m3u8`;
    const segments = runs.flatMap((run) => run.segments);
    texts.set(playlist, mediaPlaylist(segments, complete));
    texts.set(master, masterPlaylist(runs, playlist, soundSegments));
  }
  return texts;
}

/** The end of the last thing that can be played. */
export function playableEndUs(views: readonly PlayView[], state: MuxState): number {
  const ends = views.flatMap(({ runs }) => runs.flatMap(({ segments }) => segments.at(-1)?.endUs ?? 0));
  return Math.max(0, state.sound?.windows.at(-1)?.endUs ?? 0, ...ends);
}

/**
 * All segments have timestamps of session time, so a new initialisation alone parts nothing (no EXT-X-DISCONTINUITY, which would have to be
 * mirrored in the sound); where there is no picture a gap keeps the playlist's time equal to session time.
 */
function mediaPlaylist(segments: readonly PlaySegment[], isComplete: boolean): string {
  const lines: string[] = [];
  let init: string | undefined;
  let atUs = 0;
  let longestUs = 1_000_000;
  for (const segment of segments) {
    if (init !== segment.init) lines.push(`#EXT-X-MAP:URI="${segment.init}"`);
    init = segment.init;
    if (segment.startUs - atUs > GAP_US) {
      for (; atUs < segment.startUs; atUs += GAP_PIECE_US) {
        const pieceUs = Math.min(GAP_PIECE_US, segment.startUs - atUs);
        longestUs = Math.max(longestUs, pieceUs);
        lines.push('#EXT-X-GAP', `#EXTINF:${seconds(pieceUs)},`, segment.uri);
      }
      atUs = segment.startUs;
    }
    const lengthUs = Math.max(segment.endUs - atUs, 1000);
    longestUs = Math.max(longestUs, lengthUs);
    lines.push(`#EXTINF:${seconds(lengthUs)},`, segment.uri);
    atUs = Math.max(atUs, segment.endUs);
  }
  const head = ['#EXTM3U', '#EXT-X-VERSION:8', `#EXT-X-TARGETDURATION:${Math.ceil(longestUs / 1e6)}`];
  const type = isComplete ? ['#EXT-X-PLAYLIST-TYPE:VOD'] : [];
  const tail = isComplete ? ['#EXT-X-ENDLIST'] : [];
  const fixed = ['#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-INDEPENDENT-SEGMENTS'];
  return [...head, ...type, ...fixed, ...lines, ...tail, ''].join('\n');
}

function masterPlaylist(runs: readonly PlayRun[], playlist: string, sound: readonly PlaySegment[]): string {
  const segments = runs.flatMap((run) => run.segments);
  const codecs = new Set(runs.flatMap((run) => /codecs="([^"]+)"/.exec(run.mimeType)?.[1] ?? []));
  if (sound.length > 0) codecs.add(SOUND_CODEC);
  const width = Math.max(...runs.map((run) => run.width ?? 0));
  const height = Math.max(...runs.map((run) => run.height ?? 0));
  const media =
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="sound.m3u8"';
  const attributes = [
    `BANDWIDTH=${peakBitrate(segments) + peakBitrate(sound)}`,
    `CODECS="${[...codecs].join(',')}"`,
    ...(width > 0 && height > 0 ? [`RESOLUTION=${width}x${height}`] : []),
    ...(sound.length > 0 ? ['AUDIO="sound"'] : []),
  ];
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:8',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(sound.length > 0 ? [media] : []),
    `#EXT-X-STREAM-INF:${attributes.join(',')}`,
    playlist,
    '',
  ].join('\n');
}

function peakBitrate(segments: readonly PlaySegment[]): number {
  const rates = segments.map(({ bytes, startUs, endUs }) => (bytes * 8e6) / Math.max(endUs - startUs, 500_000));
  return Math.ceil(rates.reduce((peak, rate) => Math.max(peak, rate), 0));
}

function seconds(us: number): string {
  return (us / 1e6).toFixed(6);
}
