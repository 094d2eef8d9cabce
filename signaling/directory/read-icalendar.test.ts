import { describe, expect, it } from 'vitest';
import { AppError, type FieldProblem } from '../protocol/errors.ts';
import { readIcalendar, type ReadEvent, type ReadLesson } from './read-icalendar.ts';

const NOW_MS = Date.parse('2026-09-01T00:00:00Z');
const OPTIONS = { timeZone: 'Asia/Shanghai', nowMs: NOW_MS };

const calendar = (...events: string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    ...events.flatMap((event) => ['BEGIN:VEVENT', event, 'END:VEVENT']),
    'END:VCALENDAR',
  ].join('\r\n');
const read = (...events: string[]): ReadEvent[] => readIcalendar(calendar(...events), OPTIONS);
const lessons = (...events: string[]): ReadLesson[] => read(...events).filter((event) => event.kind === 'lesson');
const cancelled = (text: string) =>
  readIcalendar(text, OPTIONS).flatMap((event) => (event.kind === 'cancelled' ? [event.occurrence] : []));
const starts = (events: readonly ReadLesson[]): string[] =>
  events.map(({ startsAtMs }) => new Date(startsAtMs).toISOString().slice(0, 16));
const problems = (text: string): unknown => {
  try {
    return readIcalendar(text, OPTIONS).map((event) => (event.kind === 'unreadable' ? event.problem.code : undefined));
  } catch (error) {
    return error instanceof AppError
      ? (error.details?.['problems'] as FieldProblem[] | undefined)?.map(({ code }) => code)
      : error;
  }
};
const LESSON =
  'UID:a\nSUMMARY:语文\nDTSTART;TZID=Asia/Shanghai:20260907T080000\nDTEND;TZID=Asia/Shanghai:20260907T084000';

describe('a calendar file', () => {
  it('gives the lessons of a weekly event, without what is left out and with what was moved', () => {
    const events = lessons(
      `${LESSON}\nRRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Asia/Shanghai:20260914T080000`,
      'UID:a\nSUMMARY:语文（调课）\nRECURRENCE-ID;TZID=Asia/Shanghai:20260921T080000\nDTSTART;TZID=Asia/Shanghai:20260922T100000\nDTEND;TZID=Asia/Shanghai:20260922T104000',
    );
    expect(starts(events)).toEqual(['2026-09-07T00:00', '2026-09-22T02:00', '2026-09-28T00:00']);
    expect(events.map(({ title }) => title)).toEqual(['语文', '语文（调课）', '语文']);
    expect(events.map(({ startsAtMs, endsAtMs }) => endsAtMs - startsAtMs)).toEqual(Array(3).fill(2_400_000));
  });

  it('keeps the local time over a change of the clocks, and takes floating times for the school’s', () => {
    const events = lessons(
      'UID:b\nSUMMARY:Berlin\nDTSTART;TZID=Europe/Berlin:20261019T080000\nDURATION:PT40M\nRRULE:FREQ=WEEKLY;COUNT=2',
      'UID:c\nSUMMARY:Floating\nDTSTART:20261020T080000\nDURATION:PT40M',
      'UID:d\nSUMMARY:UTC\nDTSTART:20261021T080000Z\nDURATION:PT40M',
    );
    expect(starts(events)).toEqual(['2026-10-19T06:00', '2026-10-20T00:00', '2026-10-21T08:00', '2026-10-26T07:00']);
  });

  it('counts revisions of an event and of single occurrences, of which none is older than its series', () => {
    const apart = (day: number, ...more: string[]): string =>
      [
        `UID:a\nSUMMARY:语文\nRECURRENCE-ID;TZID=Asia/Shanghai:202609${day}T080000`,
        `DTSTART;TZID=Asia/Shanghai:202609${day}T100000\nDURATION:PT40M`,
        ...more,
      ].join('\n');
    const weekly = `${LESSON}\nRRULE:FREQ=WEEKLY;COUNT=4\nSEQUENCE:3`;
    const excluded = `${weekly}\nEXDATE;TZID=Asia/Shanghai:20260928T080000`;
    const events = read(excluded, apart(14), apart(21, 'SEQUENCE:5', 'STATUS:CANCELLED'));
    const sequences = events.flatMap((event) => (event.kind === 'unreadable' ? [] : [event.sequence]));
    expect(events.map(({ kind }) => kind).toSorted()).toEqual(['cancelled', 'cancelled', 'lesson', 'lesson']);
    expect(sequences.toSorted((a, b) => a - b)).toEqual([3, 3, 3, 5]);
    const alone = (sequence: string) => lessons(`${LESSON}${sequence}`).map((lesson) => lesson.sequence);
    expect(alone('')).toEqual([0]);
    expect(alone('\nSEQUENCE:latest')).toEqual([0]);
    expect(alone('\nSEQUENCE:-4')).toEqual([0]);
    expect(alone('\nSEQUENCE:99999999999')).toEqual([2 ** 31 - 1]);
  });

  it('names an occurrence the same in each reading, also after it was moved', () => {
    const weekly = `${LESSON}\nRRULE:FREQ=WEEKLY;COUNT=2`;
    const moved =
      'UID:a\nSUMMARY:语文\nRECURRENCE-ID;TZID=Asia/Shanghai:20260914T080000\nDTSTART;TZID=Asia/Shanghai:20260915T080000\nDURATION:PT40M';
    const names = (...events: string[]) => lessons(...events).map(({ occurrence }) => occurrence);
    expect(names(weekly)).toEqual(names(weekly, moved));
    const inUtc = moved.replace('RECURRENCE-ID;TZID=Asia/Shanghai:20260914T080000', 'RECURRENCE-ID:20260914T000000Z');
    expect(names(weekly)).toEqual(names(weekly, inUtc));
    expect(names(LESSON)).toEqual(names(LESSON.replaceAll('20260907', '20260908')));
  });

  it('says of each event why it is no lesson, and reads the others', () => {
    const zone = 'DTSTART;TZID=Mars/Base:20260907T080000\nDURATION:PT40M';
    expect(
      problems(
        calendar(
          LESSON,
          'SUMMARY:x\nDTSTART:20260907T080000',
          'UID:1\nSUMMARY:x\nDTSTART;VALUE=DATE:20260907',
          'UID:2\nSUMMARY:x\nDTSTART:20260907T080000Z',
          'UID:3\nDTSTART:20260907T090000Z\nDURATION:PT40M',
          'UID:4\nSUMMARY:x\nDTSTART:20260907T080000Z\nDURATION:P2D',
          `UID:5\nSUMMARY:x\n${zone}`,
          'UID:6\nSUMMARY:x',
        ),
      ),
    ).toEqual([
      ...['icalNoUid', 'icalWholeDay', 'icalNoEnd', 'icalNoTitle', 'lessonTooLong', 'icalZoneUnknown', 'icalNoStart'],
      undefined,
    ]);
  });

  it('computes no rule that is longer than a timetable or never comes true', () => {
    const rule = (text: string): string =>
      calendar(`UID:r\nSUMMARY:x\nDTSTART:20260907T080000Z\nDURATION:PT40M\nRRULE:${text}`);
    const startedAtMs = performance.now();
    for (const bomb of [
      'FREQ=SECONDLY',
      'FREQ=MINUTELY;INTERVAL=1',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31',
      'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31',
      'FREQ=WEEKLY;BYHOUR=1,2,3,4,5,6,7,8,9;BYMINUTE=1,2,3',
      'FREQ=DAILY;INTERVAL=7;BYDAY=TU',
      'FREQ=WEEKLY;INTERVAL=1000000',
    ])
      expect(problems(rule(bomb)), bomb).toEqual(['icalRuleUnsupported']);
    const old = 'SUMMARY:x\nDTSTART:18000101T080000Z\nDURATION:PT40M\nRRULE:FREQ=DAILY';
    expect(problems(calendar(...Array.from({ length: 400 }, (_unused, i) => `UID:${i}\n${old}`)))).toEqual(
      Array(400).fill('icalTooLong'),
    );
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
    expect(problems(calendar(...['a', 'b'].map((uid) => `UID:${uid}\n${old.replace('1800', '2026')}`)))).toEqual([
      'icalTooMany',
    ]);
  });

  it('is refused when it is none, has nothing in it, or too much', () => {
    for (const text of ['', 'x', 'BEGIN:VCALENDAR\nBEGIN:VEVENT', '<html></html>'])
      expect(problems(text), text).toEqual([expect.stringMatching(/icalUnreadable|icalEmpty/)]);
    expect(problems(calendar())).toEqual(['icalEmpty']);
    expect(problems(calendar(...Array.from({ length: 501 }, () => LESSON)))).toEqual(['icalTooMany']);
  });

  it('is refused when its time zone changes more often than clocks do, in a moment', () => {
    const zone = (rule: string): string =>
      [
        'BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000',
        `TZOFFSETFROM:+0800\nTZOFFSETTO:+0800\nRRULE:${rule}\nEND:STANDARD\nEND:VTIMEZONE`,
      ].join('\n');
    const lesson = 'UID:z\nSUMMARY:语文\nDTSTART;TZID=X:20260907T080000\nDTEND;TZID=X:20260907T084000';
    const text = (rule: string): string => calendar(lesson).replace('BEGIN:VEVENT', `${zone(rule)}\nBEGIN:VEVENT`);
    expect(problems(text('FREQ=MINUTELY'))).toEqual(['icalZoneEndless']);
    expect(problems(text('FREQ=YEARLY;UNTIL=never'))).toEqual(['icalZoneEndless']);
    expect(problems(text('FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'))).toEqual(['icalZoneUnknown']);
  });

  it('names what is cancelled: by its state, by its method, or by being left out of its series', () => {
    const weekly = `${LESSON}\nRRULE:FREQ=WEEKLY;COUNT=3`;
    const apart =
      'UID:a\nSUMMARY:语文\nSTATUS:CANCELLED\nRECURRENCE-ID;TZID=Asia/Shanghai:20260914T080000\nDTSTART;TZID=Asia/Shanghai:20260914T080000';
    expect(cancelled(calendar(weekly, apart))).toEqual(['2026-09-14T08:00:00']);
    expect(starts(lessons(weekly, apart))).toEqual(['2026-09-07T00:00', '2026-09-21T00:00']);
    expect(cancelled(calendar(`${weekly}\nEXDATE:20260914T000000Z,20260921T000000Z`))).toEqual([
      ...['2026-09-14T08:00:00', '2026-09-21T08:00:00'],
    ]);
    expect(starts(lessons(`${weekly}\nEXDATE:20260914T000000Z,20260921T000000Z`))).toEqual(['2026-09-07T00:00']);
    expect(cancelled(calendar(`${LESSON}\nSTATUS:CANCELLED`))).toEqual([null]);
    expect(cancelled(calendar('UID:a').replace('VERSION:2.0', 'VERSION:2.0\nMETHOD:CANCEL'))).toEqual([null]);
  });

  it('names the event that is written wrongly, by its title and start, and reads the others', () => {
    const broken: [string, string, string][] = [
      ['DTSTART:soon', 'icalBadValue', 'DTSTART'],
      ['DTSTART:20260907T080000Z\nDURATION:long', 'icalBadValue', 'DURATION'],
      ['DTSTART:20260907T080000Z\nDURATION:PT40M\nRRULE:FREQ=WEEKLY;UNTIL=never', 'icalBadValue', 'RRULE'],
      ['DTSTART:20260907T080000Z\nDURATION:PT40M\nRRULE:FREQ=WEEKLY\nEXDATE:never', 'icalBadValue', 'EXDATE'],
      ['DTSTART:20260907T080000Z\nDURATION:PT40M\nRDATE;VALUE=PERIOD:20260914T080000Z/PT1H', 'icalBadValue', 'RDATE'],
      ['DTSTART:20260907T080000Z\nDURATION:PT40M\nRECURRENCE-ID:never', 'icalBadValue', 'RECURRENCE-ID'],
    ];
    for (const [text, code, property] of broken) {
      const [problem, lesson] = read(LESSON, `UID:broken\nSUMMARY:坏的\n${text}`);
      expect(problem, text).toMatchObject({
        kind: 'unreadable',
        title: '坏的',
        problem: { code, values: { property } },
      });
      expect(lesson, text).toMatchObject({ kind: 'lesson', title: '语文' });
    }
    expect(read('UID:z\nSUMMARY:远\nDTSTART;TZID=Mars/Base:20260907T080000\nDURATION:PT40M')).toMatchObject([
      { startsAtMs: null, startText: '2026-09-07 08:00:00' },
    ]);
    const range = 'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Shanghai:20260914T080000';
    expect(
      problems(calendar(`${LESSON}\nRRULE:FREQ=WEEKLY;COUNT=1`, LESSON.replace('UID:a', `UID:a\n${range}`))),
    ).toEqual(['icalRangeUnsupported', undefined]);
  });

  it('that cannot be parsed is refused by the name of the event that it breaks at', () => {
    const text = calendar(LESSON, 'UID:bad\nSUMMARY:坏的\nDTSTART:20260907T080000Z\nRRULE:FREQ=NEVER');
    expect(() => readIcalendar(text, OPTIONS)).toThrow(AppError);
    try {
      readIcalendar(text, OPTIONS);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'invalidInput',
        details: {
          problems: [
            { path: 'ics', code: 'icalBrokenEvent', values: { title: '坏的', start: '20260907T080000Z', line: 9 } },
          ],
        },
      });
    }
  });
});
