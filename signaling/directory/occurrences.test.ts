import { describe, expect, it } from 'vitest';
import { pairOccurrences } from './occurrences.ts';

const occurrence = (at: string) => ({ occurrence: at, date: at.slice(0, 10) });
const event = (at: string, isCancelled = false) => ({ ...occurrence(at), isCancelled });
const lesson = (at: string, isOpen = true) => ({ ...occurrence(at), isOpen });
const pairs = (...args: Parameters<typeof pairOccurrences>): (readonly string[])[] =>
  [...pairOccurrences(...args)].map(([from, to]) => [from.occurrence, to.occurrence]);

// 2026-09-07 was a Monday.
describe('a lesson is that of an occurrence', () => {
  it('by the name that its series has for it, also when it is over', () => {
    expect(pairs([event('2026-09-07T08:00')], [lesson('2026-09-07T08:00', false)])).toHaveLength(1);
  });

  it('on the same date, else in the same week and in order, when the series was moved as a whole', () => {
    expect(pairs([event('2026-09-07T10:00')], [lesson('2026-09-07T08:00')])).toHaveLength(1);
    expect(
      pairs(
        [event('2026-09-08T08:00'), event('2026-09-10T08:00'), event('2026-09-15T08:00')],
        [lesson('2026-09-07T08:00'), lesson('2026-09-09T08:00'), lesson('2026-09-14T08:00')],
      ),
    ).toEqual([
      ['2026-09-08T08:00', '2026-09-07T08:00'],
      ['2026-09-10T08:00', '2026-09-09T08:00'],
      ['2026-09-15T08:00', '2026-09-14T08:00'],
    ]);
  });

  it('never when it is over, in another week, or another occurrence’s already', () => {
    expect(pairs([event('2026-09-08T08:00')], [lesson('2026-09-07T08:00', false)])).toEqual([]);
    expect(pairs([event('2026-09-14T08:00')], [lesson('2026-09-13T08:00')])).toEqual([]);
    expect(pairs([event('2026-09-07T08:00'), event('2026-09-08T08:00')], [lesson('2026-09-07T08:00')])).toEqual([
      ['2026-09-07T08:00', '2026-09-07T08:00'],
    ]);
  });

  it('is cancelled by name or date alone', () => {
    expect(pairs([event('2026-09-07T10:00', true)], [lesson('2026-09-07T08:00')])).toHaveLength(1);
    expect(pairs([event('2026-09-08T10:00', true)], [lesson('2026-09-07T08:00')])).toEqual([]);
  });

  it('wherever it goes, of an event that is no series', () => {
    const single = { occurrence: '', date: '2026-12-01', isCancelled: false };
    expect(pairs([single], [{ occurrence: '', date: '2026-09-07', isOpen: true }])).toHaveLength(1);
    expect(pairs([single], [lesson('2026-09-07T08:00')])).toHaveLength(1);
    expect(pairs([single], [lesson('2026-09-07T08:00'), lesson('2026-09-14T08:00')])).toEqual([]);
  });
});
