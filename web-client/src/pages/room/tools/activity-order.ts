import type { ActivityEntry } from '../../../../../signaling/protocol/room.ts';

export const SORTS = ['state', 'talked', 'answers', 'line'] as const;
export type ActivitySort = (typeof SORTS)[number];

/** Who is missing comes first. */
const STATE_ORDER = { absent: 0, left: 1, late: 2, present: 3 } as const;

/** Those to look after come first: who is missing, who was not heard, who did not answer, whose line is poor. Others keep their order. */
export function sortedBy(sort: ActivitySort, entries: readonly ActivityEntry[]): readonly ActivityEntry[] {
  if (sort === 'state') return entries.toSorted((a, b) => STATE_ORDER[a.state] - STATE_ORDER[b.state]);
  // Whoever is not there can do nothing about it.
  const isHere = ({ state }: ActivityEntry): number => (state === 'present' || state === 'late' ? 0 : 1);
  const value = (entry: ActivityEntry): number => {
    if (sort === 'talked') return entry.talkedMs;
    return sort === 'answers' ? entry.answers : (entry.line ?? Number.MAX_SAFE_INTEGER);
  };
  return entries.toSorted((a, b) => isHere(a) - isHere(b) || value(a) - value(b));
}
