import { queryOptions } from '@tanstack/react-query';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { API_PREFIX, restRoutes, type RouteReply } from '../../../../signaling/protocol/rest.ts';
import type { PlayedSpan } from '../../../../signaling/protocol/rest/watching.ts';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import type { PlaybackState } from '../../player/playback.ts';
import { parseThumbnails, parseVtt, type Thumbnail, type VttCue } from '../../player/web-vtt.ts';
import { isMoving } from '../library/recording-words.ts';

export type Opened = RouteReply<'openPlayback'>;

const NOT_YET_MS = 2_000;
const MOVING_MS = 3_000;
const LATER_MS = 30_000;
const RETRIES = 3;

/** Asked for once; a recording that has nothing to play yet is asked for again and again. */
export const openedQuery = (recordingId: RecordingId) =>
  queryOptions({
    queryKey: ['playback', recordingId],
    queryFn: ({ signal }) => callApi('openPlayback', { params: { recordingId } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: (count, error) => count < RETRIES && asFailure(error).isConnection,
    refetchInterval: ({ state }) => (asFailure(state.error).code === 'conflict' ? NOT_YET_MS : false),
  });

/** The same by a link, without an account. */
export const sharedQuery = (token: string) =>
  queryOptions({
    queryKey: ['shared', token],
    queryFn: ({ signal }) => callApi('openShared', { params: { token } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: (count, error) => count < RETRIES && asFailure(error).isConnection,
    refetchInterval: ({ state }) => (asFailure(state.error).code === 'conflict' ? LATER_MS : false),
  });

/** `isWatched`: also of a recording that is quiet, since somebody may be changing it. */
export const summaryQuery = (recordingId: RecordingId, isWatched = false) =>
  queryOptions({
    queryKey: ['recording', recordingId],
    queryFn: ({ signal }) => callApi('getRecording', { params: { recordingId } }, signal),
    refetchInterval: ({ state }) => (state.data === undefined || isWatched || isMoving(state.data) ? MOVING_MS : false),
  });

async function textOf(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal });
  return response.ok ? response.text() : '';
}

export const thumbnailsQuery = (url: string | undefined) =>
  queryOptions({
    queryKey: ['thumbnails', url],
    queryFn: async ({ signal }): Promise<readonly Thumbnail[]> =>
      url === undefined ? [] : parseThumbnails(await textOf(url, signal), new URL(url, document.baseURI).href),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Of the film; as long as there is none of the views, which have them as soon as the lesson is complete. */
export function chaptersUrlOf(
  { composed, viewsChaptersUrl }: Opened,
  state: Pick<PlaybackState, 'durationS' | 'isGrowing'> | null,
): string | null {
  if (composed !== null) return composed.chaptersUrl;
  return state !== null && state.durationS > 0 && !state.isGrowing ? viewsChaptersUrl : null;
}

export const chaptersQuery = (url: string | null) =>
  queryOptions({
    queryKey: ['chapters', url],
    queryFn: async ({ signal }): Promise<readonly VttCue[]> =>
      url === null ? [] : parseVtt(await textOf(url, signal)),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Also while the page is being left, when nobody can wait for an answer any more. */
function sendLater(name: 'savePosition' | 'reportWatching', recordingId: RecordingId, content: object): void {
  const { method, path } = restRoutes[name];
  const url = `${API_PREFIX}${path.replace('{recordingId}', encodeURIComponent(recordingId))}`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(content);
  void fetch(url, { method, body, headers, keepalive: true, credentials: 'same-origin' }).catch(() => undefined);
}

/** What somebody plays, as far as it is told; `timeline` says on which line its instants lie. */
export interface Played {
  readonly recordingId: RecordingId;
  readonly timeline: number;
}

export const savePositionLater = ({ recordingId, timeline }: Played, positionS: number): void =>
  sendLater('savePosition', recordingId, { positionMs: Math.max(0, Math.round(positionS * 1000)), timeline });

export const reportWatchingLater = ({ recordingId, timeline }: Played, spans: readonly PlayedSpan[]): void =>
  sendLater('reportWatching', recordingId, { spans, timeline });
