import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LessonId } from '../../../signaling/protocol/ids.ts';
import { lessonIdOf, signedIn } from '../../support/demo-lessons.ts';
import { RecordedDistrict } from '../../support/recorded-district.ts';

let district: RecordedDistrict;

beforeAll(async () => {
  district = await RecordedDistrict.start();
});
afterAll(() => district.stop());

describe('watch statistics', () => {
  it('tell the lecturer who watched and who has not, and never more than the clock allows', async () => {
    const lecturer = await signedIn(district.stack, 'lin.laoshi');
    const recordingId = await district.record(LessonId.parse(await lessonIdOf(lecturer, '望庐山瀑布')));
    const params = { recordingId };
    const { attending, sameClass, otherClass } = await district.pupilsOf(recordingId);
    const claim = { spans: [{ fromMs: 0, toMs: 2_400_000, tookMs: 2_400_000 }] };
    await attending.call('reportWatching', { params, body: claim });
    expect((await lecturer.call('watchStatistics', { params })).viewers).toEqual([]);
    const fromMs = Date.now();
    await attending.call('openPlayback', { params });
    await attending.call('reportWatching', { params, body: claim });
    await attending.call('reportWatching', { params, body: claim });
    const passedMs = Date.now() - fromMs;
    const { viewers, missing, curve } = await lecturer.call('watchStatistics', { params });
    expect(viewers).toHaveLength(1);
    expect(viewers[0]?.playedMs).toBeGreaterThan(0);
    expect(viewers[0]?.playedMs).toBeLessThanOrEqual(passedMs);
    expect(viewers[0]?.completion).toBeLessThan(0.1);
    expect(curve).toHaveLength(240);
    expect(curve[0]).toBeGreaterThan(0);
    const { me } = await sameClass.call('whoAmI', {});
    expect(missing.map(({ personId }) => personId)).toContain(me?.personId);
    expect(missing.map(({ personId }) => personId)).not.toContain(viewers[0]?.personId);
    expect((await otherClass.raw('reportWatching', { params, body: claim })).code).toBe('notFound');
    const listener = await signedIn(district.stack, 'ai.xiaozhang');
    expect((await listener.raw('watchStatistics', { params })).code).toBe('forbidden');
  });
});
