import { describe, expect, it } from 'vitest';
import { weekdayOf } from '../../../../signaling/protocol/term-days.ts';
import { dayRange, instantOf, laterTime, latestDate, localDate, shiftDate, termEnd } from './school-days.ts';

const HOUR_MS = 3_600_000;

describe('days of a school', () => {
  it('begin at the school’s own midnight', () => {
    expect(dayRange('2026-11-23', 'Asia/Shanghai')).toEqual({
      fromMs: Date.parse('2026-11-22T16:00:00Z'),
      toMs: Date.parse('2026-11-23T16:00:00Z'),
    });
    expect(dayRange('2026-11-23', 'Asia/Urumqi').fromMs).toBe(Date.parse('2026-11-22T18:00:00Z'));
  });

  it('are 23 hours long where the clocks go forward', () => {
    const { fromMs, toMs } = dayRange('2026-03-29', 'Europe/Berlin');
    expect(toMs - fromMs).toBe(23 * HOUR_MS);
    expect(instantOf('2026-03-29', '08:00', 'Europe/Berlin')).toBe(Date.parse('2026-03-29T06:00:00Z'));
  });

  it('are named by the date on the school’s wall', () => {
    const lateInLondon = Date.parse('2026-11-22T17:00:00Z');
    expect(localDate(lateInLondon, 'Asia/Shanghai')).toBe('2026-11-23');
    expect(localDate(lateInLondon, 'Asia/Urumqi')).toBe('2026-11-22');
    expect(latestDate(lateInLondon, [{ timeZone: 'Asia/Urumqi' }, { timeZone: 'Asia/Shanghai' }])).toBe('2026-11-23');
  });

  it('follow one another across months and have ISO weekdays', () => {
    expect(shiftDate('2026-12-31', 1)).toBe('2027-01-01');
    expect(shiftDate('2026-03-01', -1)).toBe('2026-02-28');
    expect([weekdayOf('2026-11-22'), weekdayOf('2026-11-23')]).toEqual([7, 1]);
  });
});

describe('a term', () => {
  it('ends in July or about 20 January', () => {
    expect(termEnd('2026-09-01')).toBe('2027-01-20');
    expect(termEnd('2027-01-10')).toBe('2027-01-20');
    expect(termEnd('2027-02-25')).toBe('2027-07-15');
    expect(termEnd('2027-07-16')).toBe('2028-01-20');
  });
});

describe('a later time', () => {
  it('stays within the day', () => {
    expect(laterTime('08:00', 45)).toBe('08:45');
    expect(laterTime('23:30', 45)).toBe('23:59');
  });
});
