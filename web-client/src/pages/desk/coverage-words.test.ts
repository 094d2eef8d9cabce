import { describe, expect, it } from 'vitest';
import { SchoolId, TermId } from '../../../../signaling/protocol/ids.ts';
import { currentTerm, hoursOf, lastDays } from './coverage-words.ts';

const term = (name: string, firstDate: string, lastDate: string) => ({
  ...{ termId: TermId.parse(name), schoolId: SchoolId.parse('school'), name, firstDate, lastDate },
});
const terms = [term('autumn', '2026-09-01', '2027-01-20'), term('spring', '2027-02-22', '2027-07-05')];

describe('the time that is looked at', () => {
  it('is the term that today lies in, in the holidays the one before, and none before the first', () => {
    expect(currentTerm(terms, '2027-01-20')?.name).toBe('autumn');
    expect(currentTerm(terms, '2027-02-01')?.name).toBe('autumn');
    expect(currentTerm(terms, '2027-02-22')?.name).toBe('spring');
    expect(currentTerm(terms, '2026-08-31')).toBeNull();
    expect(currentTerm([], '2026-08-31')).toBeNull();
  });

  it('or thirty days with today, across a month and a leap day', () => {
    expect(lastDays('2028-03-01')).toEqual({ firstDate: '2028-02-01', lastDate: '2028-03-01' });
  });

  it('is told in hours, to a tenth', () => {
    expect([0, 2_400_000, 3_600_000, 179_000].map(hoursOf)).toEqual(['0', '0.7', '1', '0']);
  });
});
