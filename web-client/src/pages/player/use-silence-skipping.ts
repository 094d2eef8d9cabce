import { useEffect } from 'react';
import type { Playback } from '../../player/playback.ts';
import { PlaySource } from '../../player/play-source.ts';
import { SilenceFinder } from '../../player/silence-finder.ts';
import { SilenceSkipper } from '../../player/silence-skipper.ts';
import { usePlaybackDoor } from './playback-door.ts';
import type { Opened } from './playback-query.ts';
import { renewedUrl } from './use-playback.ts';

/** What was muxed while the lesson ran is listened to, also while the film plays. */
export const canSkipSilence = ({ viewsIndexUrl }: Opened): boolean =>
  viewsIndexUrl !== null && SilenceFinder.isPossible();

export function useSilenceSkipping(playback: Playback | null, opened: Opened, isOn: boolean): void {
  const { viewsIndexUrl, recording } = opened;
  const door = usePlaybackDoor(recording.recordingId);
  useEffect(() => {
    if (!isOn || playback === null || viewsIndexUrl === null) return undefined;
    const source = new PlaySource(viewsIndexUrl, () => renewedUrl(door, (fresh) => fresh.viewsIndexUrl));
    const skipper = new SilenceSkipper(playback, new SilenceFinder(source));
    return () => skipper.close();
  }, [playback, viewsIndexUrl, door, isOn]);
}
