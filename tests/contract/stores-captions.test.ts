import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingId, SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import { KEPT_CAPTION_VERSIONS } from '../../storage/ports/caption-store.ts';
import type { NewCaptions, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const code = (expected: string) => expect.objectContaining({ name: 'AppError', code: expected });

describe.each(DATABASES)('store of captions on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  async function recorded(): Promise<RecordingId> {
    const { lessonId } = await makeLesson(stores, district);
    const recordingId = newId(RecordingId);
    const startedAtUnixUs = MONDAY_8_MS * 1000;
    await stores.recordings.create({
      recordingId,
      lessonId,
      title: '声律启蒙',
      startedAtUnixUs,
      allowsDownload: false,
    });
    return recordingId;
  }

  const captions = (recordingId: RecordingId, change: Partial<NewCaptions> = {}): NewCaptions => ({
    ...{ recordingId, language: 'zh-CN', label: '', baseVersion: 0, origin: 'file', attempt: null },
    savedBy: district.teacher.personId,
    savedAtMs: MONDAY_8_MS,
    cues: [{ fromMs: 0, toMs: 1500, voice: '李老师', text: '云对雨，雪对风\n"\\' }],
    ...change,
  });

  it('gives back what was saved, newest version first, by language', async () => {
    const id = await recorded();
    const first = await stores.captions.save(captions(id));
    expect(first).toMatchObject({
      version: 1,
      cueCount: 1,
      savedByName: district.teacher.displayName,
      savedAtMs: MONDAY_8_MS,
    });
    const edited = captions(id, { baseVersion: 1, origin: 'editor', label: '校对', cues: [] });
    await stores.captions.save(edited);
    await stores.captions.save(captions(id, { language: 'en' }));
    expect(await stores.captions.list(id)).toMatchObject([
      { language: 'en', version: 1, origin: 'file', label: '' },
      { language: 'zh-CN', version: 2, origin: 'editor', label: '校对', cueCount: 0 },
    ]);
    expect(await stores.captions.find(id, 'zh-CN')).toMatchObject({ version: 2, cues: [] });
    expect((await stores.captions.find(id, 'zh-CN', 1))?.cues).toEqual(captions(id).cues);
    expect((await stores.captions.versions(id, 'zh-CN')).map(({ version }) => version)).toEqual([2, 1]);
    expect(await stores.captions.find(id, 'zh-CN', 3)).toBeUndefined();
    expect(await stores.captions.find(id, 'bo')).toBeUndefined();
  });

  it('lets one of two people who save on the same version be the first, and tells the other', async () => {
    const id = await recorded();
    const outcomes = await Promise.allSettled([
      stores.captions.save(captions(id)),
      stores.captions.save(captions(id, { label: 'other' })),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: code('conflict') });
    await expect(stores.captions.save(captions(id))).rejects.toEqual(code('conflict'));
    await expect(stores.captions.save(captions(id, { baseVersion: 2 }))).rejects.toEqual(code('conflict'));
    expect(await stores.captions.versions(id, 'zh-CN')).toHaveLength(1);
  });

  it('saves what one attempt of speech recognition has made once', async () => {
    const id = await recorded();
    const made = captions(id, { origin: 'recognition', attempt: 'a-1', savedBy: null });
    expect(await stores.captions.save(made)).toMatchObject({ version: 1, savedByName: null });
    expect(await stores.captions.save(made)).toMatchObject({ version: 1 });
    expect(await stores.captions.versions(id, 'zh-CN')).toHaveLength(1);
  });

  it('takes what was recognised of a seat out of every version, and nothing else', async () => {
    const id = await recorded();
    const seatId = SeatId.parse('seat-erased');
    const track = { trackId: TrackId.parse('track-1'), seatId, seat: 'pupil', source: 'microphone' as const };
    const cue = { fromMs: 0, toMs: 1000, voice: null };
    const cues = [
      { ...cue, text: '抹去', track },
      { ...cue, text: '留下', track: { ...track, seatId: SeatId.parse('seat-other') } },
      { ...cue, text: '手写' },
    ];
    await stores.captions.save(captions(id, { cues }));
    await stores.captions.save(captions(id, { cues, baseVersion: 1 }));
    await stores.captions.eraseSeat(id, seatId);
    for (const version of [1, 2]) {
      const left = await stores.captions.find(id, 'zh-CN', version);
      expect(left?.cues.map(({ text }) => text)).toEqual(['留下', '手写']);
      expect(left?.cueCount).toBe(2);
    }
  });

  it(`keeps the newest ${KEPT_CAPTION_VERSIONS} versions`, async () => {
    const id = await recorded();
    for (let baseVersion = 0; baseVersion < KEPT_CAPTION_VERSIONS + 2; baseVersion += 1) {
      await stores.captions.save(captions(id, { baseVersion }));
    }
    const kept = (await stores.captions.versions(id, 'zh-CN')).map(({ version }) => version);
    expect(kept).toHaveLength(KEPT_CAPTION_VERSIONS);
    expect(kept.at(-1)).toBe(3);
  });

  it('loses nothing while its recording is held: neither a language nor an old version', async () => {
    const id = await recorded();
    const hold = { reason: '查证', byPersonId: district.teacher.personId, atMs: MONDAY_8_MS };
    await stores.captions.save(captions(id));
    await stores.recordings.setHold(id, hold);
    for (let baseVersion = 1; baseVersion < KEPT_CAPTION_VERSIONS + 1; baseVersion += 1) {
      await stores.captions.save(captions(id, { baseVersion }));
    }
    const held = expect.objectContaining({ code: 'conflict', details: { field: 'hold' } });
    await expect(stores.captions.delete(id, 'zh-CN')).rejects.toEqual(held);
    expect((await stores.captions.versions(id, 'zh-CN')).at(-1)?.version).toBe(1);
    await stores.recordings.setHold(id, null);
    await stores.captions.delete(id, 'zh-CN');
    expect(await stores.captions.list(id)).toEqual([]);
  });

  it('goes with its language, and with its recording', async () => {
    const id = await recorded();
    await stores.captions.save(captions(id));
    await stores.captions.save(captions(id, { language: 'en' }));
    await stores.captions.delete(id, 'en');
    await stores.captions.delete(id, 'en');
    expect(await stores.captions.list(id)).toHaveLength(1);
    await stores.recordings.delete(id);
    expect(await stores.captions.list(id)).toEqual([]);
    await expect(stores.captions.save(captions(id))).rejects.toEqual(code('notFound'));
  });
});
