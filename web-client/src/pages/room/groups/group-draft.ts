import { GROUP_SIZE } from '../../../../../signaling/protocol/groups.ts';
import type { SeatId } from '../../../../../signaling/protocol/ids.ts';

/** Who is to be in which group; who is not in it is in none. */
export type GroupDraft = ReadonlyMap<SeatId, number>;

export const moved = (draft: GroupDraft, seatId: SeatId, group: number | null): GroupDraft => {
  const next = new Map(draft);
  if (group === null) next.delete(seatId);
  else next.set(seatId, group);
  return next;
};

/** Those of groups that there are no more are in none. */
export const withCount = (draft: GroupDraft, count: number): GroupDraft =>
  new Map([...draft].filter(([, group]) => group <= count));

/** Evenly, each as likely in each group; whom no group has room for is in none. `random`: 0 to below 1. */
export function atRandom(seatIds: readonly SeatId[], count: number, random: () => number = Math.random): GroupDraft {
  const left = [...seatIds];
  const shuffled = seatIds.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
  return new Map(shuffled.slice(0, count * GROUP_SIZE).map((seatId, index) => [seatId, (index % count) + 1]));
}
