import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassGroupId, ClassroomId, PersonId, SchoolId } from '../../../signaling/protocol/ids.ts';
import { instantOf } from '../../../storage/local-time.ts';
import { signedIn } from '../../support/districts/demo-lessons.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

let stack: Stack;
let admin: RestClient;
let schoolId: SchoolId;
let lin: PersonId;
let classGroupIds: ClassGroupId[];
let far: { classroomId: ClassroomId };

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  admin = await signedIn(stack, 'zhou.xiaozhang');
  const { me } = await admin.call('whoAmI', {});
  if (me?.schoolId === undefined || me.schoolId === null) throw new Error('the administrator has no school');
  ({ schoolId } = me);
  const teachers = await admin.call('listPeople', { query: { schoolId, role: 'teacher' } });
  lin = teachers.items.find(({ account }) => account === 'lin.laoshi')?.personId ?? me.personId;
  const groups = await admin.call('listClassGroups', { query: { schoolId } });
  classGroupIds = groups.classGroups.map(({ classGroupId }) => classGroupId);
  const rooms = await admin.call('listClassrooms', { query: {} });
  const listening = rooms.classrooms.find((room) => room.schoolId !== schoolId);
  if (listening === undefined) throw new Error('no partner has a classroom');
  far = listening;
});
afterAll(() => stack.stop());

/** A year that the demo's own timetable does not reach. */
const termDates = { firstDate: '2028-09-04', lastDate: '2029-01-19' };
const CHINA = 'Asia/Shanghai';
const problemsOf = (answer: { readonly body: unknown }) =>
  (answer.body as { problems?: { path: string; code: string; message: string }[] }).problems ?? [];

describe('the calendar of a school', () => {
  it('shows its own terms, days and periods, those of the district, and the rhythm of its partners', async () => {
    const district = await signedIn(stack, 'admin');
    const term = await district.call('createTerm', { body: { schoolId: null, name: '2028 秋', ...termDates } });
    const calendar = await admin.call('getSchoolCalendar', { query: { schoolId } });
    expect(calendar.terms).toContainEqual(term);
    expect(calendar.periods).toHaveLength(6);
    expect(calendar.partners).toMatchObject([{ timeZone: 'Asia/Urumqi', periods: calendar.periods }]);
    const params = { termId: term.termId };
    expect((await admin.raw('changeTerm', { params, body: { name: '我的' } })).code).toBe('forbidden');
    expect((await admin.raw('deleteTerm', { params })).code).toBe('forbidden');
    const farAdmin = await signedIn(stack, 'ai.xiaozhang');
    expect((await farAdmin.raw('getSchoolCalendar', { query: { schoolId } })).code).toBe('forbidden');
  });

  it('plans a lesson by weekday and period, and moves it to a make-up day', async () => {
    const term = await admin.call('createTerm', { body: { schoolId, name: '2028 冬', ...termDates } });
    const entry = await admin.call('createTimetableEntry', {
      body: {
        ...{ schoolId, kind: 'sky', title: '古诗词', lecturerId: lin, weekday: 1, weeks: 'odd', period: 3 },
        ...{ termId: term.termId, classGroupIds: classGroupIds.slice(0, 1), classroomIds: [far.classroomId] },
      },
    });
    expect(entry).toMatchObject({ startTime: '10:30', firstDate: termDates.firstDate, period: 3 });
    const lessons = async () => {
      const range = { fromMs: Date.parse('2028-09-01'), toMs: Date.parse('2028-10-20') };
      const found = await admin.call('listLessons', { query: range });
      return found.lessons.filter(({ title }) => title === '古诗词').map(({ startsAtMs }) => startsAtMs);
    };
    const at = (date: string, time = '10:30') => instantOf(date, time, CHINA);
    expect(await lessons()).toEqual([at('2028-09-04'), at('2028-09-18'), at('2028-10-02'), at('2028-10-16')]);
    const day = (name: string, firstDate: string, lastDate: string, followsWeekday: number | null) =>
      admin.call('createSpecialDay', { body: { schoolId, name, firstDate, lastDate, followsWeekday } });
    const holiday = await day('国庆节', '2028-10-01', '2028-10-08', null);
    await day('调休', '2028-10-21', '2028-10-21', 2);
    await day('补课', '2028-09-09', '2028-09-09', 1);
    expect(await lessons()).toEqual([at('2028-09-04'), at('2028-09-09'), at('2028-09-18'), at('2028-10-16')]);
    await admin.call('deleteSpecialDay', { params: { specialDayId: holiday.specialDayId } });
    expect(await lessons()).toHaveLength(5);
    const entryParams = { params: { entryId: entry.entryId } };
    const own = { startTime: '16:20', endTime: '17:00' };
    expect(await admin.call('changeTimetableEntry', { ...entryParams, body: own })).toMatchObject({
      ...own,
      ...{ period: null, termId: term.termId, classroomIds: [far.classroomId] },
    });
    expect((await lessons())[0]).toBe(at('2028-09-04', '16:20'));
    const gone = await admin.raw('deleteTerm', { params: { termId: term.termId } });
    expect(problemsOf(gone)).toMatchObject([{ code: 'termInUse' }]);
    await admin.call('deleteTimetableEntry', entryParams);
    await admin.call('deleteTerm', { params: { termId: term.termId } });
  });

  it('names what is wrong with a term, a day, a period and an entry', async () => {
    const term = { schoolId, name: '长', firstDate: '2028-01-01', lastDate: '2029-06-01' };
    const day = { schoolId, name: '补', firstDate: '2028-01-01', lastDate: '2028-01-02', followsWeekday: 1 };
    const periods = [
      { number: 1, startTime: '08:00', endTime: '08:40' },
      { number: 2, startTime: '08:30', endTime: '09:10' },
    ];
    const entry = { schoolId, kind: 'live' as const, title: '数学', lecturerId: lin, weekday: 1, period: 9 };
    const codes = await Promise.all([
      admin.raw('createTerm', { body: term }),
      admin.raw('createSpecialDay', { body: day }),
      admin.raw('setPeriods', { params: { schoolId }, body: { periods } }),
      admin.raw('setPeriods', { params: { schoolId }, body: { periods: [] } }),
      admin.raw('createTimetableEntry', { body: { ...entry, firstDate: '2028-09-01', lastDate: '2028-12-01' } }),
      admin.raw('createTimetableEntry', { body: { ...entry, period: null } }),
    ]);
    expect(codes.map((answer) => problemsOf(answer).map(({ path, code }) => `${path} ${code}`)).flat()).toEqual([
      ...['lastDate termTooLong', 'lastDate makeUpOneDay', 'periods.1.startTime periodOverlaps'],
      ...['periods periodInUse', 'period periodUnknown', 'startTime timesMissing'],
    ]);
  });
});

describe('what clashes', () => {
  const facts = () => ({
    ...{ schoolId, kind: 'live' as const, title: '数学', lecturerId: lin, weekday: 4, classGroupIds },
    ...{ startTime: '08:00', endTime: '08:40', firstDate: '2028-03-01', lastDate: '2028-03-31' },
  });

  it('is told beside the field, may be wanted all the same, and never for a classroom', async () => {
    const first = await admin.call('createTimetableEntry', { body: facts() });
    const second = { ...facts(), title: '语文', startTime: '08:30', endTime: '09:10' };
    const refused = await admin.raw('createTimetableEntry', { body: second });
    expect(refused.code).toBe('conflict');
    expect(problemsOf(refused).map(({ path, message }) => `${path}: ${message}`)).toContain(
      'lecturerId: 林老师 此时已有“数学”（林老师，2028-03-02 08:00，共 5 次）',
    );
    expect(problemsOf(refused).filter(({ path }) => path === 'classGroupIds')).toHaveLength(classGroupIds.length);
    const entries = await admin.call('listTimetable', { query: { schoolId } });
    expect(entries.entries.filter(({ title }) => title === '语文')).toEqual([]);
    const allowed = await admin.call('createTimetableEntry', { body: { ...second, allowsClashes: true } });
    const params = { entryId: first.entryId };
    const classroomIds = [far.classroomId];
    await admin.call('changeTimetableEntry', { params, body: { kind: 'sky', classroomIds, allowsClashes: true } });
    const taken = await admin.raw('changeTimetableEntry', {
      params: { entryId: allowed.entryId },
      body: { kind: 'sky', classroomIds, allowsClashes: true },
    });
    expect(problemsOf(taken).map(({ path }) => path)).toEqual(['classroomIds']);
    const farAdmin = await signedIn(stack, 'ai.xiaozhang');
    const { me } = await farAdmin.call('whoAmI', {});
    const farTeachers = await farAdmin.call('listPeople', { query: { role: 'teacher' } });
    const startsAtMs = instantOf('2028-03-02', '08:00', CHINA);
    const guest = await farAdmin.raw('createLesson', {
      body: {
        ...{ kind: 'sky', title: '外校', lecturerId: farTeachers.items[0]?.personId, classroomIds },
        ...{ startsAtMs, endsAtMs: startsAtMs + 2_400_000 },
      },
    });
    // What another school teaches is not told.
    expect(me?.schoolId).not.toBe(schoolId);
    expect(problemsOf(guest)).toMatchObject([{ path: 'classroomIds', code: 'busyElsewhere' }]);
    expect(JSON.stringify(guest.body)).not.toContain('数学');
    for (const { entryId } of [first, allowed]) await admin.call('deleteTimetableEntry', { params: { entryId } });
  });

  it('is looked for when a lesson is moved, and not when it gets another title', async () => {
    const entry = await admin.call('createTimetableEntry', { body: facts() });
    const at = instantOf('2028-03-03', '08:00', CHINA);
    const body = { kind: 'live' as const, title: '班会', lecturerId: lin, startsAtMs: at, endsAtMs: at + 2_400_000 };
    const lesson = await admin.call('createLesson', { body });
    const params = { lessonId: lesson.lessonId };
    const thursday = instantOf('2028-03-02', '08:10', CHINA);
    const moved = { startsAtMs: thursday, endsAtMs: thursday + 600_000 };
    expect(problemsOf(await admin.raw('changeLesson', { params, body: moved }))).toMatchObject([
      { path: 'lecturerId' },
    ]);
    expect((await admin.call('getLesson', { params })).startsAtMs).toBe(at);
    await admin.call('changeLesson', { params, body: { ...moved, allowsClashes: true } });
    expect(await admin.call('changeLesson', { params, body: { title: '主题班会' } })).toMatchObject(moved);
    await admin.call('cancelLesson', { params });
    await admin.call('deleteTimetableEntry', { params: { entryId: entry.entryId } });
  });
});

describe('a calendar link', () => {
  const read = async (url: string) => {
    const answer = await fetch(url);
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };

  it("is read without signing in, shows that person's lessons, and no more once it is revoked", async () => {
    const teacher = await signedIn(stack, 'lin.laoshi');
    const made = await teacher.call('createCalendarFeed', { body: {} });
    expect(made).toMatchObject({ name: '林老师', readAtMs: null });
    const url = `${stack.url}${new URL(made.url).pathname}`;
    const { status, type, text } = await read(url);
    expect([status, type]).toEqual([200, 'text/calendar; charset=utf-8']);
    const events = text.replaceAll('\r\n ', '').split('BEGIN:VEVENT').slice(1);
    const range = { fromMs: Date.now() - 86_400_000, toMs: Date.now() + 60 * 86_400_000 };
    const { lessons } = await teacher.call('listLessons', { query: range });
    expect(events).toHaveLength(lessons.length);
    for (const lesson of lessons) expect(text).toContain(`UID:${lesson.lessonId}@tongke`);
    const { feeds } = await teacher.call('listCalendarFeeds', {});
    expect(feeds[0]?.readAtMs).toBeGreaterThan(0);
    expect(JSON.stringify(feeds)).not.toContain(new URL(made.url).pathname.split('/').at(-1));
    const params = { feedId: made.feedId };
    expect((await admin.raw('revokeCalendarFeed', { params })).code).toBe('notFound');
    await teacher.call('revokeCalendarFeed', { params });
    expect((await read(url)).status).toBe(404);
    expect((await read(`${stack.url}/api/v1/calendar/feed/nothing.ics`)).status).toBe(404);
  });

  it('of a class or a classroom is for the staff of its school, and of one of them', async () => {
    const [classGroupId = null] = classGroupIds;
    const group = await admin.call('createCalendarFeed', { body: { classGroupId } });
    const { text } = await read(`${stack.url}${new URL(group.url).pathname}`);
    expect(text).toContain('X-WR-CALNAME:三年级一班');
    expect(text).not.toContain('三年级二班家长会');
    const pupil = await signedIn(stack, 'wang.xiaoming');
    expect((await pupil.raw('createCalendarFeed', { body: { classGroupId } })).code).toBe('forbidden');
    const { classroomId } = far;
    expect((await admin.raw('createCalendarFeed', { body: { classroomId } })).code).toBe('forbidden');
    const both = await admin.raw('createCalendarFeed', { body: { classGroupId, classroomId } });
    expect(problemsOf(both)).toMatchObject([{ code: 'feedOfOne' }]);
    const farAdmin = await signedIn(stack, 'ai.xiaozhang');
    const room = await farAdmin.call('createCalendarFeed', { body: { classroomId } });
    expect((await read(`${stack.url}${new URL(room.url).pathname}`)).text).toContain('SUMMARY:空中课堂 · 英语');
  });
});

describe('a lesson of the timetable', () => {
  it('that was moved says so and stays where it is when the periods change', async () => {
    const range = { fromMs: Date.now() + 86_400_000, toMs: Date.now() + 15 * 86_400_000 };
    const own = async () =>
      (await admin.call('listLessons', { query: range })).lessons.filter((lesson) => lesson.schoolId === schoolId);
    const [first, second] = await own();
    if (first === undefined || second === undefined) throw new Error('the demo has no lessons to come');
    expect(first.isAdjusted).toBe(false);
    const moved = { startsAtMs: first.startsAtMs + 60_000, endsAtMs: first.endsAtMs + 60_000 };
    const params = { lessonId: first.lessonId };
    expect(await admin.call('changeLesson', { params, body: moved })).toMatchObject({ ...moved, isAdjusted: true });
    const { periods } = await admin.call('getSchoolCalendar', { query: { schoolId } });
    const earlier = periods.map((period) => ({ ...period, startTime: period.startTime.replace(/0$/, '2') }));
    await admin.call('setPeriods', { params: { schoolId }, body: { periods: earlier } });
    const after = new Map((await own()).map((lesson) => [lesson.lessonId, lesson]));
    expect(after.get(first.lessonId)).toMatchObject(moved);
    expect(after.get(second.lessonId)?.startsAtMs).toBe(second.startsAtMs + 120_000);
    await admin.call('setPeriods', { params: { schoolId }, body: { periods } });
  });
});
