import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import type { PersonId, SchoolId } from '../../../signaling/protocol/ids.ts';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { signedIn } from '../../support/districts/demo-lessons.ts';
import { Stack } from '../../support/stands/stack.ts';

const DAY_MS = 86_400_000;
/** A week that the demo's own timetable leaves free of Sundays. */
const sunday = (weeks: number): string => {
  const now = Date.now();
  const ahead = 7 - new Date(now).getUTCDay() + 7 * weeks;
  return new Date(now + ahead * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
};
const event = (uid: string, title: string, clock: string, ...more: string[]): string =>
  [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `SUMMARY:${title}`,
    `DTSTART;TZID=Asia/Shanghai:${sunday(1)}T${clock}`,
    'DURATION:PT40M',
    ...more,
    'END:VEVENT',
  ].join('\r\n');
const calendar = (...events: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events, 'END:VCALENDAR'].join('\r\n');

let stack: Stack;
let teacher: RestClient;
let admin: RestClient;
let schoolId: SchoolId;
let lin: PersonId;
let browser: Browser;

beforeAll(async () => {
  stack = await Stack.start();
  browser = await launchBrowser();
  teacher = await signedIn(stack, 'lin.laoshi');
  admin = await signedIn(stack, 'zhou.xiaozhang');
  const { me } = await teacher.call('whoAmI', {});
  if (me?.schoolId === undefined || me.schoolId === null) throw new Error('the teacher has no school');
  ({ schoolId, personId: lin } = me);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const titled = async (title: string) => {
  const range = { fromMs: Date.now(), toMs: Date.now() + 60 * DAY_MS };
  return (await admin.call('listLessons', { query: range })).lessons.filter((lesson) => lesson.title === title);
};
const states = (lines: readonly { readonly state: string }[]): string[] => lines.map(({ state }) => state);

describe('a calendar file of a teacher', () => {
  const weekly = 'RRULE:FREQ=WEEKLY;COUNT=3';
  const file = calendar(
    event('w@x', '导入的课', '060000', weekly, `EXDATE;TZID=Asia/Shanghai:${sunday(2)}T060000`),
    event('c@x', '撞上的课', '062000'),
    event('m@x', '按月的课', '070000', 'RRULE:FREQ=MONTHLY'),
  );

  it('is looked at without changing anything', async () => {
    const { lines } = await teacher.call('previewCalendarImport', { body: { schoolId, ics: file } });
    expect(states(lines).toSorted()).toEqual(['clash', 'new', 'new', 'unreadable']);
    expect(lines.find(({ state }) => state === 'clash')?.problems).toMatchObject([
      { code: 'calendarBusy', values: { title: '导入的课' } },
    ]);
    expect(lines.find(({ state }) => state === 'unreadable')?.problems).toMatchObject([
      { code: 'icalRuleUnsupported' },
    ]);
    expect(await titled('导入的课')).toEqual([]);
  });

  it('makes its lessons once, also when it is imported twice at the same time', async () => {
    const body = { schoolId, ics: file };
    const both = await Promise.all([
      teacher.call('importCalendar', { body }),
      teacher.call('importCalendar', { body }),
    ]);
    expect(both.reduce((sum, { made }) => sum + made, 0)).toBe(2);
    expect(await titled('导入的课')).toHaveLength(2);
    const again = await teacher.call('importCalendar', { body });
    expect(again.made).toBe(0);
    expect(states(again.lines).toSorted()).toEqual(['clash', 'known', 'known', 'unreadable']);
  });

  it('names what has been planned meanwhile at the same time', async () => {
    const other = calendar(event('other@x', '另一节', '061000'));
    const { lines } = await teacher.call('previewCalendarImport', { body: { schoolId, ics: other } });
    expect(lines).toMatchObject([{ state: 'clash', problems: [{ values: { title: '导入的课' } }] }]);
    expect((await teacher.call('importCalendar', { body: { schoolId, ics: other } })).made).toBe(0);
  });

  it('gives nobody else’s lessons away: neither by name nor by id, and not to another school', async () => {
    const named = calendar(event('named@x', '别人的课', '090000', 'ORGANIZER;CN=王老师:mailto:a@b.cn'));
    const { lines } = await teacher.call('previewCalendarImport', { body: { schoolId, ics: named } });
    expect(lines.map(({ lecturerName }) => lecturerName)).toEqual(['林老师']);
    const other = (await admin.call('listPeople', { query: { schoolId, role: 'teacher' } })).items.find(
      ({ personId }) => personId !== lin,
    );
    const body = { schoolId, ics: named, lecturerId: other?.personId ?? lin };
    expect((await teacher.raw('importCalendar', { body })).code).toBe('forbidden');
    const farAdmin = await signedIn(stack, 'ai.xiaozhang');
    expect((await farAdmin.raw('importCalendar', { body })).code).toBe('forbidden');
  });

  it('is refused when it is too large or no calendar', async () => {
    const huge = `${calendar(event('h@x', '大', '090000'))}${'\n'.repeat(500_001)}`;
    expect((await teacher.raw('importCalendar', { body: { schoolId, ics: huge } })).code).toBe('payloadTooLarge');
    expect((await teacher.raw('importCalendar', { body: { schoolId, ics: 'hello' } })).code).toBe('invalidInput');
  });
});

describe('the import page', () => {
  it('shows what a file makes and what is wrong with the rest, and makes it', async () => {
    const person = await Person.at(stack, browser, 1);
    await person.signIn('lin.laoshi');
    await person.page.goto('/calendar');
    await person.page.getByText('从别的日历导入课').click();
    const ics = calendar(event('page@x', '页面导入', '110000'), event('day@x', '全天', '120000', 'RRULE:FREQ=YEARLY'));
    await person.page
      .getByTestId('calendar-file')
      .setInputFiles({ name: '课表.ics', mimeType: 'text/calendar', buffer: Buffer.from(ics) });
    await person.page.locator('[data-testid="calendar-line"][data-state="unreadable"]').waitFor();
    await person.page.locator('[data-testid="calendar-line"][data-state="new"]').waitFor();
    await person.page.getByTestId('make-lessons').click();
    await person.page.locator('[data-testid="calendar-line"][data-state="made"]').waitFor();
    if (process.env['TONGKE_SHOTS'] !== undefined)
      await person.page.screenshot({ path: `${process.env['TONGKE_SHOTS']}/import.png` });
    expect(await titled('页面导入')).toHaveLength(1);
    await person.close();
  });
});
