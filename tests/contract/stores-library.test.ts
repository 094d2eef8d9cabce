import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const LENGTH_MS = 2_400_000;

describe.each(DATABASES)('library of recordings on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  async function record(): Promise<RecordingId> {
    const { lessonId } = await makeLesson(stores, district);
    const recordingId = newId(RecordingId);
    const startedAtUnixUs = MONDAY_8_MS * 1000;
    await stores.recordings.create({ recordingId, lessonId, title: '古诗', startedAtUnixUs, allowsDownload: false });
    await stores.recordings.markFinishing(recordingId, MONDAY_8_MS);
    await stores.recordings.markPlayable(recordingId, {
      indexKey: 'play/r/index.json',
      durationMs: LENGTH_MS,
      isFinal: true,
    });
    return recordingId;
  }

  it('list() narrows down by grade, series and what somebody has begun, as facets() offers', async () => {
    const { recordings } = stores;
    const begunBy = district.pupil.personId;
    const audience = { personId: begunBy };
    expect(await recordings.facets(audience)).toEqual({ schools: [], subjects: [], grades: [], series: [] });
    const older = await record();
    const newer = await record();
    const ids = async (filter: object) =>
      (await recordings.list({ audience, offset: 0, limit: 100, ...filter })).items.map((item) => item.recordingId);
    await recordings.savePosition(begunBy, newer, 60_000, MONDAY_8_MS + 1);
    await recordings.savePosition(begunBy, older, 60_000, MONDAY_8_MS + 2);
    expect(await ids({ begunBy })).toEqual([older, newer]);
    await recordings.savePosition(begunBy, older, LENGTH_MS - 10_000, MONDAY_8_MS + 3);
    expect(await ids({ begunBy })).toEqual([newer]);
    expect(await ids({ grade: '三年级' })).toHaveLength(2);
    expect(await ids({ grade: '四年级' })).toEqual([]);
    expect(await ids({ seriesId: 'none' })).toEqual([]);
    expect(await recordings.facets(audience)).toEqual({
      schools: [{ schoolId: district.lecturing.schoolId, name: district.lecturing.name }],
      subjects: ['语文'],
      grades: ['三年级'],
      series: [],
    });
    const stranger = { personId: district.otherPupil.personId };
    expect((await recordings.facets(stranger)).subjects).toEqual([]);
  });
});
