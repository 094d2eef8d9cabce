import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PersonId, RecordingId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { NewUpload, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const EIGHT_GIB = 8 * 1024 ** 3;

describe.each(DATABASES)('uploads on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  const newUpload = (change: Partial<NewUpload> = {}): NewUpload => ({
    uploadId: newId(RecordingId),
    ownerId: district.teacher.personId,
    schoolId: district.lecturing.schoolId,
    title: '分数的意义',
    subject: null,
    classGroupIds: [],
    fileName: '第三课 “分数”.mp4',
    bytes: EIGHT_GIB,
    createdAtMs: MONDAY_8_MS,
    ...change,
  });

  it('keep what was announced, and count what is not finished by person and school', async () => {
    const { uploads } = stores;
    const owner = { ownerId: district.teacher.personId, schoolId: district.lecturing.schoolId };
    expect(await uploads.openTotals(owner)).toEqual({ ofPerson: 0, ofSchool: 0, bytesOfAll: 0 });
    const upload = newUpload();
    const made = await uploads.create(upload);
    expect(made).toEqual({ ...upload, touchedAtMs: MONDAY_8_MS, finishedAtMs: null });
    expect(await uploads.upload(upload.uploadId)).toEqual(made);
    await expect(uploads.create(upload)).rejects.toMatchObject({ code: 'conflict' });
    expect(await uploads.openTotals(owner)).toEqual({ ofPerson: 1, ofSchool: 1, bytesOfAll: EIGHT_GIB });
    const stranger = { ...owner, ownerId: PersonId.parse('somebody-else') };
    expect(await uploads.openTotals(stranger)).toMatchObject({ ofPerson: 0, ofSchool: 1 });
    expect((await uploads.listOpen(owner.ownerId)).map(({ uploadId }) => uploadId)).toEqual([upload.uploadId]);
    await uploads.delete(upload.uploadId);
    await uploads.delete(upload.uploadId);
    expect(await uploads.upload(upload.uploadId)).toBeUndefined();
  });

  it('are finished once, whoever asks at the same time, and then no longer count', async () => {
    const { uploads } = stores;
    const upload = await uploads.create(newUpload());
    const answers = await Promise.all([1, 2, 3].map(() => uploads.finish(upload.uploadId, MONDAY_8_MS + 5)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await uploads.upload(upload.uploadId)).toMatchObject({ finishedAtMs: MONDAY_8_MS + 5 });
    expect(await uploads.listOpen(upload.ownerId)).toEqual([]);
    await uploads.delete(upload.uploadId);
  });

  it('are found once they have been left alone', async () => {
    const { uploads } = stores;
    const [left, touched] = [await uploads.create(newUpload()), await uploads.create(newUpload())];
    await uploads.touch(touched.uploadId, MONDAY_8_MS + 1_000);
    const found = await uploads.listUntouchedSince(MONDAY_8_MS + 500);
    expect(found.map(({ uploadId }) => uploadId)).toEqual([left.uploadId]);
  });

  it('and micro-lessons are on nobody’s list of lessons but that of who records them', async () => {
    const lecturer = district.teacher.personId;
    const micro = await makeLesson(stores, district, { origin: 'micro', title: '微课' });
    await makeLesson(stores, district, { origin: 'upload', title: '旧课' });
    const titles = async (audience: object) =>
      (await stores.lessons.list({ fromMs: MONDAY_8_MS - 1, toMs: MONDAY_8_MS + 86_400_000, audience })).map(
        ({ title }) => title,
      );
    expect(await titles({ personId: lecturer })).toEqual(['微课']);
    expect(await titles({ personId: district.pupil.personId })).toEqual([]);
    expect(await titles({ everything: true })).toEqual([]);
    expect((await stores.lessons.lesson(micro.lessonId))?.origin).toBe('micro');
  });
});
