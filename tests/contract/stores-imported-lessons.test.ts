import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const EVENT = { uid: 'lesson-1@timetable.example', occurrence: '20260901T083000' };

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
    expect(known.toSorted((a, b) => a.occurrence.localeCompare(b.occurrence))).toEqual([EVENT, later]);
    expect(await importedLessons.known(schoolId, ['another@timetable.example'])).toEqual([]);
    expect(await importedLessons.known(schoolId, [])).toEqual([]);
    const elsewhere = district.listening.schoolId;
    expect(await importedLessons.known(elsewhere, [EVENT.uid])).toEqual([]);
    await importedLessons.remember(elsewhere, EVENT, (await makeLesson(stores, district)).lessonId);
  });
});
