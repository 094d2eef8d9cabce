import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { floatText } from '../../../messages/float.ts';
import { useText } from '../../../text/text.ts';
import { useCall, useCallState } from '../call-context.ts';
import type { RoomControls } from '../use-controls.ts';
import { canFloat, openFloatWindow } from './float-window.ts';

export interface Floating {
  /** Open, and on top of other windows. */
  readonly window: Window | null;
  readonly open: () => Promise<Window | null>;
  readonly isPossible: boolean;
  /** Everybody sees what is on this screen, or may. */
  readonly isExposed: boolean;
}

/**
 * Whether what is on this screen is in the picture that is shared: the whole screen, or something of which the browser does not say
 * what it is. Then neither the panel nor the class wall is shown by itself.
 */
export function useIsExposed(): boolean {
  const screen = useCallState().media.local.find(({ source }) => source === 'screen');
  if (screen === undefined) return false;
  const { displaySurface } = screen.track.getSettings();
  return displaySurface !== 'window' && displaySurface !== 'browser';
}

/** A teacher who shares another window keeps the class in sight: the panel comes with sharing and goes with it. */
export function useFloating(
  controls: RoomControls,
  isAlone: boolean,
): { readonly controls: RoomControls; readonly floating: Floating } {
  const t = useText(floatText);
  const { capture, store } = useCall();
  const [shown, setShown] = useState<Window | null>(null);
  const isExposed = useIsExposed();
  const isPossible = controls.may.teach && !isAlone && canFloat();
  const title = t('title');
  const latest = useRef<Window | null>(null);

  const open = useCallback(async (): Promise<Window | null> => {
    if (latest.current !== null) return latest.current;
    const opened = await openFloatWindow(title);
    if (opened === null) return null;
    latest.current = opened;
    opened.addEventListener(
      'pagehide',
      () => {
        latest.current = null;
        setShown(null);
      },
      { once: true },
    );
    setShown(opened);
    return opened;
  }, [title]);

  useEffect(() => () => latest.current?.close(), []);
  const isSharing = controls.screen.on;
  useEffect(() => {
    if (!isSharing) return undefined;
    return () => latest.current?.close();
  }, [isSharing]);
  useEffect(() => {
    if (isExposed) latest.current?.close();
  }, [isExposed]);

  const shared = useMemo(() => {
    if (!isPossible || isSharing) return controls;
    const begin = async (): Promise<void> => {
      // Both in the same click: a browser gives a window, and its chooser, to nothing less.
      const sharing = store.act(null, () => capture.setScreen(true));
      const opening = open();
      if ((await sharing) !== true) (await opening)?.close();
    };
    return { ...controls, screen: { on: false, toggle: () => void begin() } };
  }, [controls, isPossible, isSharing, capture, store, open]);
  return { controls: shared, floating: { window: shown, open, isPossible, isExposed } };
}
