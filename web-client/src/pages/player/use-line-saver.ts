import { useCallback, useEffect, useRef, useState } from 'react';
import { LineWatch, wantsToSave, watchTransfers } from '../../player/line-watch.ts';
import type { Playback } from '../../player/playback.ts';
import { ViewsPlayback } from '../../player/views-playback.ts';

const LOOK_MS = 250;
/** The film's smaller pictures with their sound, and room to fill a buffer. */
const FILM_NEEDS_BPS = 1_200_000;
/** What is needed to get ahead, not only to keep up. */
const NEEDED_FACTOR = 1.5;

/** Why stills are shown; null while pictures are. */
export type Saving = 'slow' | 'asked';

export interface LineSaver {
  readonly saving: Saving | null;
  /** Pictures have just come back by themselves. */
  readonly isRecovered: boolean;
  /** The viewer wants pictures, whatever the line: they are not taken away again by themselves. */
  readonly insist: () => void;
}

const isStarved = (playback: Playback): boolean =>
  playback.state.isWaiting || (playback instanceof ViewsPlayback && playback.isPictureMissing);

const neededBps = (playback: Playback): number =>
  playback instanceof ViewsPlayback ? Math.max(FILM_NEEDS_BPS, playback.averageBps * NEEDED_FACTOR) : FILM_NEEDS_BPS;

/**
 * Goes over to stills when the line starves play, and back when it carries pictures again. `isChosen`: the viewer has chosen stills by hand, and keeps them.
 */
export function useLineSaver(playback: Playback | null, isChosen: boolean, canSave: boolean): LineSaver {
  const [watch] = useState(() => new LineWatch());
  const [saving, setSaving] = useState<Saving | null>(() =>
    canSave && wantsToSave(navigator as Parameters<typeof wantsToSave>[0]) ? 'asked' : null,
  );
  const [isRecovered, setRecovered] = useState(false);
  const isInsisted = useRef(false);
  const shows = isChosen ? 'chosen' : saving === null ? 'pictures' : 'stills';
  useEffect(() => watchTransfers((transfer) => watch.note(transfer)), [watch]);
  useEffect(() => {
    if (playback === null || !canSave || shows === 'chosen') return undefined;
    watch.forget();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      if (shows === 'pictures') {
        const { isPlaying } = playback.state;
        const isPoor = watch.look({ nowMs, isPlaying, isStarved: isStarved(playback) });
        if (!isPoor || isInsisted.current) return;
        watch.startSaving(nowMs);
        setRecovered(false);
        setSaving('slow');
      } else if (saving === 'slow' && watch.carries(neededBps(playback), nowMs)) {
        watch.stopSaving();
        setRecovered(true);
        setSaving(null);
      }
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [playback, canSave, shows, saving, watch]);
  const insist = useCallback(() => {
    isInsisted.current = true;
    setRecovered(false);
    setSaving(null);
  }, []);
  return { saving: isChosen ? null : saving, isRecovered, insist };
}
