import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import type { PersonId, SchoolId } from '../../../signaling/protocol/ids.ts';
import { API_PREFIX } from '../../../signaling/protocol/rest.ts';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { signedIn } from '../../support/districts/demo-lessons.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
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
  stack = await Stack.start(await onPostgresOfRun());
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
    expect(again).toMatchObject({ made: 0, changed: 0, cancelled: 0, unchanged: 2 });
    expect(states(again.lines).toSorted()).toEqual(['clash', 'unchanged', 'unchanged', 'unreadable']);
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

describe('a calendar file that is imported again', () => {
  // Before the demo's own lessons of the day, which may be a Sunday.
  const at = (weeks: number, clock: string): string => `DTSTART;TZID=Asia/Shanghai:${sunday(weeks)}T${clock}`;
  const one = (uid: string, title: string, start: string, ...more: string[]): string =>
    ['BEGIN:VEVENT', `UID:${uid}`, `SUMMARY:${title}`, start, 'DURATION:PT40M', ...more, 'END:VEVENT'].join('\r\n');
  const weekly = 'RRULE:FREQ=WEEKLY;COUNT=2';
  const body = (ics: string, overwritesEdited = false) => ({ body: { schoolId, ics, overwritesEdited } });
  const clocks = async (title: string): Promise<string[]> =>
    (await titled(title)).map(({ startsAtMs }) => new Date(startsAtMs + 8 * 3_600_000).toISOString().slice(11, 16));
  const first = calendar(
    one('s1@x', '单次课', at(4, '010000')),
    one('s2@x', '互换课', at(4, '020000')),
    one('s3@x', '整体课', at(4, '030000'), weekly),
    one('s4@x', '取消课', at(4, '040000'), weekly),
    one('s5@x', '手改课', at(4, '050000')),
    one('s6@x', '消失课', at(4, '060000')),
  );
  /** s1 and s2 exchange their times, s3 begins later in both weeks, of s4 one does not take place, s5 has another title, s6 is not in it. */
  const second = calendar(
    one('s1@x', '单次课', at(4, '020000')),
    one('s2@x', '互换课（新）', at(4, '010000')),
    one('s3@x', '整体课', at(4, '031500'), weekly),
    one('s4@x', '取消课', at(4, '040000'), weekly),
    one('s4@x', '取消课', at(5, '040000'), `RECURRENCE-ID;${at(5, '040000').slice(8)}`, 'STATUS:CANCELLED'),
    one('s5@x', '手改课（新）', at(4, '050000')),
  );

  it('is said line by line: what changes from what, what is cancelled, what stays, and why', async () => {
    expect((await teacher.call('importCalendar', body(first))).made).toBe(8);
    const [edited] = await titled('手改课');
    if (edited === undefined) throw new Error('the lesson was not made');
    await teacher.call('changeLesson', { params: { lessonId: edited.lessonId }, body: { title: '我的课' } });
    const { lines } = await teacher.call('previewCalendarImport', body(second));
    expect(states(lines).toSorted()).toEqual([
      ...['cancelled', 'changed', 'changed', 'changed', 'changed', 'kept', 'unchanged'],
    ]);
    expect(lines.find(({ uid }) => uid === 's2@x')).toMatchObject({
      ...{ state: 'changed', title: '互换课（新）', before: { title: '互换课' } },
    });
    expect(lines.find(({ state }) => state === 'kept')?.problems).toMatchObject([{ code: 'calendarEdited' }]);
    expect(await clocks('单次课')).toEqual(['01:00']);
  });

  it('moves, renames and cancels the lessons made from it, and deletes none', async () => {
    const done = await teacher.call('importCalendar', body(second));
    expect(done).toMatchObject({ made: 0, changed: 4, cancelled: 1, unchanged: 1 });
    expect(await clocks('单次课')).toEqual(['02:00']);
    expect(await clocks('互换课（新）')).toEqual(['01:00']);
    expect(await clocks('整体课')).toEqual(['03:15', '03:15']);
    expect(await clocks('取消课')).toEqual(['04:00']);
    expect(await titled('我的课')).toHaveLength(1);
    expect(await titled('消失课')).toHaveLength(1);
    const again = await teacher.call('importCalendar', body(second));
    expect(again).toMatchObject({ made: 0, changed: 0, cancelled: 0, unchanged: 6 });
  });

  it('takes back what was edited by hand only when that is wanted, and makes again what it had cancelled', async () => {
    const { lines } = await teacher.call('previewCalendarImport', body(second, true));
    expect(lines.find(({ uid }) => uid === 's5@x')).toMatchObject({
      ...{ state: 'changed', before: { title: '我的课' }, problems: [{ code: 'calendarOverwrites' }] },
    });
    expect((await teacher.call('importCalendar', body(second, true))).changed).toBe(1);
    expect(await titled('手改课（新）')).toHaveLength(1);
    const takenBack = calendar(one('s4@x', '取消课', at(4, '040000'), weekly));
    expect(await teacher.call('importCalendar', body(takenBack))).toMatchObject({ made: 1, unchanged: 1 });
    expect(await titled('取消课')).toHaveLength(2);
  });

  it('moves nothing to where somebody is needed elsewhere, and cancels by its method', async () => {
    const taken = calendar(one('s1@x', '单次课', at(4, '061000')));
    const { lines } = await teacher.call('previewCalendarImport', body(taken));
    expect(lines).toMatchObject([{ state: 'clash', problems: [{ values: { title: '消失课' } }] }]);
    const called = calendar('BEGIN:VEVENT\r\nUID:s4@x\r\nEND:VEVENT').replace(
      'VERSION:2.0',
      'VERSION:2.0\r\nMETHOD:CANCEL',
    );
    expect(await teacher.call('importCalendar', body(called))).toMatchObject({ cancelled: 2 });
    expect(await titled('取消课')).toEqual([]);
  });

  it('changes no lesson that was given to another teacher, unless an administrator imports it', async () => {
    const [lesson] = await titled('消失课');
    const other = (await admin.call('listPeople', { query: { schoolId, role: 'teacher' } })).items.find(
      ({ personId }) => personId !== lin,
    );
    if (lesson === undefined || other === undefined) throw new Error('nothing to give away');
    const params = { lessonId: lesson.lessonId };
    await admin.call('changeLesson', { params, body: { lecturerId: other.personId } });
    const renamed = calendar(one('s6@x', '改名课', at(4, '060000')));
    const { lines } = await teacher.call('previewCalendarImport', body(renamed, true));
    expect(lines).toMatchObject([{ state: 'kept', problems: [{ code: 'calendarOthersLesson' }] }]);
    const wanted = { ...body(renamed, true).body, lecturerId: lin };
    expect((await admin.call('importCalendar', { body: wanted })).changed).toBe(1);
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
    const changed = calendar(event('page@x', '页面导入', '113000'));
    await person.page
      .getByTestId('calendar-file')
      .setInputFiles({ name: '课表.ics', mimeType: 'text/calendar', buffer: Buffer.from(changed) });
    await person.page.locator('[data-testid="calendar-line"][data-state="changed"]').waitFor();
    await person.page
      .getByTestId('calendar-before')
      .getByText(/\d\d:00/)
      .waitFor();
    await person.page.getByTestId('make-lessons').click();
    await person.page.getByTestId('make-lessons').waitFor({ state: 'detached' });
    const [moved] = await titled('页面导入');
    expect(new Date(moved?.startsAtMs ?? 0).getUTCMinutes()).toBe(30);
    const called = calendar(event('page@x', '页面导入', '113000', 'STATUS:CANCELLED'));
    await person.page
      .getByTestId('calendar-file')
      .setInputFiles({ name: '课表.ics', mimeType: 'text/calendar', buffer: Buffer.from(called) });
    await person.page.locator('[data-testid="calendar-line"][data-state="cancelled"]').waitFor();
    if (process.env['TONGKE_SHOTS'] !== undefined)
      await person.page.screenshot({ path: `${process.env['TONGKE_SHOTS']}/import.png` });
    expect(await titled('页面导入')).toHaveLength(1);
    await person.close();
  });

  it('is busy while it imports, imports once however often that is pressed, and keeps what was chosen when it fails', async () => {
    const person = await Person.at(stack, browser, 2);
    await person.signIn('lin.laoshi');
    const { page } = person;
    await page.goto('/calendar/import');
    const held = Promise.withResolvers<void>();
    let asked = 0;
    await page.route(`**${API_PREFIX}/calendar/import`, async (route) => {
      asked += 1;
      if (asked > 1) return route.continue();
      await held.promise;
      return route.abort();
    });
    const group = page.getByLabel('上课班级');
    await group.locator('option').nth(1).waitFor({ state: 'attached' });
    await group.selectOption({ index: 1 });
    const chosen = await group.inputValue();
    const ics = calendar(event('busy@x', '忙时导入', '130000'));
    await page
      .getByTestId('calendar-file')
      .setInputFiles({ name: '课表.ics', mimeType: 'text/calendar', buffer: Buffer.from(ics) });
    const make = page.getByTestId('make-lessons');
    await make.dblclick();
    await page.getByText('正在导入').waitFor();
    expect(await page.getByTestId('calendar-import').getAttribute('aria-busy')).toBe('true');
    const otherFile = page.getByRole('button', { name: '换一个文件' });
    for (const control of [make, group, otherFile]) expect(await control.isDisabled()).toBe(true);
    held.resolve();
    await page.getByTestId('calendar-import').getByRole('alert').waitFor();
    expect(asked).toBe(1);
    expect(await group.inputValue()).toBe(chosen);
    for (const control of [make, group, otherFile]) expect(await control.isEnabled()).toBe(true);
    await make.click();
    await page.locator('[data-testid="calendar-line"][data-state="made"]').waitFor();
    expect(await titled('忙时导入')).toMatchObject([{ classGroups: [{ classGroupId: chosen }] }]);
    await person.close();
  });
});
