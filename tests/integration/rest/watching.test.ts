import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WHOLE_EDITION, type Edition } from '../../../signaling/protocol/edition.ts';
import { LessonId, PersonId } from '../../../signaling/protocol/ids.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { RecordedDistrict } from '../../support/districts/recorded-district.ts';

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

  it('and places where people stopped keep to their pictures when the recording is cut', async () => {
    const lecturer = await signedIn(district.stack, 'lin.laoshi');
    const recordingId = await district.record(LessonId.parse(await lessonIdOf(lecturer, '望庐山瀑布')));
    const params = { recordingId };
    const paused = [{ fromUs: 30_000_000, toUs: 40_000_000 }];
    const index = { version: 1, recordingId, durationUs: 2_400_000_000, complete: true, views: [], masters: {} };
    const body = Buffer.from(JSON.stringify({ ...index, leftOut: paused }));
    await district.objects.put(objectKeys.playIndex(recordingId), body);
    const { attending } = await district.pupilsOf(recordingId);
    const { me } = await attending.call('whoAmI', {});
    const watcher = PersonId.parse(me?.personId);
    await attending.call('openPlayback', { params });
    // 100 s of it, from 50 s on; then the last 30 s of what is to be shown.
    const counted = { playedMs: 100_000, lastMs: 150_000, spans: [[50_000, 150_000]] } as const;
    const heat = [0, 0, 0, 0, 0, ...Array.from({ length: 10 }, () => 10_000)];
    await district.stores.watching.count(watcher, recordingId, (before) => ({ ...before, ...counted, heat }));
    await attending.call('savePosition', { params, body: { positionMs: 150_000 } });
    expect((await attending.call('getRecording', { params })).positionMs).toBe(150_000);

    // From 60 to 120 s of what was played: ten seconds later in the session, which was paused before.
    const cut: Edition = { ...WHOLE_EDITION, leftOut: [{ fromUs: 70_000_000, toUs: 130_000_000 }] };
    const save = { basedOn: 0, edition: cut, savedBy: watcher, savedAtMs: Date.now() };
    await district.stores.editions.save(recordingId, save);
    const views = { version: 1, indexKey: objectKeys.editionIndex(recordingId, 1), durationMs: 2_330_000 };
    await district.stores.editions.markViews(recordingId, views);
    expect((await attending.call('getRecording', { params })).positionMs).toBe(90_000);
    const { timelines } = await attending.call('openPlayback', { params });
    expect(timelines).toEqual({ film: 1, views: 1 });
    const { viewers, curve, durationMs } = await lecturer.call('watchStatistics', { params });
    expect(durationMs).toBe(2_330_000);
    expect(viewers[0]).toMatchObject({ lastMs: 90_000, playedMs: 100_000 });
    expect(viewers[0]?.completion).toBeCloseTo(40_000 / 2_330_000, 6);
    expect(curve.slice(4, 10)).toEqual([0, 1, 1, 1, 1, 0]);

    // A page that still plays the whole says so; one that plays the edition lands behind the joint.
    await attending.call('savePosition', { params, body: { positionMs: 130_000, timeline: 0 } });
    expect((await attending.call('getRecording', { params })).positionMs).toBe(70_000);
    await attending.call('savePosition', { params, body: { positionMs: 2_300_000, timeline: 1 } });
    const begun = await attending.call('listRecordings', { query: { begun: 'yes' } });
    expect(begun.items.map((item) => item.recordingId)).not.toContain(recordingId);
    const spans = [{ fromMs: 55_000, toMs: 65_000, tookMs: 10_000 }];
    await attending.call('reportWatching', { params, body: { spans, timeline: 1 } });
    const [watched] = await district.stores.watching.list(recordingId);
    // What was cut out was not seen.
    expect(watched?.heat.slice(6, 12)).toEqual(heat.slice(6, 12));
  });
});
