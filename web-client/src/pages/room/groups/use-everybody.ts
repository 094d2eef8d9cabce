import { useEffect, useState } from 'react';
import { joinsGroups } from '../../../../../signaling/protocol/groups.ts';
import type { Participant } from '../../../../../signaling/protocol/room.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { useCall } from '../call-context.ts';

/** So many of the audience are told by name (SPEC S6). */
const NAMED_AUDIENCE = 50;

/** Everybody who may be in a group, also those of a large audience whom the page has not been told of by name. */
export function useEverybody(state: InsideState): readonly Participant[] {
  const { actions } = useCall();
  const { audienceCount } = state;
  const [others, setOthers] = useState<readonly Participant[]>([]);
  useEffect(() => {
    if (audienceCount <= NAMED_AUDIENCE) return undefined;
    const going = new AbortController();
    const load = async (): Promise<void> => {
      const all: Participant[] = [];
      for (let total = 1; all.length < total && !going.signal.aborted;) {
        const page = await actions.participants(all.length);
        if (page === null || page.participants.length === 0) break;
        all.push(...page.participants);
        ({ total } = page);
      }
      if (!going.signal.aborted) setOthers(all);
    };
    void load();
    return () => going.abort();
  }, [actions, audienceCount]);
  const known = new Set(state.participants.map(({ seatId }) => seatId));
  return [...state.participants, ...others.filter(({ seatId }) => !known.has(seatId))].filter(({ seat }) =>
    joinsGroups(seat),
  );
}
