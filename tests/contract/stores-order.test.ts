import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MessageId, ReportId, type SeatId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { NewReport, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const code = (expected: string) => expect.objectContaining({ name: 'AppError', code: expected });

describe.each(DATABASES)('stores of order in class on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;
  let lesson: Awaited<ReturnType<typeof makeLesson>>;
  let seats: { readonly pupil: SeatId; readonly teacher: SeatId };

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
    lesson = await makeLesson(stores, district);
    const claim = async (seat: 'pupil' | 'coTeacher', personId: typeof district.pupil.personId) =>
      (
        await stores.seats.claim({
          ...{ lessonId: lesson.lessonId, seat, displayName: seat, schoolName: null, wardName: null },
          ...{ holder: { kind: 'person', personId }, nowMs: MONDAY_8_MS },
        })
      ).seatId;
    seats = {
      pupil: await claim('pupil', district.pupil.personId),
      teacher: await claim('coTeacher', district.teacher.personId),
    };
  });
  afterAll(() => opened?.close());

  const report = (change: Partial<NewReport> = {}): NewReport => ({
    reportId: newId(ReportId),
    lessonId: lesson.lessonId,
    reporterSeatId: seats.pupil,
    reporterName: '小明',
    aboutSeatId: seats.teacher,
    aboutName: '王老师',
    message: { messageId: newId(MessageId), text: '你真笨', sentAtMs: MONDAY_8_MS },
    reason: '',
    reportedAtMs: MONDAY_8_MS + 1,
    ...change,
  });

  it('words are of a school and of its lessons, and set as a whole', async () => {
    const { words } = stores;
    expect(await words.words(lesson.schoolId)).toEqual([]);
    expect(await words.wordsOfLesson(lesson.lessonId)).toEqual([]);
    await words.set(lesson.schoolId, ['坏蛋', '“引号”'], MONDAY_8_MS);
    await words.set(lesson.schoolId, ['坏蛋'], MONDAY_8_MS);
    expect(await words.words(lesson.schoolId)).toEqual(['坏蛋']);
    expect(await words.wordsOfLesson(lesson.lessonId)).toEqual(['坏蛋']);
  });

  it('a report is kept once, never shown to whom it is about, and handled once', async () => {
    const { reports } = stores;
    const kept = report();
    await reports.add(kept);
    await reports.add(kept);
    const list = async (except: typeof district.pupil.personId, isHandled = false) =>
      (await reports.list(lesson.schoolId, { isHandled, except, offset: 0, limit: 10 })).items;
    expect(await list(district.pupil.personId)).toMatchObject([{ ...kept, lessonTitle: lesson.title, handled: null }]);
    expect(await list(district.teacher.personId)).toEqual([]);
    expect(await reports.report(kept.reportId, district.teacher.personId)).toBeUndefined();
    await reports.handle(kept.reportId, district.pupil.personId, '谈过了', MONDAY_8_MS + 2);
    await reports.handle(kept.reportId, district.teacher.personId, '又谈了', MONDAY_8_MS + 3);
    expect(await list(district.pupil.personId)).toEqual([]);
    expect(await list(district.pupil.personId, true)).toMatchObject([{ handled: { note: '谈过了' } }]);
    await expect(reports.handle(newId(ReportId), district.pupil.personId, '', MONDAY_8_MS)).rejects.toEqual(
      code('notFound'),
    );
  });

  it('a person is reported without a message; newest first', async () => {
    const first = report({ message: null, reportedAtMs: MONDAY_8_MS + 10 });
    const second = report({ message: null, reportedAtMs: MONDAY_8_MS + 20 });
    await stores.reports.add(first);
    await stores.reports.add(second);
    const list = (offset: number, limit: number) =>
      stores.reports.list(lesson.schoolId, { isHandled: false, except: district.pupil.personId, offset, limit });
    const found = await list(0, 10);
    expect(found.items.map(({ reportId }) => reportId)).toEqual([second.reportId, first.reportId]);
    expect(found.items[0]?.message).toBeNull();
    expect(await list(1, 1)).toEqual({ items: found.items.slice(1), total: 2 });
    expect(await list(5, 1)).toEqual({ items: [], total: 2 });
  });
});
