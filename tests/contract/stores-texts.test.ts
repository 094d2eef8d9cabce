import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

describe.each(DATABASES)('what is said in recordings on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  async function record(title: string): Promise<RecordingId> {
    const { lessonId } = await makeLesson(stores, district);
    const recordingId = newId(RecordingId);
    const recording = { recordingId, lessonId, title, startedAtUnixUs: MONDAY_8_MS * 1000, allowsDownload: false };
    await stores.recordings.create(recording);
    await stores.recordings.markFinishing(recordingId, MONDAY_8_MS);
    return recordingId;
  }

  it('is found by words of any length and case, by time, and replaced as a whole', async () => {
    const { recordingTexts: texts } = stores;
    const id = await record('分数');
    await texts.replace(id, 'caption', 'zh-CN', [
      { atMs: 9_000, text: '分子 在上，分母在下' },
      { atMs: 3_000.4, text: '今天学习同分母分数的加法' },
      { atMs: 12_000, text: 'one Half plus 50% is 一' },
    ]);
    await texts.replace(id, 'chapter', 'und', [{ atMs: 3_000, text: '同分母分数' }]);
    expect(await texts.find(id, '分母')).toEqual([
      { kind: 'chapter', language: 'und', atMs: 3_000, text: '同分母分数' },
      { kind: 'caption', language: 'zh-CN', atMs: 3_000, text: '今天学习同分母分数的加法' },
      { kind: 'caption', language: 'zh-CN', atMs: 9_000, text: '分子 在上，分母在下' },
    ]);
    const instants = async (words: string) => (await texts.find(id, words)).map(({ atMs }) => atMs);
    expect(await instants('half 一')).toEqual([12_000]);
    expect(await instants('HALF')).toEqual([12_000]);
    expect(await instants('50%')).toEqual([12_000]);
    expect(await instants('5%')).toEqual([]);
    expect(await instants('母分')).toEqual([3_000, 3_000]);
    expect(await instants('下')).toEqual([9_000]);
    expect(await instants('p')).toEqual([12_000]);
    expect(await instants('分母 加法')).toEqual([3_000]);
    expect(await instants(' ')).toEqual([]);
    await texts.replace(id, 'caption', 'zh-CN', [{ atMs: 1, text: '重新识别' }]);
    expect(await instants('加法')).toEqual([]);
    expect(await instants('识别')).toEqual([1]);
    await texts.replace(id, 'caption', 'zh-CN', []);
    expect(await instants('识别')).toEqual([]);
    expect(await instants('分母')).toEqual([3_000]);
  });

  it('finds recordings in the library with the line, each word wherever it stands, and goes with its recording', async () => {
    const { recordings, recordingTexts: texts } = stores;
    const audience = { personId: district.pupil.personId };
    const mark = newId(RecordingId).slice(0, 8);
    const spoken = await record(`第一课 ${mark}`);
    const titled = await record(`光合作用 ${mark}`);
    const lines = Array.from({ length: 2_500 }, (_, at) => ({ atMs: at * 1_000, text: `叶绿体之${at}` }));
    await texts.replace(spoken, 'caption', 'zh-CN', [{ atMs: 754_000, text: '植物的光合作用需要光' }, ...lines]);
    await texts.replace(spoken, 'caption', 'en', [{ atMs: 5, text: 'light' }]);
    await texts.replace(spoken, 'chapter', 'und', [{ atMs: 800_000, text: '实验：光合作用' }]);
    const search = async (words: string) =>
      (await recordings.list({ audience, search: `${words} ${mark}`, offset: 0, limit: 10 })).items.map(
        ({ recordingId, hit }) => [recordingId, hit?.atMs],
      );
    expect(await search('光合作用')).toEqual(
      expect.arrayContaining([
        [spoken, 800_000],
        [titled, undefined],
      ]),
    );
    expect(await search('植物 光合作用')).toEqual([[spoken, 754_000]]);
    expect(await search('林老师 叶绿体之2499')).toEqual([[spoken, 2_499_000]]);
    expect(await search('线粒体')).toEqual([]);
    const stranger = { personId: district.otherPupil.personId };
    expect((await recordings.list({ audience: stranger, search: '植物', offset: 0, limit: 10 })).total).toBe(0);
    await recordings.delete(spoken);
    expect(await search('植物')).toEqual([]);
    expect(await texts.find(spoken, '植物')).toEqual([]);
    await texts.replace(spoken, 'caption', 'zh-CN', lines.slice(0, 1));
    expect(await texts.find(spoken, '叶绿体')).toEqual([]);
  });
});
