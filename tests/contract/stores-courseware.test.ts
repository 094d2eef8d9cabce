import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoursewareId, type LessonId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { NewCourseware, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const PAGES = [
  { width: 1_920, height: 1_080 },
  { width: 1_440, height: 1_920 },
];

describe.each(DATABASES)('courseware on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;
  let lessonId: LessonId;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
    ({ lessonId } = await makeLesson(stores, district));
  });
  afterAll(() => opened?.close());

  const added = async (change: Partial<NewCourseware> = {}): Promise<NewCourseware> => {
    const file: NewCourseware = {
      coursewareId: newId(CoursewareId),
      lessonId,
      ownerId: district.teacher.personId,
      fileName: '望庐山瀑布.pdf',
      bytes: 3_000_000_000,
      createdAtMs: MONDAY_8_MS,
      ...change,
    };
    await stores.courseware.create(file);
    return file;
  };

  it('goes from received to ready or failed, and never back', async () => {
    const { courseware } = stores;
    const file = await added();
    const { coursewareId } = file;
    await expect(courseware.create(file)).rejects.toMatchObject({ code: 'conflict' });
    const fresh = {
      ...file,
      kind: null,
      state: 'receiving',
      failure: null,
      pages: [],
      shownAtMs: null,
      isRemoved: false,
    };
    expect(await courseware.courseware(coursewareId)).toEqual(fresh);
    await courseware.markReady(coursewareId, PAGES);
    expect(await courseware.courseware(coursewareId)).toEqual(fresh);
    await courseware.markReceived(coursewareId, 'pdf');
    await courseware.markReady(coursewareId, PAGES);
    await courseware.markFailed(coursewareId, 'damaged');
    expect(await courseware.list(lessonId)).toEqual([{ ...fresh, kind: 'pdf', state: 'ready', pages: PAGES }]);
    const other = await added({ createdAtMs: MONDAY_8_MS + 1 });
    await courseware.markReceived(other.coursewareId, 'office');
    await courseware.markFailed(other.coursewareId, 'noOffice');
    const states = (await courseware.list(lessonId)).map(({ state, failure }) => [state, failure]);
    expect(states).toEqual([
      ['ready', null],
      ['failed', 'noOffice'],
    ]);
  });

  it('goes when it is removed, unless it was shown: then only its lesson loses it', async () => {
    const { courseware } = stores;
    const { lessonId: own } = await makeLesson(stores, district);
    const unseen = await added({ lessonId: own });
    const seen = await added({ lessonId: own });
    await courseware.markShown(seen.coursewareId, MONDAY_8_MS + 5);
    await courseware.markShown(seen.coursewareId, MONDAY_8_MS + 9);
    expect(await courseware.remove(unseen.coursewareId, MONDAY_8_MS + 10)).toBe(true);
    expect(await courseware.remove(seen.coursewareId, MONDAY_8_MS + 10)).toBe(false);
    expect(await courseware.list(own)).toEqual([]);
    expect(await courseware.courseware(unseen.coursewareId)).toBeUndefined();
    expect(await courseware.courseware(seen.coursewareId)).toMatchObject({
      shownAtMs: MONDAY_8_MS + 5,
      isRemoved: true,
    });
  });
});
