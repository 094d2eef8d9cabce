import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WHOLE_EDITION } from '../../../signaling/protocol/edition.ts';
import { LessonId, PersonId, type RecordingId } from '../../../signaling/protocol/ids.ts';
import { WHOLE_TIMELINE } from '../../../signaling/protocol/rest/recordings.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { RecordedDistrict } from '../../support/districts/recorded-district.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';

/** 望庐山瀑布: a sky lesson of one school that another one listens to. */
const LECTURER = 'lin.laoshi';

let district: RecordedDistrict;
let lecturer: RestClient;
let recordingId: RecordingId;

beforeAll(async () => {
  district = await RecordedDistrict.start();
  lecturer = await signedIn(district.stack, LECTURER);
  recordingId = await district.record(LessonId.parse(await lessonIdOf(lecturer, '望庐山瀑布')));
});
afterAll(() => district.stop());

const params = () => ({ recordingId });
const texts = async (client: RestClient): Promise<string[]> =>
  (await client.call('listRemarks', { params: params(), query: {} })).remarks.map(({ text }) => text);

describe('remarks on a recording', () => {
  it('show a pupil’s question to the class and its teachers, who answer it', async () => {
    const { attending, sameClass, otherClass, guardian } = await district.pupilsOf(recordingId);
    const body = { kind: 'question', atMs: 5_000, text: '瀑布为什么叫银河？' } as const;
    const question = await attending.call('createRemark', { params: params(), body });
    expect(question).toMatchObject({ kind: 'question', mayChange: true, mayAnswer: false, verdict: null });
    await attending.call('createRemark', { params: params(), body: { kind: 'note', atMs: 1, text: '背下来' } });
    expect(await texts(attending)).toEqual(['背下来', body.text]);
    expect(await texts(sameClass)).toEqual([body.text]);
    expect(await texts(lecturer)).toEqual([body.text]);
    expect(await texts(guardian)).toEqual([body.text]);
    expect((await otherClass.raw('listRemarks', { params: params(), query: {} })).code).toBe('notFound');
    const place = { ...params(), remarkId: question.remarkId };
    const answered = await lecturer.call('answerQuestion', { params: place, body: { text: '那是比喻。' } });
    expect(answered.answers).toMatchObject([{ text: '那是比喻。', isMine: true }]);
    const [seen] = (await sameClass.call('listRemarks', { params: params(), query: {} })).remarks;
    expect(seen?.answers).toMatchObject([{ text: '那是比喻。', isMine: false }]);
    expect((await sameClass.raw('deleteRemark', { params: place })).code).toBe('forbidden');
    expect((await sameClass.raw('changeRemark', { params: place, body: { text: 'x' } })).code).toBe('forbidden');
    await lecturer.call('deleteRemark', { params: place });
    expect(await texts(sameClass)).toEqual([]);
  });

  it('keep observations among teachers', async () => {
    const { attending, guardian } = await district.pupilsOf(recordingId);
    const body = { kind: 'observation', atMs: 9_000, text: '追问得好', verdict: 'strength', aspect: 'method' } as const;
    const observer = await signedIn(district.stack, 'ai.xiaozhang');
    await observer.call('createRemark', { params: params(), body });
    expect(await texts(lecturer)).toEqual([body.text]);
    expect(await texts(guardian)).toEqual([]);
    expect((await attending.raw('createRemark', { params: params(), body })).code).toBe('forbidden');
    const asked = { kind: 'question', atMs: 1, text: '？' } as const;
    expect((await lecturer.raw('createRemark', { params: params(), body: asked })).code).toBe('forbidden');
    const list = await observer.call('listRemarks', { params: params(), query: {} });
    expect(list).toMatchObject({ mayAsk: false, mayObserve: true });
  });

  it('stay with their picture after a cut; what was said about something cut out is told to its author and the teachers alone', async () => {
    const { attending, sameClass } = await district.pupilsOf(recordingId);
    const ask = (atMs: number, text: string) =>
      attending.call('createRemark', { params: params(), body: { kind: 'question', atMs, text } });
    await ask(30_000, '剪前');
    const cutOut = await ask(90_000, '剪去');
    await ask(150_000, '剪后');
    const { me } = await lecturer.call('whoAmI', {});
    const leftOut = [{ fromUs: 60_000_000, toUs: 120_000_000 }];
    const edition = { ...WHOLE_EDITION, leftOut };
    const savedBy = PersonId.parse(me?.personId);
    await district.stores.editions.save(recordingId, { basedOn: 0, edition, savedBy, savedAtMs: Date.now() });
    // As long as there are no views of it, teachers are shown the whole.
    expect((await lecturer.call('openPlayback', { params: params() })).timelines).toEqual({ film: -1, views: -1 });
    const indexKey = objectKeys.editionIndex(recordingId, 1);
    await district.stores.editions.markViews(recordingId, { version: 1, indexKey, durationMs: 2_340_000 });
    const questions = async (client: RestClient, query: { readonly timeline?: number } = {}): Promise<unknown[]> => {
      const { remarks } = await client.call('listRemarks', { params: params(), query });
      return remarks.filter(({ kind }) => kind === 'question').map(({ text, atMs }) => [text, atMs]);
    };
    const shown = [
      ['剪前', 30_000],
      ['剪后', 90_000],
    ];
    expect(await questions(sameClass)).toEqual(shown);
    expect(await questions(attending)).toEqual([shown[0], ['剪去', null], shown[1]]);
    expect(await questions(lecturer)).toEqual([shown[0], ['剪去', null], shown[1]]);
    // Whoever plays the whole is told where it is there.
    expect(await questions(lecturer, { timeline: WHOLE_TIMELINE })).toEqual([
      ['剪前', 30_000],
      ['剪去', 90_000],
      ['剪后', 150_000],
    ]);
    const place = { ...params(), remarkId: cutOut.remarkId };
    expect((await sameClass.raw('deleteRemark', { params: place })).code).toBe('notFound');
    // Asked at the joint, of an edition that is shown now: what comes behind it.
    await ask(60_000, '接缝');
    expect(await questions(lecturer, { timeline: WHOLE_TIMELINE })).toContainEqual(['接缝', 120_000]);
  });
});
