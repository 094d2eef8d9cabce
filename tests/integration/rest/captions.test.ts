import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LessonId, SeatId, TrackId, type RecordingId } from '../../../signaling/protocol/ids.ts';
import { WHOLE_EDITION } from '../../../signaling/protocol/edition.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { RecordedDistrict } from '../../support/districts/recorded-district.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';

/** 望庐山瀑布: a sky lesson of one school that another one listens to. */
const LECTURER = 'lin.laoshi';
const language = 'zh-CN';

let district: RecordedDistrict;
let lecturer: RestClient;
let lessonId: LessonId;
let objects: DirectoryObjectStore;

beforeAll(async () => {
  district = await RecordedDistrict.start();
  lecturer = await signedIn(district.stack, LECTURER);
  lessonId = LessonId.parse(await lessonIdOf(lecturer, '望庐山瀑布'));
  objects = await DirectoryObjectStore.create(join(district.stack.dataFolder, 'objects'));
});
afterAll(() => district.stop());

/** A recording that was paused from 60 to 120 s. */
async function recorded(): Promise<RecordingId> {
  const recordingId = await district.record(lessonId);
  const index = { version: 1, recordingId, durationUs: 2_400_000_000, complete: true, views: [], masters: {} };
  const leftOut = [{ fromUs: 60_000_000, toUs: 120_000_000 }];
  await objects.put(objectKeys.playIndex(recordingId), Buffer.from(JSON.stringify({ ...index, leftOut })));
  return recordingId;
}

const file = (...blocks: string[]): string => ['WEBVTT', ...blocks].join('\n\n');
const upload = (text: string, baseVersion = 0) => ({ label: '', baseVersion, file: text });

describe('captions of a recording', () => {
  it('are uploaded in the film’s time, kept in session time, and read by whoever may watch', async () => {
    const recordingId = await recorded();
    const params = { recordingId, language: 'zh-cn' };
    const { attending, otherClass } = await district.pupilsOf(recordingId);
    const text = file('00:58.000 --> 00:59.000\n<v 林老师>前半', '01:00.000 --> 01:02.000\n后半 &lt;b&gt;');
    const saved = await lecturer.call('uploadCaptions', { params, body: upload(text) });
    expect(saved).toMatchObject({ language, version: 1, origin: 'file', cueCount: 2 });
    const read = await attending.call('getCaptions', { params, query: {} });
    expect(read.cues).toEqual([
      { fromMs: 58_000, toMs: 59_000, voice: '林老师', text: '前半' },
      { fromMs: 120_000, toMs: 122_000, voice: null, text: '后半 <b>' },
    ]);
    expect(read.leftOut).toEqual({
      film: [{ fromMs: 60_000, toMs: 120_000 }],
      views: [{ fromMs: 60_000, toMs: 120_000 }],
    });
    const list = await attending.call('listCaptions', { params: { recordingId } });
    expect(list.captions.map((one) => one.language)).toEqual([language]);
    expect(list).toMatchObject({ recognition: null, mayManage: false });
    const found = await attending.call('listRecordings', { query: { search: '后半' } });
    expect(found.items).toMatchObject([{ recordingId, hit: { kind: 'caption', atMs: 60_000 } }]);
    expect((await otherClass.raw('listCaptions', { params: { recordingId } })).code).toBe('notFound');
    expect((await otherClass.raw('getCaptions', { params })).code).toBe('notFound');
    expect((await attending.raw('getCaptions', { params, query: { all: 'yes' } })).code).toBe('forbidden');
  });

  it('are changed by managers only, also not by a teacher who watches', async () => {
    const recordingId = await recorded();
    const params = { recordingId, language };
    const listening = await signedIn(district.stack, 'ai.xiaozhang');
    const body = upload(file('00:01.000 --> 00:02.000\na'));
    const save = { label: '', baseVersion: 0, cues: [] };
    await listening.call('listCaptions', { params: { recordingId } });
    expect((await listening.raw('uploadCaptions', { params, body })).code).toBe('forbidden');
    expect((await listening.raw('saveCaptions', { params, body: save })).code).toBe('forbidden');
    expect((await listening.raw('deleteCaptions', { params })).code).toBe('forbidden');
    expect((await listening.raw('listCaptionVersions', { params })).code).toBe('forbidden');
    expect((await listening.raw('recogniseCaptions', { params })).code).toBe('forbidden');
    expect((await listening.raw('cancelRecognition', { params })).code).toBe('forbidden');
    expect((await lecturer.raw('recogniseCaptions', { params })).code).toBe('unavailable');
    expect((await lecturer.raw('uploadCaptions', { params: { ...params, language: '../x' }, body })).code).toBe(
      'invalidInput',
    );
  });

  it('tell line by line what is wrong with a file', async () => {
    const params = { recordingId: await recorded(), language };
    const bad = file('00:03.000 --> 00:02.000\na', '00:04.000 --> 00:05.000\n<script>alert(1)</script>');
    const answer = await lecturer.raw('uploadCaptions', { params, body: upload(bad) });
    expect(answer.code).toBe('invalidInput');
    expect(answer.body).toMatchObject({
      problems: [
        { path: 'file.3', code: 'captionEndsBeforeStart', message: '第 3 行：结束时间应晚于开始时间' },
        { path: 'file.7', code: 'captionMarkup', values: { line: 7 } },
      ],
    });
    const large = await lecturer.raw('uploadCaptions', { params, body: upload('x'.repeat(5_000_000)) });
    expect(large.code).toBe('payloadTooLarge');
    expect((await lecturer.raw('getCaptions', { params })).code).toBe('notFound');
  });

  it('are saved version by version: who comes second is told, and an older one can be read again', async () => {
    const params = { recordingId: await recorded(), language };
    await lecturer.call('uploadCaptions', { params, body: upload(file('00:01.000 --> 00:02.000\n一')) });
    const cues = [
      { fromMs: 5000, toMs: 6000, voice: null, text: '后' },
      { fromMs: 1000, toMs: 2000, voice: null, text: '先' },
    ];
    const body = { label: '校对', baseVersion: 1, cues };
    expect(await lecturer.call('saveCaptions', { params, body })).toMatchObject({ version: 2, origin: 'editor' });
    expect((await lecturer.raw('saveCaptions', { params, body })).code).toBe('conflict');
    const now = await lecturer.call('getCaptions', { params, query: {} });
    expect(now.cues.map(({ text }) => text)).toEqual(['先', '后']);
    const before = await lecturer.call('getCaptions', { params, query: { version: 1 } });
    expect(before.cues.map(({ text }) => text)).toEqual(['一']);
    for (const version of [2 ** 31, Number.MAX_SAFE_INTEGER, 1e300, 0]) {
      expect((await lecturer.raw('getCaptions', { params, query: { version } })).code).toBe('invalidInput');
    }
    expect((await lecturer.raw('getCaptions', { params, query: { version: 2 ** 31 - 1 } })).code).toBe('notFound');
    const beyond = { ...body, baseVersion: 2 ** 31 };
    expect((await lecturer.raw('saveCaptions', { params, body: beyond })).code).toBe('invalidInput');
    const { versions } = await lecturer.call('listCaptionVersions', { params });
    expect(versions.map(({ version, origin }) => `${version} ${origin}`)).toEqual(['2 editor', '1 file']);
    const wrong = { ...body, baseVersion: 2, cues: [{ fromMs: 2, toMs: 1, voice: null, text: 'x' }] };
    expect((await lecturer.raw('saveCaptions', { params, body: wrong })).code).toBe('invalidInput');
    const schoolAdmin = await signedIn(district.stack, 'zhou.xiaozhang');
    const { recordingId } = params;
    await schoolAdmin.call('holdRecording', { params: { recordingId }, body: { reason: '查证' } });
    const held = await lecturer.raw('deleteCaptions', { params });
    expect([held.code, held.body]).toMatchObject(['conflict', { details: { field: 'hold' } }]);
    await lecturer.call('getCaptions', { params, query: {} });
    await schoolAdmin.call('releaseRecording', { params: { recordingId } });
    await lecturer.call('deleteCaptions', { params });
    expect((await lecturer.raw('getCaptions', { params })).code).toBe('notFound');
  });

  it('tell viewers nothing of what the edition leaves out, or whose sound is left out or erased', async () => {
    const recordingId = await recorded();
    const params = { recordingId, language };
    const { attending } = await district.pupilsOf(recordingId);
    const track = (name: string, seat: string) => ({
      ...{ trackId: TrackId.parse(`track-${name}`), seatId: SeatId.parse(`seat-${name}`), seat },
      source: 'microphone' as const,
    });
    const cues = [
      { fromMs: 1000, toMs: 2000, voice: '林老师', text: '老师', track: track('teacher', 'lecturer') },
      { fromMs: 3000, toMs: 4000, voice: '小明', text: '学生', track: track('pupil', 'pupil') },
      { fromMs: 31_000, toMs: 32_000, voice: null, text: '剪掉' },
      { fromMs: 60_000, toMs: 61_000, voice: null, text: '暂停' },
    ];
    await lecturer.call('saveCaptions', { params, body: { label: '', baseVersion: 0, cues } });
    const seen = async () => (await attending.call('getCaptions', { params, query: {} })).cues.map(({ text }) => text);
    expect(await seen()).toEqual(['老师', '学生', '剪掉']);
    const { editions } = district.stores;
    const savedBy = (await lecturer.call('whoAmI', {})).me?.personId;
    if (savedBy === undefined) throw new Error('nobody is signed in');
    const edition = {
      ...WHOLE_EDITION,
      people: 'lecturerAndBoard' as const,
      leftOut: [{ fromUs: 30_000_000, toUs: 40_000_000 }],
    };
    await editions.save(recordingId, { basedOn: 0, edition, savedBy, savedAtMs: Date.now() });
    expect(await seen()).toEqual(['老师']);
    const all = async () =>
      (await lecturer.call('getCaptions', { params, query: { all: 'yes' } })).cues.map(({ text }) => text);
    expect(await all()).toEqual(['老师', '学生', '剪掉', '暂停']);
    const erased = { seatId: SeatId.parse('seat-pupil'), orderedBy: savedBy, orderedAtMs: Date.now() };
    await editions.orderErasure(recordingId, erased);
    expect(await all()).toEqual(['老师', '剪掉', '暂停']);
  });
});
