import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { floatText } from '../../../messages/float.ts';
import { useText } from '../../../text/text.ts';
import { useCall } from '../call-context.ts';
import type { RoomControls } from '../use-controls.ts';
import { useExposure } from './exposure.ts';
import { canFloat, FloatWindow } from './float-window.ts';

export interface Floating {
  /** Open, and on top of other windows. */
  readonly window: Window | null;
  readonly open: () => Promise<void>;
  readonly isPossible: boolean;
  /** Everybody sees what is on this screen, or may. */
  readonly isExposed: boolean;
}

/** Goes with the room page, by whatever way it is left, with the end of sharing, and when the whole screen is shared. */
function useFloatWindow(isSharing: boolean, isExposed: boolean): FloatWindow {
  const [float] = useState(() => new FloatWindow());
  useEffect(() => {
    const close = (): void => float.close();
    window.addEventListener('pagehide', close);
    return () => {
      window.removeEventListener('pagehide', close);
      close();
    };
  }, [float]);
  useEffect(() => {
    if (!isSharing) return undefined;
    return () => float.close();
  }, [float, isSharing]);
  useEffect(() => {
    if (isExposed) float.close();
  }, [float, isExposed]);
  return float;
}

/** A teacher who shares another window keeps the class in sight: the panel comes with sharing and goes with it. */
export function useFloating(
  controls: RoomControls,
  isAlone: boolean,
): { readonly controls: RoomControls; readonly floating: Floating } {
  const t = useText(floatText);
  const { capture, store } = useCall();
  const isSharing = controls.screen.on;
  const isExposed = useExposure() === 'screen';
  const isPossible = controls.may.teach && !isAlone && canFloat();
  const float = useFloatWindow(isSharing, isExposed);
  const shown = useSyncExternalStore(float.subscribe, float.getWindow);
  const title = t('title');
  const open = useCallback(() => float.open(title), [float, title]);

  const shared = useMemo(() => {
    if (!isPossible || isSharing) return controls;
    const begin = async (): Promise<void> => {
      // Both in the same click: a browser gives a window, and its chooser, to nothing less.
      const sharing = store.act(null, () => capture.setScreen(true));
      void open();
      if ((await sharing) !== true) float.close();
    };
    return { ...controls, screen: { on: false, toggle: () => void begin() } };
  }, [controls, isPossible, isSharing, capture, store, open, float]);
  return { controls: shared, floating: { window: shown, open, isPossible, isExposed } };
}
