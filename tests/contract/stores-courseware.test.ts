import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoursewareId, RecordingId, type LessonId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { NewCourseware, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const PAGES = [
  { width: 1_920, height: 1_080 },
  { width: 1_440, height: 1_920 },
];

const BOUNDS = { files: 40, bytes: undefined };

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

  const fileOf = (change: Partial<NewCourseware> = {}): NewCourseware => ({
    coursewareId: newId(CoursewareId),
    lessonId,
    ownerId: district.teacher.personId,
    fileName: '望庐山瀑布.pdf',
    bytes: 3_000_000_000,
    createdAtMs: MONDAY_8_MS,
    ...change,
  });
  const added = async (change: Partial<NewCourseware> = {}): Promise<NewCourseware> => {
    const file = fileOf(change);
    await stores.courseware.create(file, BOUNDS);
    return file;
  };

  it('goes from received to ready or failed, and never back', async () => {
    const { courseware } = stores;
    const file = await added();
    const { coursewareId } = file;
    await expect(courseware.create(file, BOUNDS)).rejects.toMatchObject({ code: 'conflict' });
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
    expect(await courseware.markReceived(coursewareId, 'pdf')).toBe(true);
    expect(await courseware.markReceived(coursewareId, 'pdf')).toBe(false);
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
    expect(await courseware.markReceived(unseen.coursewareId, 'pdf')).toBe(false);
  });

  it('is announced only as far as its lesson and the disk have room, also by many at once', async () => {
    const { lessonId: own } = await makeLesson(stores, district);
    const many = Array.from({ length: 6 }, () => fileOf({ lessonId: own, bytes: 10 }));
    const create = (file: NewCourseware) => stores.courseware.create(file, { ...BOUNDS, files: 4 });
    const done = await Promise.allSettled(many.map(create));
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    const { lessonId: other } = await makeLesson(stores, district);
    const large = fileOf({ lessonId: other, bytes: 1_000 });
    // What others have announced counts: it has not come yet, and will need its place.
    const tooSmall = { ...BOUNDS, bytes: 1_020 };
    await expect(stores.courseware.create(large, tooSmall)).rejects.toMatchObject({ code: 'storageFull' });
  });

  it('is let go when it never came, or was removed and is in no recording any more', async () => {
    const { courseware, recordings } = stores;
    const { lessonId: own } = await makeLesson(stores, district);
    const late = await added({ lessonId: own, createdAtMs: MONDAY_8_MS - 1 });
    const coming = await added({ lessonId: own });
    const shown = async () => {
      const { coursewareId } = await added({ lessonId: own });
      await courseware.markReceived(coursewareId, 'pdf');
      await courseware.markShown(coursewareId, MONDAY_8_MS);
      return coursewareId;
    };
    const listed = await shown();
    const removed = await shown();
    await courseware.remove(removed, MONDAY_8_MS);
    const recordingId = newId(RecordingId);
    const startedAtUnixUs = MONDAY_8_MS * 1_000;
    await recordings.create({
      recordingId,
      lessonId: own,
      title: '望庐山瀑布',
      startedAtUnixUs,
      allowsDownload: false,
    });
    expect(await courseware.letGo(MONDAY_8_MS, MONDAY_8_MS + 1)).toEqual([late.coursewareId]);
    await recordings.markFinishing(recordingId, MONDAY_8_MS + 1);
    await recordings.remove(recordingId, 'deleted', MONDAY_8_MS + 2);
    expect(await courseware.letGo(MONDAY_8_MS, MONDAY_8_MS + 1)).toEqual([]);
    await recordings.delete(recordingId);
    expect(await courseware.letGo(MONDAY_8_MS, MONDAY_8_MS)).toEqual([]);
    expect(await courseware.letGo(MONDAY_8_MS, MONDAY_8_MS + 1)).toEqual([removed]);
    const all = [late.coursewareId, coming.coursewareId, listed, removed];
    expect(new Set(await courseware.known(all))).toEqual(new Set([coming.coursewareId, listed]));
  });
});
