import { describe, expect, it } from 'vitest';
import { weekdayOf } from '../signaling/protocol/term-days.ts';
import { datesOfWeekday, instantOf, localDateOf } from './local-time.ts';

const iso = (ms: number) => new Date(ms).toISOString();

describe('local time', () => {
  it.each([
    ['2026-09-07', '08:00', 'Asia/Shanghai', '2026-09-07T00:00:00.000Z'],
    ['2026-09-07', '01:30', 'Asia/Urumqi', '2026-09-06T19:30:00.000Z'],
    ['2026-03-29', '01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29', '03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25', '04:00', 'Europe/Berlin', '2026-10-25T03:00:00.000Z'],
  ])('takes %s %s in %s for %s', (date, time, zone, expected) => {
    expect(iso(instantOf(date, time, zone))).toBe(expected);
    expect(localDateOf(Date.parse(expected), zone)).toBe(date);
  });

  it('moves a time that daylight saving skips into the day', () => {
    expect(localDateOf(instantOf('2026-03-29', '02:30', 'Europe/Berlin'), 'Europe/Berlin')).toBe('2026-03-29');
  });

  it('finds the dates of a weekday, both ends inclusive', () => {
    expect(weekdayOf('2026-11-22')).toBe(7);
    expect(datesOfWeekday(7, '2026-11-22', '2026-12-06')).toEqual(['2026-11-22', '2026-11-29', '2026-12-06']);
    expect(datesOfWeekday(1, '2026-11-24', '2026-11-29')).toEqual([]);
  });
});
