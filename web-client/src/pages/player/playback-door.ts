import { createContext, useContext, useMemo } from 'react';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { openedQuery, sharedQuery, type Opened } from './playback-query.ts';

/** How somebody comes to a recording: signed in, or by a link that shows this one recording and nothing else. */
export interface PlaybackDoor {
  readonly isGuest: boolean;
  /** Fresh URLs of the same thing, with the rights checked anew. */
  readonly open: () => Promise<Opened>;
  readonly queryKey: readonly unknown[];
}

/** The token of the link. */
export const LinkContext = createContext<string | null>(null);

export function usePlaybackDoor(recordingId: RecordingId): PlaybackDoor {
  const token = useContext(LinkContext);
  return useMemo(
    () =>
      token === null
        ? {
            isGuest: false,
            open: () => callApi('openPlayback', { params: { recordingId } }),
            queryKey: openedQuery(recordingId).queryKey,
          }
        : {
            isGuest: true,
            open: () => callApi('openShared', { params: { token } }),
            queryKey: sharedQuery(token).queryKey,
          },
    [token, recordingId],
  );
}
