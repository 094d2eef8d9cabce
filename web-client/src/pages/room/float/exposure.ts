import { useCallback, useSyncExternalStore } from 'react';
import { useCallState } from '../call-context.ts';

/**
 * What of this screen the others may see: nothing of it; a window, which may be this page's own but not one that floats above it; all of
 * it.
 */
export type Exposure = 'none' | 'window' | 'screen';

/**
 * Of what is shared, by what the browser says that it is. A tab is never this page, which leaves itself out of the choice; what the
 * browser does not name may be the whole screen.
 */
export function exposureOf(displaySurface: string | undefined): Exposure {
  if (displaySurface === 'browser') return 'none';
  return displaySurface === 'window' ? 'window' : 'screen';
}

/** Some browsers let something else be shared in the same track. */
const CHANGE = 'configurationchange';

export function useExposure(): Exposure {
  const track = useCallState().media.local.find(({ source }) => source === 'screen')?.track;
  const subscribe = useCallback(
    (tell: () => void) => {
      track?.addEventListener(CHANGE, tell);
      return () => track?.removeEventListener(CHANGE, tell);
    },
    [track],
  );
  return useSyncExternalStore(subscribe, () =>
    track === undefined ? 'none' : exposureOf(track.getSettings().displaySurface),
  );
}
