import { describe, expect, it } from 'vitest';
import type { ActivityEntry } from '../../../../../signaling/protocol/room.ts';
import { sortedBy } from './activity-order.ts';

const entry = (displayName: string, change: Partial<ActivityEntry>): ActivityEntry => ({
  ...{ seatId: null, displayName, classGroup: null, state: 'present', firstJoinedAtMs: null },
  ...{ talkedMs: 0, handsRaised: 0, answers: 0, line: null, lineMs: 0, poorLineMs: 0 },
  ...change,
});
const entries = [
  entry('甲', { talkedMs: 9, answers: 1, line: 9 }),
  entry('乙', { state: 'absent' }),
  entry('丙', { talkedMs: 0, answers: 2, line: 3 }),
  entry('丁', { state: 'late', talkedMs: 5, answers: 0 }),
  entry('戊', { state: 'left', talkedMs: 1 }),
];
const names = (sort: Parameters<typeof sortedBy>[0]) => sortedBy(sort, entries).map(({ displayName }) => displayName);

describe('the table of a class', () => {
  it('has first whom to look after: the missing, or of those who are here the silent, the unanswering, the poor line', () => {
    expect(names('state')).toEqual(['乙', '戊', '丁', '甲', '丙']);
    expect(names('talked')).toEqual(['丙', '丁', '甲', '乙', '戊']);
    expect(names('answers')).toEqual(['丁', '甲', '丙', '乙', '戊']);
    expect(names('line')).toEqual(['丙', '甲', '丁', '乙', '戊']);
  });
});
