import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

/** iPhones show full screen only a video by itself. */
interface AppleVideo extends HTMLVideoElement {
  readonly webkitEnterFullscreen?: () => void;
}

/** Marks the entry of the history that the way back out of the page's own full screen takes away. */
const ENTRY = 'fillsScreen';

export interface Fullscreen {
  readonly isFullscreen: boolean;
  /** The browser shows none of two pictures: then the player makes the most of its page. */
  readonly isOwn: boolean;
  readonly toggle: () => void;
}

function subscribe(listener: () => void): () => void {
  document.addEventListener('fullscreenchange', listener);
  return () => document.removeEventListener('fullscreenchange', listener);
}

/** The whole document goes full screen, for menus and dialogs live outside of the player. */
export function useFullscreen(film: AppleVideo | null): Fullscreen {
  const isReal = useSyncExternalStore(subscribe, () => (document.fullscreenElement ?? null) !== null);
  const own = useOwnFullscreen();
  const { isOn: isOwn, enter, leave } = own;
  const toggle = useCallback(() => {
    if (isReal) {
      void document.exitFullscreen();
      return;
    }
    const root = document.documentElement;
    if (isOwn) leave();
    // Refused without a gesture, or inside a frame: the player just stays as it is.
    else if (typeof root.requestFullscreen === 'function') void root.requestFullscreen().catch(() => undefined);
    else if (film?.webkitEnterFullscreen !== undefined) film.webkitEnterFullscreen();
    else enter();
  }, [film, isReal, isOwn, enter, leave]);
  return { isFullscreen: isReal || isOwn, isOwn, toggle };
}

/** As people know it: the way back leads out of it, and so does Escape. */
function useOwnFullscreen() {
  const [isOn, setOn] = useState(false);
  const enter = useCallback(() => {
    history.pushState({ ...stateOf(history), [ENTRY]: true }, '');
    setOn(true);
  }, []);
  const leave = useCallback(() => {
    setOn(false);
    if (stateOf(history)[ENTRY] === true) history.back();
  }, []);
  useEffect(() => {
    if (!isOn) return undefined;
    const onBack = (): void => setOn(false);
    const onKey = (event: KeyboardEvent): void => {
      const isOthers =
        event.target instanceof Element && event.target.closest('[role="menu"], [role="dialog"]') !== null;
      if (event.key === 'Escape' && !event.defaultPrevented && !isOthers) leave();
    };
    addEventListener('popstate', onBack);
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('popstate', onBack);
      removeEventListener('keydown', onKey);
    };
  }, [isOn, leave]);
  return { isOn, enter, leave };
}

function stateOf({ state }: History): Readonly<Record<string, unknown>> {
  const kept: unknown = state;
  return typeof kept === 'object' && kept !== null ? { ...kept } : {};
}
