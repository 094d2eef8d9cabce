import { useCallback, useRef } from 'react';
import type { JoinGrant } from '../../call/room-call.ts';

/** A grant is good for 5 min; one that is nearly over is not used. */
const GRANT_FRESH_MS = 240_000;

/** The grant is asked for while the device check is on screen, so that the click only has to use it. */
export function useGrant(obtainGrant: () => Promise<JoinGrant>) {
  const early = useRef<{ readonly grant: Promise<JoinGrant>; readonly atMs: number } | null>(null);
  const prefetch = useCallback(() => {
    const grant = obtainGrant();
    grant.catch(() => undefined);
    early.current = { grant, atMs: Date.now() };
  }, [obtainGrant]);
  const obtain = useCallback(async () => {
    const taken = early.current;
    early.current = null;
    if (taken !== null && Date.now() - taken.atMs < GRANT_FRESH_MS) {
      const grant = await taken.grant.catch(() => null);
      if (grant !== null) return grant;
    }
    return obtainGrant();
  }, [obtainGrant]);
  return { prefetch, obtain };
}
