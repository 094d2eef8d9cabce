import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../signaling/protocol/errors.ts';
import { SpecialDayId, type SchoolId, type TermId } from '../../signaling/protocol/ids.ts';
import { MAX_TERMS } from '../../signaling/protocol/rest/calendar.ts';
import type { NewTimetableEntryRecord, Stores } from '../../storage/ports.ts';
import { TimetableKeeper } from '../../signaling/directory/timetable-keeper.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { makeDistrict, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const DAY_MS = 86_400_000;
const code = (expected: string) => expect.objectContaining({ name: 'AppError', code: expected });
const refused = (path: string, problem: string) =>
  expect.objectContaining({
    code: 'invalidInput',
    details: { problems: [expect.objectContaining({ path, code: problem })] },
  });

describe.each(DATABASES)('the timetable on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  const entry = (change: Partial<NewTimetableEntryRecord> = {}): NewTimetableEntryRecord => ({
    schoolId: district.listening.schoolId,
    kind: 'live',
    title: '数学',
    subject: '数学',
    lecturerId: district.farTeacher.personId,
    classGroupIds: [district.classGroup.classGroupId],
    classroomIds: [district.classroomId],
    weekday: 1,
    startTime: '10:00',
    endTime: '10:40',
    firstDate: '2026-09-01',
    lastDate: '2026-09-30',
    ...change,
  });
  const NOW_MS = MONDAY_8_MS + DAY_MS;
  const lessonsOf = async (entryId: string) => {
    const range = { fromMs: Date.parse('2026-08-01'), toMs: Date.parse('2027-08-01') };
    const all = await stores.lessons.list({ ...range, audience: { everything: true } });
    return all.filter((made) => made.timetableEntryId === entryId);
  };
  const iso = (ms: number) => new Date(ms).toISOString();

  it("makes the term's lessons in the school's local time, none of the past", async () => {
    const created = await stores.timetable.create(entry(), NOW_MS);
    expect(created).toMatchObject({ lecturerName: '古丽老师', startTime: '10:00' });
    const made = await lessonsOf(created.entryId);
    // Ürümqi is at UTC+6; Monday the 7th has passed.
    const mondays = ['2026-09-14T04:00:00.000Z', '2026-09-21T04:00:00.000Z', '2026-09-28T04:00:00.000Z'];
    expect(made.map(({ startsAtMs }) => iso(startsAtMs))).toEqual(mondays);
    expect(made[0]).toMatchObject({ kind: 'live', title: '数学', isRecorded: true, state: 'scheduled' });
    expect(made[0]?.classGroups).toHaveLength(1);
    expect(made[0]?.classrooms).toHaveLength(1);
    expect((await stores.timetable.list(district.listening.schoolId)).map(({ entryId }) => entryId)).toContain(
      created.entryId,
    );
  });

  it('change() keeps the ids of lessons that stay on their date, drops and makes the others', async () => {
    const { entryId } = await stores.timetable.create(entry(), NOW_MS);
    const before = await lessonsOf(entryId);
    const change = {
      title: '口算',
      startTime: '09:30',
      lastDate: '2026-09-21',
      firstDate: '2026-09-08',
      classroomIds: [],
    };
    await stores.timetable.change(entryId, change, NOW_MS);
    const after = await lessonsOf(entryId);
    expect(after.map(({ lessonId }) => lessonId)).toEqual(before.slice(0, 2).map(({ lessonId }) => lessonId));
    expect(after[0]).toMatchObject({ title: '口算', classrooms: [] });
    expect(iso(after[0]?.startsAtMs ?? 0)).toBe('2026-09-14T03:30:00.000Z');
    await stores.timetable.change(entryId, { weekday: 3 }, NOW_MS);
    expect((await lessonsOf(entryId)).map(({ startsAtMs }) => iso(startsAtMs))).toEqual([
      '2026-09-09T03:30:00.000Z',
      '2026-09-16T03:30:00.000Z',
    ]);
  });

  it('delete() removes what is to come and keeps what was', async () => {
    const { entryId } = await stores.timetable.create(entry(), NOW_MS);
    const [first] = await lessonsOf(entryId);
    if (first === undefined) throw new Error('no lesson was made');
    await stores.lessons.start(first.lessonId, first.startsAtMs);
    await stores.timetable.delete(entryId, NOW_MS);
    expect(await stores.lessons.lesson(first.lessonId)).toMatchObject({ state: 'live', timetableEntryId: null });
    expect(await stores.timetable.entry(entryId)).toBeUndefined();
    await expect(stores.timetable.delete(entryId, NOW_MS)).rejects.toEqual(code('notFound'));
  });

  it('makes no more lessons, and takes no longer, for a term of ten thousand years', async () => {
    const startedMs = performance.now();
    const term = { firstDate: '0001-01-01', lastDate: '9999-12-31' };
    const { entryId } = await stores.timetable.create(entry(term), NOW_MS);
    // Walking all its dates takes minutes in which no room is served.
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    const { listening } = district;
    const all = await stores.lessons.list({
      fromMs: NOW_MS,
      toMs: NOW_MS + 800 * 86_400_000,
      audience: { schoolIds: [listening.schoolId] },
    });
    const made = all.filter((lesson) => lesson.timetableEntryId === entryId);
    expect(made).toHaveLength(53);
    await stores.timetable.delete(entryId, NOW_MS);
  });

  it('refuses a term without a lesson and times that run backwards, and then keeps nothing', async () => {
    const count = (await stores.timetable.list(district.listening.schoolId)).length;
    await expect(stores.timetable.create(entry({ lastDate: '2026-09-08' }), NOW_MS)).rejects.toEqual(
      refused('lastDate', 'noLessonInTerm'),
    );
    await expect(stores.timetable.create(entry({ endTime: '09:00' }), NOW_MS)).rejects.toEqual(
      refused('endTime', 'endsBeforeStart'),
    );
    expect(await stores.timetable.list(district.listening.schoolId)).toHaveLength(count);
  });

  describe('clashes', () => {
    // 2027 is free of what other tests leave behind.
    const spring = { firstDate: '2027-03-01', lastDate: '2027-03-31' };
    const save = (change: Partial<NewTimetableEntryRecord>) =>
      stores.atomically(async (tx) => {
        const made = await tx.timetable.create({ ...entry(spring), ...change }, NOW_MS);
        const clashes = await tx.timetable.clashes({ entryId: made.entryId }, NOW_MS);
        if (clashes.length > 0) throw new AppError('conflict', { details: { clashes } });
        return made.entryId;
      });
    const nobody = { classGroupIds: [], classroomIds: [] };

    it('name the teacher, the class and the classroom that another lesson has at the time', async () => {
      const entryId = await save({});
      const lesson = { title: '数学', lecturerName: '古丽老师', schoolName: district.listening.name };
      const clash = (kind: string, name: string, times = 5) =>
        expect.objectContaining({ kind, name, times, lesson: expect.objectContaining(lesson) });
      const kinds = async (change: Partial<NewTimetableEntryRecord>) =>
        save({ title: '语文', ...change }).then(
          () => [],
          (error: unknown) => (error instanceof AppError ? error.details?.['clashes'] : error),
        );
      expect(await kinds({ startTime: '10:39', endTime: '11:19', ...nobody })).toEqual([clash('teacher', '古丽老师')]);
      const { schoolId } = district.lecturing;
      const elsewhere = { schoolId, lecturerId: district.teacher.personId };
      // The same instant by another clock.
      const atNoon = { ...elsewhere, startTime: '12:00', endTime: '12:40' };
      expect(await kinds({ ...atNoon, weeks: 'odd' })).toEqual([
        clash('classGroup', '三年级一班', 3),
        clash('classroom', '空中课堂教室', 3),
      ]);
      // One ends as the other begins; another day; other people; the class's parents.
      const parents = { ...atNoon, weeks: 'odd' as const, kind: 'meeting' as const, classroomIds: [] };
      for (const free of [
        { startTime: '10:40', endTime: '11:20' },
        { weekday: 2 },
        { ...atNoon, weeks: 'even' as const, ...nobody },
        parents,
      ]) {
        expect(await kinds(free)).toEqual([]);
      }
      const [first] = await lessonsOf(entryId);
      if (first === undefined) throw new Error('no lesson was made');
      const scope = { lessonId: first.lessonId };
      expect(await stores.timetable.clashes(scope, NOW_MS)).toEqual([]);
      const coTeacherIds = [district.farTeacher.personId];
      const visit = { ...first, lecturerId: district.teacher.personId, coTeacherIds, ...nobody, title: '送教' };
      const { lessonId } = await stores.lessons.create({ ...visit, schoolId });
      expect(await stores.timetable.clashes(scope, NOW_MS)).toMatchObject([
        { kind: 'teacher', lesson: { title: '送教' } },
      ]);
      await stores.lessons.cancel(lessonId);
      expect(await stores.timetable.clashes(scope, NOW_MS)).toEqual([]);
      expect(await stores.timetable.clashes(scope, first.endsAtMs)).toEqual([]);
    });

    it('let one of two win who give the same teacher away at once', async () => {
      const both = await Promise.allSettled([save({ weekday: 6, ...nobody }), save({ weekday: 6, ...nobody })]);
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });
  });

  it('has calendar links that say when they were read, and end with the link or with who made it', async () => {
    const { calendarFeeds, directory } = stores;
    const createdBy = district.teacher.personId;
    const facts = { createdBy, classroomId: null, createdAtMs: NOW_MS };
    const { classGroupId } = district.classGroup;
    const mine = await calendarFeeds.create({ ...facts, classGroupId: null, tokenHash: `mine ${createdBy}` });
    const group = await calendarFeeds.create({ ...facts, classGroupId, tokenHash: `group ${createdBy}` });
    expect([mine.name, group.name]).toEqual(['林老师', '三年级一班']);
    expect(await calendarFeeds.open(`group ${createdBy}`, NOW_MS + 5)).toEqual({ ...group, readAtMs: NOW_MS + 5 });
    expect(await calendarFeeds.open('unknown', NOW_MS)).toBeUndefined();
    const other = district.farTeacher.personId;
    expect(await calendarFeeds.list(other)).toEqual([]);
    await expect(calendarFeeds.revoke(mine.feedId, other)).rejects.toEqual(code('notFound'));
    await calendarFeeds.revoke(mine.feedId, createdBy);
    expect((await calendarFeeds.list(createdBy)).map(({ feedId }) => feedId)).toEqual([group.feedId]);
    const [attended] = await stores.lessons.list({ fromMs: 0, toMs: NOW_MS * 2, audience: { classGroupId } });
    expect(attended?.classGroups.map((each) => each.classGroupId)).toContain(classGroupId);
    await directory.changePerson(createdBy, { isActive: false });
    expect(await calendarFeeds.open(`group ${createdBy}`, NOW_MS)).toBeUndefined();
    await directory.changePerson(createdBy, { isActive: true });
  });

  describe('that follows its calendar', () => {
    const dates = async (entryId: string) =>
      (await lessonsOf(entryId)).map(({ startsAtMs }) => iso(startsAtMs).slice(0, 16));
    let schoolId: SchoolId;
    let termId: TermId;

    beforeAll(async () => {
      ({ schoolId } = district.listening);
      const term = { schoolId, name: '第一学期', firstDate: '2026-09-01', lastDate: '2026-10-20' };
      ({ termId } = await stores.calendar.createTerm(term));
      await stores.calendar.setPeriods(schoolId, [
        { number: 1, startTime: '10:00', endTime: '10:40' },
        { number: 2, startTime: '11:00', endTime: '11:40' },
      ]);
    });
    const inTerm = async (change: Partial<NewTimetableEntryRecord> = {}) =>
      (await stores.timetable.create({ ...entry({ period: 1, termId }), ...change }, NOW_MS)).entryId;
    const holiday = (firstDate: string, lastDate: string, followsWeekday: number | null = null) =>
      stores.calendar.createSpecialDay({ schoolId, name: '国庆节', firstDate, lastDate, followsWeekday });
    const remake = async () => {
      for (const due of await stores.timetable.due()) await stores.timetable.remakeDue(due, NOW_MS);
    };

    it('leaves holidays out, holds make-up days, and brings lessons back when a holiday goes', async () => {
      const entryId = await inTerm();
      const before = await lessonsOf(entryId);
      expect(await dates(entryId)).toEqual([
        ...['2026-09-14T04:00', '2026-09-21T04:00', '2026-09-28T04:00'],
        ...['2026-10-05T04:00', '2026-10-12T04:00', '2026-10-19T04:00'],
      ]);
      const days = [await holiday('2026-10-01', '2026-10-07'), await holiday('2026-10-10', '2026-10-10', 1)];
      await remake();
      expect(await dates(entryId)).toEqual([
        ...['2026-09-14T04:00', '2026-09-21T04:00', '2026-09-28T04:00'],
        ...['2026-10-10T04:00', '2026-10-12T04:00', '2026-10-19T04:00'],
      ]);
      expect(await stores.timetable.due()).toEqual([]);
      expect(await stores.timetable.remakeDue(schoolId, NOW_MS)).toBe(false);
      for (const { specialDayId } of days) await stores.calendar.deleteSpecialDay(specialDayId);
      await remake();
      expect((await lessonsOf(entryId)).slice(0, 3).map(({ lessonId }) => lessonId)).toEqual(
        before.slice(0, 3).map(({ lessonId }) => lessonId),
      );
      expect(await dates(entryId)).toHaveLength(6);
      await stores.timetable.delete(entryId, NOW_MS);
    });

    it('may be changed when all that is left of it was cancelled or is over, but never loses its lessons', async () => {
      const entryId = await inTerm();
      const wrong = { termId: null, firstDate: '2025-09-01', lastDate: '2025-09-30' };
      const change = stores.timetable.change(entryId, wrong, NOW_MS);
      await expect(change).rejects.toEqual(refused('lastDate', 'noLessonInTerm'));
      const [first, ...others] = await lessonsOf(entryId);
      for (const { lessonId } of others) await stores.lessons.cancel(lessonId);
      const afterMs = (first?.startsAtMs ?? 0) + 1;
      expect(await stores.timetable.change(entryId, { title: '口算' }, afterMs)).toMatchObject({ title: '口算' });
      expect(await lessonsOf(entryId)).toMatchObject([{ lessonId: first?.lessonId, title: '数学' }]);
      await stores.timetable.delete(entryId, NOW_MS);
    });

    it('has so many terms at most', async () => {
      const { calendar } = stores;
      const term = { schoolId, name: '旧学期', firstDate: '2020-09-01', lastDate: '2021-01-20' };
      const there = (await calendar.terms(schoolId)).length;
      const added: TermId[] = [];
      while (added.length < MAX_TERMS - there) added.push((await calendar.createTerm(term)).termId);
      await expect(calendar.createTerm(term)).rejects.toEqual(code('conflict'));
      for (const each of added) await calendar.deleteTerm(each);
      await calendar.deleteTerm((await calendar.createTerm(term)).termId);
    });

    it('of one school that cannot be remade keeps no other waiting', async () => {
      const { listening, lecturing } = district;
      const own = { schoolId: lecturing.schoolId, lecturerId: district.teacher.personId };
      const broken = await inTerm();
      const sound = await stores.timetable.create(entry({ ...own, classGroupIds: [], classroomIds: [] }), NOW_MS);
      const log = createLog('timetable', 'silent');
      const keeper = new TimetableKeeper({ timetable: stores.timetable, log, nowMs: () => NOW_MS });
      await stores.directory.changeSchool(listening.schoolId, { timeZone: 'Mars/Olympus' });
      const facts = { name: '校庆', firstDate: '2026-09-14', lastDate: '2026-09-14', followsWeekday: null };
      const day = await stores.calendar.createSpecialDay({ ...facts, schoolId: lecturing.schoolId });
      expect((await stores.timetable.due())[0]).toBe(listening.schoolId);
      await keeper.catchUp();
      expect(await stores.timetable.due()).toEqual([listening.schoolId]);
      expect(await dates(sound.entryId)).toHaveLength(2);
      await stores.directory.changeSchool(listening.schoolId, { timeZone: listening.timeZone });
      await stores.calendar.deleteSpecialDay(day.specialDayId);
      await keeper.catchUp();
      expect(await stores.timetable.due()).toEqual([]);
      for (const entryId of [broken, sound.entryId]) await stores.timetable.delete(entryId, NOW_MS);
    });

    it('counts odd and even weeks from the week the term begins in', async () => {
      const odd = await inTerm({ weeks: 'odd' });
      const even = await inTerm({ weeks: 'even' });
      expect(await dates(odd)).toEqual(['2026-09-14T04:00', '2026-09-28T04:00', '2026-10-12T04:00']);
      expect(await dates(even)).toEqual(['2026-09-21T04:00', '2026-10-05T04:00', '2026-10-19T04:00']);
      for (const entryId of [odd, even]) await stores.timetable.delete(entryId, NOW_MS);
    });

    it('moves with its period and its term, and refuses to lose either', async () => {
      const entryId = await inTerm();
      const ids = (await lessonsOf(entryId)).map(({ lessonId }) => lessonId);
      await stores.calendar.setPeriods(schoolId, [{ number: 1, startTime: '10:10', endTime: '10:50' }]);
      await stores.calendar.changeTerm(termId, { lastDate: '2026-09-22' });
      expect(await stores.timetable.remakeDue(schoolId, NOW_MS)).toBe(true);
      expect(await dates(entryId)).toEqual(['2026-09-14T04:10', '2026-09-21T04:10']);
      expect((await lessonsOf(entryId)).map(({ lessonId }) => lessonId)).toEqual(ids.slice(0, 2));
      expect(await stores.timetable.entry(entryId)).toMatchObject({ startTime: '10:10', lastDate: '2026-09-22' });
      await expect(stores.calendar.setPeriods(schoolId, [])).rejects.toEqual(refused('periods', 'periodInUse'));
      await expect(stores.calendar.deleteTerm(termId)).rejects.toEqual(refused('termId', 'termInUse'));
      await stores.calendar.changeTerm(termId, { lastDate: '2026-10-20' });
      await stores.timetable.delete(entryId, NOW_MS);
    });

    it('keeps what was cancelled, moved or given to another teacher, whatever changes around it', async () => {
      await stores.calendar.setPeriods(schoolId, [{ number: 1, startTime: '10:00', endTime: '10:40' }]);
      const entryId = await inTerm();
      const [first, second, third, fourth] = (await lessonsOf(entryId)).map(({ lessonId }) => lessonId);
      if (first === undefined || second === undefined || third === undefined || fourth === undefined) {
        throw new Error('lessons are missing');
      }
      await stores.lessons.cancel(first);
      const movedTo = Date.parse('2026-09-22T09:00:00Z');
      await stores.lessons.change(second, { startsAtMs: movedTo, endsAtMs: movedTo + 2_400_000 });
      await stores.lessons.change(third, { title: '公开课' });
      const beginsAt = Date.parse('2026-10-05T04:00:00Z');
      await stores.lessons.start(fourth, beginsAt - 60_000);
      await stores.calendar.setPeriods(schoolId, [{ number: 1, startTime: '08:00', endTime: '08:40' }]);
      const day = await holiday('2026-09-21', '2026-09-21');
      await remake();
      await stores.timetable.change(entryId, { title: '口算', subject: null }, NOW_MS);
      const after = await lessonsOf(entryId);
      expect(after.map((each) => [each.title, iso(each.startsAtMs).slice(5, 16)])).toEqual([
        ['口算', '09-22T09:00'],
        ['公开课', '09-28T02:00'],
        ['数学', '10-05T04:00'],
        ['口算', '10-12T02:00'],
        ['口算', '10-19T02:00'],
      ]);
      expect(after[0]).toMatchObject({ lessonId: second, ownFields: ['times'] });
      expect(await stores.lessons.lesson(first)).toMatchObject({ state: 'cancelled', title: '数学' });
      await stores.calendar.deleteSpecialDay(day.specialDayId);
      await remake();
      expect(await dates(entryId)).toHaveLength(5);
    });

    it("marks every school for a day of the district's, and lets a school's own day count before it", async () => {
      await stores.calendar.setPeriods(schoolId, [{ number: 1, startTime: '10:00', endTime: '10:40' }]);
      const entryId = await inTerm();
      const facts = { name: '台风停课', firstDate: '2026-09-21', lastDate: '2026-09-21' };
      const district_ = await stores.calendar.createSpecialDay({ ...facts, schoolId: null, followsWeekday: null });
      await remake();
      expect(await dates(entryId)).not.toContain('2026-09-21T04:00');
      await holiday('2026-09-21', '2026-09-21', 1);
      await remake();
      expect(await dates(entryId)).toContain('2026-09-21T04:00');
      expect((await stores.calendar.specialDays(schoolId)).map(({ schoolId: of }) => of)).toEqual([null, schoolId]);
      await stores.calendar.deleteSpecialDay(district_.specialDayId);
      await expect(stores.calendar.deleteSpecialDay(district_.specialDayId)).rejects.toEqual(code('notFound'));
    });
  });

  it('holds so many special days of a school and no more, since each lesson is held against all of them', async () => {
    const { schoolId } = district.listening;
    const facts = { name: '假', firstDate: '2031-01-01', lastDate: '2031-01-01', followsWeekday: null };
    const made: SpecialDayId[] = [];
    const add = async (): Promise<void> => {
      made.push((await stores.calendar.createSpecialDay({ ...facts, schoolId })).specialDayId);
    };
    const fill = async (): Promise<void> => {
      while (made.length <= 200) await add();
    };
    await expect(fill()).rejects.toEqual(code('conflict'));
    expect(made.length).toBeGreaterThan(150);
    await stores.calendar.deleteSpecialDay(made.pop() ?? SpecialDayId.parse(''));
    await add();
  });
});
