import { useEffect } from 'react';
import type { Playback } from '../../player/playback.ts';
import { WatchMeter } from '../../player/watch-meter.ts';
import { reportWatchingLater, type Played } from './playback-query.ts';

const LOOK_MS = 250;
const REPORT_MS = 10_000;

/** Tells what is really played, also when the page is left. */
export function useWatchMeter(playback: Playback | null, played: Played | null): void {
  useEffect(() => {
    if (playback === null || played === null) return undefined;
    const isVisible = (): boolean => document.visibilityState === 'visible';
    const meter = new WatchMeter(playback, { nowMs: () => performance.now(), isVisible });
    const report = (): void => {
      const spans = meter.take();
      if (spans.length > 0) reportWatchingLater(played, spans);
    };
    const onHidden = (): void => {
      meter.look();
      if (!isVisible()) report();
    };
    const looking = setInterval(() => meter.look(), LOOK_MS);
    const reporting = setInterval(report, REPORT_MS);
    addEventListener('pagehide', report);
    document.addEventListener('visibilitychange', onHidden);
    return () => {
      clearInterval(looking);
      clearInterval(reporting);
      removeEventListener('pagehide', report);
      document.removeEventListener('visibilitychange', onHidden);
      report();
    };
  }, [playback, played]);
}
