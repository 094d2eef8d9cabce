import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

describe.each(DATABASES)('store of watch time on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;
  const recordingId = newId(RecordingId);

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
    const { lessonId } = await makeLesson(stores, district);
    const recording = { recordingId, lessonId, title: '古诗二首', startedAtUnixUs: MONDAY_8_MS * 1000 };
    await stores.recordings.create({ ...recording, allowsDownload: false });
  });
  afterAll(() => opened?.close());

  it('keeps what was played, counts one report after another, and starts the clock anew when opened', async () => {
    const { watching } = stores;
    const { personId } = district.pupil;
    const add = (ms: number) =>
      watching.count(personId, recordingId, (before) => ({
        ...before,
        playedMs: before.playedMs + ms,
        spans: [...before.spans, [before.playedMs, before.playedMs + ms]],
        heat: [...before.heat, ms],
      }));
    await add(5);
    expect(await watching.list(recordingId)).toEqual([]);
    await watching.open(personId, recordingId, MONDAY_8_MS);
    await Promise.all([add(1_000), add(1_000), add(1_000), add(1_000)]);
    await watching.open(personId, recordingId, MONDAY_8_MS + 9_000);
    expect(await watching.list(recordingId)).toEqual([
      {
        personId,
        displayName: '王小明',
        classGroup: '三年级一班',
        schoolId: district.lecturing.schoolId,
        schoolName: district.lecturing.name,
        firstAtMs: MONDAY_8_MS,
        countedAtMs: MONDAY_8_MS + 9_000,
        views: 2,
        playedMs: 4_000,
        lastMs: 0,
        spans: [
          [0, 1_000],
          [1_000, 2_000],
          [2_000, 3_000],
          [3_000, 4_000],
        ],
        heat: [1_000, 1_000, 1_000, 1_000],
      },
    ]);
  });
});
