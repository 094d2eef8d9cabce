import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MINUTE_MS, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const EVENT = { uid: 'lesson-1@timetable.example', occurrence: '20260901T083000', sequence: 0 };

describe.each(DATABASES)('lessons that were made from calendar files on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  it('are remembered by event and occurrence, once for each school', async () => {
    const { importedLessons } = stores;
    const { schoolId } = district.lecturing;
    const { lessonId } = await makeLesson(stores, district);
    const later = { ...EVENT, occurrence: '20260908T083000' };
    await importedLessons.remember(schoolId, EVENT, lessonId);
    await importedLessons.remember(schoolId, later, lessonId);
    await expect(importedLessons.remember(schoolId, EVENT, lessonId)).rejects.toMatchObject({
      code: 'conflict',
    });
    const known = await importedLessons.known(schoolId, [EVENT.uid, 'another@timetable.example']);
    expect(known).toMatchObject([EVENT, later]);
    expect(known.map(({ lesson, isCancelledByFile }) => [lesson.lessonId, isCancelledByFile])).toEqual([
      [lessonId, false],
      [lessonId, false],
    ]);
    expect(await importedLessons.known(schoolId, ['another@timetable.example'])).toEqual([]);
    expect(await importedLessons.known(schoolId, [])).toEqual([]);
    expect(await stores.atomically((inside) => inside.importedLessons.hold(schoolId, later))).toEqual(known[1]);
    expect(await importedLessons.hold(schoolId, { ...EVENT, occurrence: 'another' })).toBeUndefined();
    const elsewhere = district.listening.schoolId;
    expect(await importedLessons.known(elsewhere, [EVENT.uid])).toEqual([]);
    await importedLessons.remember(elsewhere, EVENT, (await makeLesson(stores, district)).lessonId);
  });

  it('give way to another lesson once a file has cancelled them, and are named anew with their series', async () => {
    const { importedLessons, lessons } = stores;
    const { schoolId } = district.lecturing;
    const event = { uid: 'again@timetable.example', occurrence: '20260901T083000', sequence: 2 };
    const known = async () =>
      (await importedLessons.known(schoolId, [event.uid])).map(
        ({ occurrence, sequence, isCancelledByFile, lesson }) => ({
          ...{ occurrence, sequence, isCancelledByFile, lessonId: lesson.lessonId, state: lesson.state },
        }),
      );
    const first = await makeLesson(stores, district);
    await importedLessons.remember(schoolId, event, first.lessonId);
    await lessons.cancel(first.lessonId);
    await importedLessons.noteCancelled(schoolId, { ...event, sequence: 3 });
    expect(await known()).toEqual([
      {
        ...{ occurrence: event.occurrence, sequence: 3, isCancelledByFile: true },
        ...{ lessonId: first.lessonId, state: 'cancelled' },
      },
    ]);
    const { lessonId } = await makeLesson(stores, district);
    await importedLessons.remember(schoolId, { ...event, sequence: 4 }, lessonId);
    await expect(importedLessons.remember(schoolId, event, first.lessonId)).rejects.toMatchObject({ code: 'conflict' });
    await importedLessons.remember(schoolId, { ...event, occurrence: 'taken' }, first.lessonId);
    const asTaken = importedLessons.revise(schoolId, event, { occurrence: 'taken', sequence: 5 });
    await expect(asTaken).rejects.toMatchObject({ code: 'conflict' });
    expect((await known()).find(({ occurrence }) => occurrence === event.occurrence)?.sequence).toBe(4);
    await importedLessons.revise(schoolId, event, { occurrence: '20260901T090000', sequence: 5 });
    expect((await known()).find((one) => one.occurrence === '20260901T090000')).toEqual({
      ...{ occurrence: '20260901T090000', sequence: 5, isCancelledByFile: false },
      ...{ lessonId, state: 'scheduled' },
    });
  });

  it('know what people have changed of them, until they follow their file again', async () => {
    const { importedLessons, lessons } = stores;
    const { lessonId, title, startsAtMs, endsAtMs } = await makeLesson(stores, district);
    const plain = await makeLesson(stores, district);
    await importedLessons.remember(district.lecturing.schoolId, { ...EVENT, uid: 'edited@x' }, lessonId);
    expect((await lessons.change(lessonId, { title: '文件里的名字' }, 'file')).ownFields).toEqual([]);
    const moved = { title: '文件里的名字', startsAtMs: startsAtMs + MINUTE_MS, endsAtMs: endsAtMs + MINUTE_MS };
    expect((await lessons.change(lessonId, moved)).ownFields).toEqual(['times']);
    expect((await lessons.change(lessonId, { classroomIds: [] })).ownFields).toEqual(['times', 'classrooms']);
    expect((await lessons.change(lessonId, { title }, 'file')).ownFields).toEqual(['times', 'classrooms']);
    expect((await lessons.change(lessonId, { startsAtMs, endsAtMs }, 'file')).ownFields).toEqual(['classrooms']);
    expect((await lessons.change(plain.lessonId, moved)).ownFields).toEqual([]);
  });
});

describe.each(DATABASES)('lessons that somebody or something is needed in on %s', (_name, open) => {
  let opened: OpenStores;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());

  it('are found by teacher, co-teacher, class and classroom, at the times asked for and no others', async () => {
    const { stores } = opened;
    const district = await makeDistrict(stores);
    const other = await makeDistrict(stores);
    const { teacher, farTeacher, classGroup, classroomId } = district;
    const at = (minutes: number) => ({
      startsAtMs: MONDAY_8_MS + minutes * MINUTE_MS,
      endsAtMs: MONDAY_8_MS + (minutes + 40) * MINUTE_MS,
    });
    const lesson = (change: Parameters<typeof makeLesson>[2]) =>
      makeLesson(stores, district, {
        ...{ lecturerId: farTeacher.personId, classGroupIds: [], classroomIds: [] },
        ...change,
      });
    const lecture = await lesson({ ...at(0), lecturerId: teacher.personId });
    const co = await lesson({ ...at(60), coTeacherIds: [teacher.personId] });
    const ofClass = await lesson({ ...at(120), classGroupIds: [classGroup.classGroupId] });
    const ofRoom = await lesson({ ...at(180), classroomIds: [classroomId], lecturerId: teacher.personId });
    await lesson({ ...at(240), lecturerId: farTeacher.personId });
    await lesson({ ...at(300), lecturerId: teacher.personId });
    await lesson({ ...at(0), lecturerId: teacher.personId, origin: 'micro' });
    await stores.lessons.cancel((await lesson({ ...at(0), lecturerId: teacher.personId })).lessonId);
    await makeLesson(stores, other, at(0));
    const needs = [teacher.personId, classGroup.classGroupId, classroomId];
    const times = [at(0), at(30), at(120), at(180), at(240), at(-40), at(340)];
    const busy = await stores.timetable.busy({ times, needs });
    expect(busy.map(({ lessonId }) => lessonId)).toEqual([lecture, co, ofClass, ofRoom].map((one) => one.lessonId));
    expect(busy[3]?.needs.toSorted()).toEqual([teacher.personId, classroomId].toSorted());
    expect(busy[0]).toMatchObject({ ...at(0), title: lecture.title, lecturerName: teacher.displayName });
    expect(busy[0]).toMatchObject({ schoolId: lecture.schoolId, schoolName: lecture.schoolName });
    expect(await stores.timetable.busy({ times, needs: [] })).toEqual([]);
    expect(await stores.timetable.busy({ times: [], needs })).toEqual([]);
  });
});
