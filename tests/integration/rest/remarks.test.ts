import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LessonId, type RecordingId } from '../../../signaling/protocol/ids.ts';
import { lessonIdOf, signedIn } from '../../support/demo-lessons.ts';
import { RecordedDistrict } from '../../support/recorded-district.ts';
import type { RestClient } from '../../support/rest-client.ts';

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
  (await client.call('listRemarks', { params: params() })).remarks.map(({ text }) => text);

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
    expect((await otherClass.raw('listRemarks', { params: params() })).code).toBe('notFound');
    const place = { ...params(), remarkId: question.remarkId };
    const answered = await lecturer.call('answerQuestion', { params: place, body: { text: '那是比喻。' } });
    expect(answered.answers).toMatchObject([{ text: '那是比喻。', isMine: true }]);
    const [seen] = (await sameClass.call('listRemarks', { params: params() })).remarks;
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
    const list = await observer.call('listRemarks', { params: params() });
    expect(list).toMatchObject({ mayAsk: false, mayObserve: true });
  });
});
