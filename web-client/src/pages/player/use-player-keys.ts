import { useEffect } from 'react';
import type { Playback } from '../../player/playback.ts';

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;
const LONG_S = 10;
const SHORT_S = 5;
const VOLUME_STEP = 0.1;

/** What keys do beside playing: those are the page's own. */
export interface PageActions {
  readonly toggleFullscreen: () => void;
  readonly toggleCaptions: () => void;
  readonly swap: () => void;
  readonly nextLayout: () => void;
  readonly toggleSide: () => void;
  readonly toggleSkipSilence: () => void;
  /** To the beginning of the chapter after (1) or before (−1) this one. */
  readonly stepChapter: (direction: 1 | -1) => void;
  readonly showHelp: () => void;
  readonly setRate: (rate: number) => void;
  readonly setVolume: (volume: number, isMuted: boolean) => void;
  readonly wake: () => void;
}

export function togglePlay(playback: Playback): void {
  if (playback.state.isPlaying) playback.pause();
  else playback.play();
}

export const seekBy = (playback: Playback, deltaS: number): void => playback.seek(playback.state.positionS + deltaS);

export function nextSpeed(rate: number, direction: 1 | -1): number {
  const faster = SPEEDS.find((speed) => speed > rate) ?? rate;
  const slower = SPEEDS.findLast((speed) => speed < rate) ?? rate;
  return direction === 1 ? faster : slower;
}

type KeyAction = (playback: Playback, actions: PageActions) => void;

const stepVolume =
  (step: number): KeyAction =>
  ({ state }, { setVolume }) =>
    setVolume(Math.max(0, Math.min(1, Math.round((state.volume + step) * 10) / 10)), false);
const step =
  (deltaS: number): KeyAction =>
  (playback) =>
    seekBy(playback, deltaS);
const toggle: KeyAction = (playback) => togglePlay(playback);

/** As on YouTube, where everybody has learned them. */
const KEYS: Readonly<Record<string, KeyAction>> = {
  ' ': toggle,
  k: toggle,
  j: step(-LONG_S),
  l: step(LONG_S),
  ArrowLeft: step(-SHORT_S),
  ArrowRight: step(SHORT_S),
  ArrowUp: stepVolume(VOLUME_STEP),
  ArrowDown: stepVolume(-VOLUME_STEP),
  Home: (playback) => playback.seek(0),
  End: (playback) => playback.seek(playback.state.durationS),
  m: ({ state }, { setVolume }) => setVolume(state.volume, !state.isMuted),
  f: (_playback, { toggleFullscreen }) => toggleFullscreen(),
  c: (_playback, { toggleCaptions }) => toggleCaptions(),
  s: (_playback, { swap }) => swap(),
  v: (_playback, { nextLayout }) => nextLayout(),
  n: (_playback, { toggleSide }) => toggleSide(),
  x: (_playback, { toggleSkipSilence }) => toggleSkipSilence(),
  '[': (_playback, { stepChapter }) => stepChapter(-1),
  ']': (_playback, { stepChapter }) => stepChapter(1),
  '<': ({ state }, { setRate }) => setRate(nextSpeed(state.rate, -1)),
  '>': ({ state }, { setRate }) => setRate(nextSpeed(state.rate, 1)),
  '?': (_playback, { showHelp }) => showHelp(),
};

/** Keys that belong to what has the focus: text, menus, dialogs; the space bar also to any button. */
function isTaken(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('[role="menu"], [role="dialog"], [role="alertdialog"], select, textarea, input') !== null)
    return true;
  return key === ' ' && target.closest('button, a') !== null;
}

export function usePlayerKeys(playback: Playback | null, actions: PageActions): void {
  useEffect(() => {
    if (playback === null) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (isTaken(event)) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const action = /^\d$/.test(key) ? () => playback.seek((Number(key) / 10) * playback.state.durationS) : KEYS[key];
      if (action === undefined) return;
      event.preventDefault();
      action(playback, actions);
      actions.wake();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [playback, actions]);
}
