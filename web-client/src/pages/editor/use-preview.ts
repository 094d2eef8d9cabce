import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Edition } from '../../../../signaling/protocol/edition.ts';
import type { PlayIndex } from '../../../../signaling/protocol/play-index.ts';
import type { PlaySource } from '../../player/play-source.ts';
import type { PlaybackState } from '../../player/playback.ts';
import { PlaybackSwitch } from '../../player/playback-switch.ts';
import { SessionTimeline } from '../../player/session-timeline.ts';
import { ViewsPlayback, type ViewsState } from '../../player/views-playback.ts';
import { cutAt } from './edition-draft.ts';

const US_PER_S = 1e6;

/** The full recording as it plays in the editor. Positions are seconds of its play time, without its pauses. */
export interface Preview {
  readonly playback: ViewsPlayback | null;
  readonly state: PlaybackState | null;
  readonly views: ViewsState | null;
  readonly timeline: SessionTimeline;
  readonly attach: {
    readonly board: (element: HTMLVideoElement | null) => void;
    readonly lecturer: (element: HTMLVideoElement | null) => void;
  };
}

const START = { positionS: 0, isPlaying: false, rate: 1, volume: 1, isMuted: false } as const;

const ignore = (): (() => void) => () => undefined;

export function usePreview(source: PlaySource, index: PlayIndex): Preview {
  const [board, setBoard] = useState<HTMLVideoElement | null>(null);
  const [lecturer, setLecturer] = useState<HTMLVideoElement | null>(null);
  const [place] = useState(() => new PlaybackSwitch(START));
  useEffect(() => {
    if (board === null || lecturer === null) return undefined;
    return place.open((start) => new ViewsPlayback({ source, videos: { board, lecturer }, start }));
  }, [place, source, board, lecturer]);
  const current = useSyncExternalStore(place.subscribe, () => place.current);
  const playback = current instanceof ViewsPlayback ? current : null;
  const subscribe = playback?.subscribe ?? ignore;
  const state = useSyncExternalStore(subscribe, () => playback?.state ?? null);
  const views = useSyncExternalStore(subscribe, () => playback?.views ?? null);
  const timeline = useMemo(() => new SessionTimeline(index.durationUs, index.leftOut), [index]);
  const attach = useMemo(() => ({ board: setBoard, lecturer: setLecturer }), []);
  return { playback, state, views, timeline, attach };
}

/** While it plays, what is cut is passed over, as viewers will see it. */
export function useCutSkipping({ playback, timeline }: Preview, edition: Edition, isOn: boolean): void {
  useEffect(() => {
    if (playback === null || !isOn) return undefined;
    return playback.subscribe(() => {
      const { isPlaying, positionS } = playback.state;
      const cut = isPlaying ? cutAt(edition, timeline.toSessionS(positionS)) : undefined;
      if (cut === undefined) return;
      const afterS = timeline.toPlayS(cut.toUs / US_PER_S);
      if (afterS >= timeline.durationS - 0.1) playback.pause();
      else if (afterS > positionS) playback.seek(afterS);
    });
  }, [playback, timeline, edition, isOn]);
}
