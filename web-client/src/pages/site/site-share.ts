import type { RoomCall } from '../../call/room-call.ts';
import type { SiteLayout } from '../../../../signaling/protocol/sites.ts';

/**
 * What the first window of a classroom's screen lets its second one show: both run in one browser process, so that pictures need neither a
 * second seat in the room nor another copy of their data.
 */
export interface SharedSite {
  readonly call: RoomCall | null;
  readonly layout: SiteLayout;
}

export class SiteShare {
  readonly #listeners = new Set<() => void>();
  #state: SharedSite = { call: null, layout: 'auto' };

  readonly getState = (): SharedSite => this.#state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  show(state: SharedSite): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

declare global {
  interface Window {
    tongkeSite?: SiteShare;
  }
}

/** Of the window that opened this one; null when there is none, or while it is being loaded again. */
export function sharedByOpener(): SiteShare | null {
  try {
    const opener = window.opener as Window | null;
    return opener === null || opener.closed ? null : (opener.tongkeSite ?? null);
  } catch {
    // It has gone to a page of somebody else.
    return null;
  }
}
