import { describe, expect, it } from 'vitest';
import { seatId } from '../../../../../tests/support/clients/room-states.ts';
import { atRandom, moved, withCount } from './group-draft.ts';

const people = (count: number) => Array.from({ length: count }, (_unused, index) => seatId(`p${index}`));
const sizes = (draft: ReadonlyMap<string, number>, count: number): number[] =>
  Array.from({ length: count }, (_unused, index) => [...draft.values()].filter((group) => group === index + 1).length);

describe('a draft of groups', () => {
  it('at random places everybody, evenly, and otherwise each time', () => {
    const everybody = people(23);
    const draft = atRandom(everybody, 4);
    expect(draft.size).toBe(23);
    expect(sizes(draft, 4)).toEqual([6, 6, 6, 5]);
    const drafts = new Set(Array.from({ length: 20 }, () => [...atRandom(everybody, 4).keys()].join(' ')));
    expect(drafts.size).toBeGreaterThan(1);
  });

  it('leaves out whom no group has room for', () => {
    expect(sizes(atRandom(people(60), 2), 2)).toEqual([24, 24]);
  });

  it('moves one, takes one out, and forgets groups that there are no more', () => {
    const [one, two] = people(2) as [ReturnType<typeof seatId>, ReturnType<typeof seatId>];
    const draft = moved(moved(new Map(), one, 1), two, 3);
    expect([...moved(draft, one, null).keys()]).toEqual([two]);
    expect([...withCount(draft, 2).keys()]).toEqual([one]);
  });
});
