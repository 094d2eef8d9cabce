import { useCallback, useSyncExternalStore } from 'react';

/** iPhones show full screen only a video by itself. */
interface AppleVideo extends HTMLVideoElement {
  readonly webkitEnterFullscreen?: () => void;
}

function subscribe(listener: () => void): () => void {
  document.addEventListener('fullscreenchange', listener);
  return () => document.removeEventListener('fullscreenchange', listener);
}

/** The whole document goes full screen, for menus and dialogs live outside of the player. */
export function useFullscreen(film: AppleVideo | null): readonly [boolean, () => void] {
  const isFullscreen = useSyncExternalStore(subscribe, () => document.fullscreenElement !== null);
  const toggle = useCallback(() => {
    if (document.fullscreenElement !== null) {
      void document.exitFullscreen();
      return;
    }
    const root = document.documentElement;
    // Refused without a gesture, or inside a frame: the player just stays as it is.
    if (typeof root.requestFullscreen === 'function') void root.requestFullscreen().catch(() => undefined);
    else film?.webkitEnterFullscreen?.();
  }, [film]);
  return [isFullscreen, toggle];
}
