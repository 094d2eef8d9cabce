import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WHOLE_EDITION, type Edition } from '../../signaling/protocol/edition.ts';
import { RecordingId, SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const cut: Edition = { ...WHOLE_EDITION, leftOut: [{ fromUs: 0, toUs: 60_000_000 }] };
const smallerCut: Edition = { ...WHOLE_EDITION, leftOut: [{ fromUs: 0, toUs: 30_000_000 }] };
const strict: Edition = { ...WHOLE_EDITION, people: 'lecturerAndBoard' };

describe.each(DATABASES)('store of editions on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;
  let recordingId: RecordingId;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    recordingId = await record();
  });

  async function record(): Promise<RecordingId> {
    const { lessonId } = await makeLesson(stores, district);
    const id = newId(RecordingId);
    const startedAtUnixUs = MONDAY_8_MS * 1000;
    await stores.recordings.create({
      recordingId: id,
      lessonId,
      title: '古诗',
      startedAtUnixUs,
      allowsDownload: false,
    });
    await stores.recordings.markFinishing(id, MONDAY_8_MS);
    await stores.recordings.markPlayable(id, { indexKey: `play/${id}/index.json`, durationMs: 1000, isFinal: true });
    return id;
  }

  const save = (basedOn: number, edition: Edition) =>
    stores.editions.save(recordingId, {
      basedOn,
      edition,
      savedBy: district.teacher.personId,
      savedAtMs: MONDAY_8_MS + basedOn + 1,
    });

  it('begins with what the school publishes, and a later setting changes nothing', async () => {
    const { schoolId } = district.lecturing;
    expect((await stores.recordings.recording(recordingId))?.edition).toEqual({
      version: 0,
      edition: WHOLE_EDITION,
      shownFrom: 0,
      sameFrom: 0,
      views: null,
      isErasing: false,
    });
    await stores.directory.changeSchool(schoolId, { settings: { publishesLecturerOnly: true } });
    const later = await record();
    await stores.directory.changeSchool(schoolId, { settings: { publishesLecturerOnly: false } });
    expect((await stores.recordings.recording(later))?.edition.edition).toEqual(strict);
    expect((await stores.recordings.recording(recordingId))?.edition.edition).toEqual(WHOLE_EDITION);
  });

  it('leaveOut() takes ranges out while the recording is being made, and nothing after its end', async () => {
    const id = newId(RecordingId);
    const { lessonId } = await makeLesson(stores, district, { origin: 'micro' });
    const facts = { title: '微课', startedAtUnixUs: MONDAY_8_MS * 1000, allowsDownload: false };
    await stores.recordings.create({ recordingId: id, lessonId, ...facts });
    const ranges = [
      { fromUs: 5, toUs: 9 },
      { fromUs: 1, toUs: 2 },
    ];
    for (let time = 0; time < 2; time += 1) await stores.editions.leaveOut(id, ranges);
    await stores.recordings.markFinishing(id, MONDAY_8_MS);
    await stores.editions.leaveOut(id, [{ fromUs: 20, toUs: 30 }]);
    const edition = { ...WHOLE_EDITION, leftOut: ranges.toReversed() };
    expect((await stores.recordings.recording(id))?.edition).toMatchObject({ version: 0, sameFrom: 0, edition });
  });

  it('save() lets one of two editors win, and keeps every edition', async () => {
    const results = await Promise.allSettled([save(0, cut), save(0, strict)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const failed = results.find((result) => result.status === 'rejected');
    expect(failed?.reason).toMatchObject({ code: 'conflict', details: { version: 1 } });
    await save(1, WHOLE_EDITION);
    const history = await stores.editions.history(recordingId);
    expect(history.map(({ version, savedByName }) => [version, savedByName])).toEqual([
      [2, '林老师'],
      [1, '林老师'],
      [0, null],
    ]);
    expect(history.at(-1)?.edition).toEqual(WHOLE_EDITION);
    const missing = stores.editions.save(newId(RecordingId), {
      basedOn: 0,
      edition: cut,
      savedBy: district.teacher.personId,
      savedAtMs: 0,
    });
    await expect(missing).rejects.toMatchObject({ code: 'notFound' });
  });

  it('save() says what made of older editions may still be shown', async () => {
    const numbers = async (basedOn: number, edition: Edition) => {
      const { version, shownFrom, sameFrom } = (await save(basedOn, edition)).edition;
      return [version, shownFrom, sameFrom];
    };
    expect(await numbers(0, cut)).toEqual([1, 1, 1]);
    expect(await numbers(1, { ...cut, chapters: [{ atUs: 0, title: '导入' }] })).toEqual([2, 1, 1]);
    expect(await numbers(2, smallerCut)).toEqual([3, 1, 3]);
    expect(await numbers(3, WHOLE_EDITION)).toEqual([4, 1, 4]);
    expect(await numbers(4, strict)).toEqual([5, 5, 5]);
  });

  it('markViews() never takes a newer edition’s views back, and listWithoutViews() finds who waits for them', async () => {
    const { editions } = stores;
    const waiting = async () => (await editions.listWithoutViews()).some((each) => each.recordingId === recordingId);
    expect(await waiting()).toBe(false);
    await save(0, strict);
    expect(await waiting()).toBe(true);
    const views = (version: number) => ({ version, indexKey: `produced/${version}.json`, durationMs: 1 });
    await editions.markViews(recordingId, views(1));
    expect(await waiting()).toBe(false);
    await save(1, { ...strict, leftOut: cut.leftOut });
    expect(await waiting()).toBe(true);
    await editions.markViews(recordingId, views(2));
    expect((await editions.markViews(recordingId, views(1))).edition.views).toEqual(views(2));
  });

  it('orderErasure() hides everything made before until it is done', async () => {
    const { editions } = stores;
    await save(0, { ...cut, leftOutTracks: [TrackId.parse('track')] });
    const seatId = newId(SeatId);
    const order = { seatId, orderedBy: district.teacher.personId, orderedAtMs: MONDAY_8_MS };
    const { edition } = await editions.orderErasure(recordingId, order);
    expect(edition).toMatchObject({ version: 2, shownFrom: 2, sameFrom: 2, isErasing: true });
    expect(await editions.listOpenErasures()).toContainEqual(expect.objectContaining({ recordingId, seatId }));
    await editions.markErased(recordingId, seatId, MONDAY_8_MS + 5);
    await editions.markErased(recordingId, seatId, MONDAY_8_MS + 9);
    expect((await stores.recordings.recording(recordingId))?.edition.isErasing).toBe(false);
    expect(await editions.erasures(recordingId)).toEqual([
      { recordingId, seatId, orderedAtMs: MONDAY_8_MS, doneAtMs: MONDAY_8_MS + 5 },
    ]);
    await stores.recordings.delete(recordingId);
    expect(await editions.erasures(recordingId)).toEqual([]);
  });

  it('orderErasure() gives each order a number of its own, whatever is saved at the same time', async () => {
    const seats = Array.from({ length: 6 }, () => newId(SeatId));
    const order = { orderedBy: district.teacher.personId, orderedAtMs: MONDAY_8_MS };
    const [saved, ...orders] = await Promise.allSettled([
      save(0, cut),
      ...seats.map((seatId) => stores.editions.orderErasure(recordingId, { ...order, seatId })),
    ]);
    expect(orders.filter(({ status }) => status === 'rejected')).toEqual([]);
    const { edition } = (await stores.recordings.recording(recordingId)) ?? {};
    expect(edition?.version).toBe(seats.length + (saved.status === 'fulfilled' ? 1 : 0));
    expect(edition?.shownFrom).toBe(edition?.version);
    const history = await stores.editions.history(recordingId);
    expect(history.map(({ version }) => version)).toEqual(
      Array.from({ length: history.length }, (_, at) => history.length - 1 - at),
    );
    expect(history[0]?.edition).toEqual(edition?.edition);
  });
});
