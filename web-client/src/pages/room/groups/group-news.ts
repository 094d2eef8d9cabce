import type { InsideState } from '../../../call/room-state.ts';
import type { groupText } from '../../../messages/groups.ts';
import type { Translate } from '../../../text/text.ts';
import { may } from '../../../call/room-state.ts';

type Words = Translate<typeof groupText>;

function placeNews(old: InsideState, { groups, self: { group } }: InsideState, t: Words): string | null {
  if (group === old.self.group || groups === null) return null;
  return group === null ? t('saidOut') : t('saidInGroup', { n: group });
}

/** Whoever calls from a group, to teachers. */
function callNews(old: InsideState, state: InsideState, t: Words): string[] {
  if (!may(state, 'manageStage')) return [];
  const before = new Set(old.hands.map(({ seatId }) => seatId));
  return state.hands.flatMap(({ seatId }) => {
    const caller = state.participants.find((one) => one.seatId === seatId);
    if (before.has(seatId) || typeof caller?.group !== 'number') return [];
    return [t('saidHand', { name: caller.displayName, n: caller.group })];
  });
}

/** What has happened with the groups between two states, in words. */
export function groupNews(old: InsideState, state: InsideState, t: Words): string[] {
  const [was, is] = [old.groups !== null, state.groups !== null];
  const change = was === is ? null : t(is ? 'saidOpened' : 'saidClosed');
  return [...[change, placeNews(old, state, t)].filter((said) => said !== null), ...callNews(old, state, t)];
}
