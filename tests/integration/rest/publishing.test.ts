import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WHOLE_EDITION } from '../../../signaling/protocol/edition.ts';
import { CoursewareId, LessonId, PersonId, RecordingId, type SchoolId } from '../../../signaling/protocol/ids.ts';
import type { RouteName } from '../../../signaling/protocol/rest.ts';
import { CoursewareSweep } from '../../../signaling/courseware/courseware-sweep.ts';
import { EditionFollower } from '../../../signaling/recordings/edition-follower.ts';
import { RecordingKeeper, type KeeperOptions } from '../../../signaling/recordings/recording-keeper.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { newId } from '../../../storage/new-id.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { eventually } from '../../support/eventually.ts';
import { RecordedDistrict } from '../../support/districts/recorded-district.ts';
import { RestClient } from '../../support/clients/rest-client.ts';

const DAY_MS = 86_400_000;
const PEOPLE = {
  lecturer: 'lin.laoshi',
  schoolAdmin: 'zhou.xiaozhang',
  districtAdmin: 'admin',
  colleague: 'wu.laoshi',
  farTeacher: 'guli.laoshi',
  farAdmin: 'ai.xiaozhang',
} as const;
type Who = keyof typeof PEOPLE | 'attending' | 'otherClass' | 'guardian';

let district: RecordedDistrict;
let lessonId: LessonId;
let schoolId: SchoolId;
let partnerId: SchoolId;
const clients = new Map<Who, RestClient>();

function as(who: Who): RestClient {
  const client = clients.get(who);
  if (client === undefined) throw new Error(`nobody is ${who}`);
  return client;
}

beforeAll(async () => {
  district = await RecordedDistrict.start();
  for (const [who, account] of Object.entries(PEOPLE)) {
    clients.set(who as Who, await signedIn(district.stack, account));
  }
  lessonId = LessonId.parse(await lessonIdOf(as('lecturer'), '望庐山瀑布'));
  const first = await district.record(lessonId);
  const { attending, otherClass, guardian } = await district.pupilsOf(first);
  clients.set('attending', attending).set('otherClass', otherClass).set('guardian', guardian);
  const school = (await district.stores.recordings.recording(first))?.schoolId;
  const partner = (await as('farAdmin').call('whoAmI', {})).me?.schoolId;
  if (school === undefined || partner === undefined || partner === null)
    throw new Error('the demo district lacks schools');
  [schoolId, partnerId] = [school, partner];
});
afterAll(() => district?.stop());

async function watchers(recordingId: RecordingId): Promise<Who[]> {
  const seeing: Who[] = [];
  for (const [who, client] of clients) {
    const params = { recordingId };
    const codes = await Promise.all(
      (['getRecording', 'openPlayback', 'listRemarks'] as const).map(
        async (route) => (await client.raw(route, { params })).code,
      ),
    );
    expect(new Set(codes).size, `${who}: ${codes.join(', ')}`).toBe(1);
    if (codes[0] === undefined) seeing.push(who);
  }
  return seeing;
}

const settings = (change: object) =>
  as('schoolAdmin').call('changeSchool', { params: { schoolId }, body: { settings: change } });

describe('a recording', () => {
  it('waits for review where the school wants it, then is there for whom it is meant', async () => {
    await settings({ reviewsRecordings: true });
    const recordingId = await district.record(lessonId, '待审核的课');
    await settings({ reviewsRecordings: false });
    const params = { recordingId };
    expect(await watchers(recordingId)).toEqual(['lecturer', 'schoolAdmin', 'districtAdmin']);
    const { drafts, recordings } = await as('lecturer').call('home', {});
    expect(drafts.map((draft) => draft.recordingId)).toContain(recordingId);
    expect(recordings.map((each) => each.recordingId)).not.toContain(recordingId);
    expect((await as('attending').call('home', {})).drafts).toEqual([]);
    expect(await as('lecturer').call('publishRecording', { params })).toMatchObject({ isPublished: true });
    const concerned = ['lecturer', 'schoolAdmin', 'districtAdmin', 'farTeacher', 'farAdmin', 'attending', 'guardian'];
    expect((await watchers(recordingId)).sort()).toEqual(concerned.toSorted());
    await as('lecturer').call('changeRecording', { params, body: { visibility: 'school' } });
    expect((await watchers(recordingId)).sort()).toEqual([...concerned, 'colleague', 'otherClass'].sort());
    await district.storeMedia(recordingId);
    const mediaOf = async (who: Who) =>
      `${district.stack.url}${(await as(who).call('openPlayback', { params })).viewsIndexUrl ?? ''}`;
    const [seen, managed] = [await mediaOf('attending'), await mediaOf('lecturer')];
    expect((await fetch(seen)).status).toBe(200);
    // Meant for fewer again: whom it is no longer for does not keep what they have open, and the others do.
    const narrowed = await mediaOf('otherClass');
    expect((await fetch(narrowed)).status).toBe(200);
    await as('lecturer').call('changeRecording', { params, body: { visibility: 'lesson' } });
    await eventually(async () => (await fetch(narrowed)).status).toBe(410);
    expect((await fetch(seen)).status).toBe(200);
    await as('schoolAdmin').call('unpublishRecording', { params });
    expect(await watchers(recordingId)).toEqual(['lecturer', 'schoolAdmin', 'districtAdmin']);
    // Whoever has it open does not keep it.
    await eventually(async () => (await fetch(seen)).status).toBe(410);
    expect((await fetch(managed)).status).toBe(200);
    const actions = (await district.stores.audit.list({ schoolId, offset: 0, limit: 50 })).items
      .filter(({ targetId }) => targetId === recordingId)
      .map(({ action, details }) => [action, details['visibility']]);
    expect(actions).toEqual([
      ['recording.unpublished', undefined],
      ['recording.changed', ['school', 'lesson']],
      ['recording.changed', ['lesson', 'school']],
      ['recording.published', undefined],
    ]);
  });

  it('is described by its managers and found by that', async () => {
    const recordingId = await district.record(lessonId, '观瀑');
    const params = { recordingId };
    const body = { title: '望庐山', description: '李白七绝', subject: '古诗文', grade: '五年级', series: '唐诗十讲' };
    expect(await as('lecturer').call('changeRecording', { params, body })).toMatchObject(body);
    const find = async (query: object) =>
      (await as('attending').call('listRecordings', { query })).items.map((item) => item.recordingId);
    for (const query of [
      { subject: '古诗文' },
      { grade: '五年级' },
      { series: '唐诗十讲' },
      { search: '李白 七绝' },
      { search: '十讲', schoolId },
    ]) {
      expect([query, await find(query)]).toEqual([query, [recordingId]]);
    }
    const filters = await as('attending').call('libraryFilters', {});
    expect(filters.grades).toContain('五年级');
    expect(filters.series).toContainEqual({ seriesId: null, title: '唐诗十讲' });
    const taken = await as('lecturer').call('changeRecording', { params, body: { series: ' ', grade: null } });
    expect([taken.series, taken.grade, taken.subject]).toEqual([null, null, '古诗文']);
  });

  it('is out of reach of everybody who does not manage it', async () => {
    const recordingId = await district.record(lessonId);
    const params = { recordingId };
    const orders: readonly [RouteName, object][] = [
      ['changeRecording', { params, body: { title: '改名' } }],
      ['publishRecording', { params }],
      ['unpublishRecording', { params }],
      ['createRecordingLink', { params, body: {} }],
      ['listRecordingLinks', { params }],
      ['revokeRecordingLink', { params: { ...params, linkId: 'none' } }],
      ['listRecordingCopies', { params }],
      ['copyRecording', { params, body: { schoolId: partnerId } }],
    ];
    const holds: readonly [RouteName, object][] = [
      ['holdRecording', { params, body: { reason: '查证' } }],
      ['releaseRecording', { params }],
    ];
    const expected = { farTeacher: 'forbidden', colleague: 'notFound', attending: 'forbidden' } as const;
    for (const [who, code] of Object.entries(expected)) {
      for (const [route, input] of orders) {
        expect([who, route, (await as(who as Who).raw(route, input)).code]).toEqual([who, route, code]);
      }
    }
    for (const [route, input] of [...orders, ...holds]) {
      expect([route, (await as('farAdmin').raw(route, input)).code]).toEqual([route, 'forbidden']);
    }
    for (const [route, input] of holds) expect((await as('lecturer').raw(route, input)).code).toBe('forbidden');
    expect((await as('lecturer').raw('copyRecording', { params, body: { schoolId } })).code).toBe('forbidden');
    expect((await as('lecturer').raw('revokeRecordingLink', { params: { ...params, linkId: 'none' } })).code).toBe(
      'notFound',
    );
  });
});

describe('a link', () => {
  it('shows one recording to whoever holds it, and its media no longer than that', async () => {
    const recordingId = await district.record(lessonId);
    await district.storeMedia(recordingId);
    const params = { recordingId };
    expect((await as('lecturer').raw('createRecordingLink', { params, body: {} })).code).toBe('conflict');
    await settings({ allowsLinks: true });
    const { url, token, linkId } = await as('lecturer').call('createRecordingLink', { params, body: { days: 3 } });
    expect(url).toContain(`/shared/${token}`);
    const stranger = new RestClient(district.stack.url);
    const open = () => stranger.raw('openShared', { params: { token } });
    const { recording, viewsIndexUrl, downloadUrl } = await stranger.call('openShared', { params: { token } });
    expect(recording).toMatchObject({ recordingId, mayManage: false, mayProduce: false, mayDownload: false });
    expect([recording.positionMs, recording.holdReason, downloadUrl]).toEqual([null, null, null]);
    expect((await stranger.raw('getRecording', { params })).code).toBe('signedOut');
    const media = `${district.stack.url}${viewsIndexUrl ?? ''}`;
    expect((await fetch(media)).status).toBe(200);
    // Without the link in it the signature is another one, and so it is with another link.
    expect((await fetch(media.replace(`.${linkId}/`, '/'))).status).toBe(403);
    expect((await fetch(media.replace(linkId, 'another'))).status).toBe(403);
    expect((await as('lecturer').call('listRecordingLinks', { params })).links).toMatchObject([
      { linkId, openedCount: 1 },
    ]);
    await as('lecturer').call('unpublishRecording', { params });
    expect((await open()).code).toBe('invitationExpired');
    await as('lecturer').call('publishRecording', { params });
    expect((await open()).code).toBeUndefined();
    await settings({ allowsLinks: false });
    expect((await open()).code).toBe('invitationExpired');
    await settings({ allowsLinks: true });
    await as('schoolAdmin').call('revokeRecordingLink', { params: { recordingId, linkId } });
    expect((await open()).code).toBe('invitationExpired');
    await eventually(async () => (await fetch(media)).status).toBe(410);
    expect((await stranger.raw('openShared', { params: { token: 'guessed' } })).code).toBe('invitationExpired');
  });

  it('opens nothing while the lesson is running, and what is published once it is over', async () => {
    const recordingId = newId(RecordingId);
    const { recordings } = district.stores;
    const startedAtUnixUs = Date.now() * 1000;
    await recordings.create({ recordingId, lessonId, title: '直播中', startedAtUnixUs, allowsDownload: false });
    const views = { indexKey: objectKeys.playIndex(recordingId), durationMs: 60_000, isFinal: false };
    await recordings.markPlayable(recordingId, views);
    await settings({ allowsLinks: true });
    const { token } = await as('lecturer').call('createRecordingLink', { params: { recordingId }, body: {} });
    const stranger = new RestClient(district.stack.url);
    const params = { token };
    expect((await as('attending').raw('openPlayback', { params: { recordingId } })).code).toBeUndefined();
    for (const route of ['openShared', 'listSharedCaptions'] as const) {
      expect([route, (await stranger.raw(route, { params })).code]).toEqual([route, 'conflict']);
    }
    await recordings.markFinishing(recordingId, Date.now());
    await recordings.markPlayable(recordingId, { ...views, isFinal: true });
    expect((await stranger.call('openShared', { params })).recording).toMatchObject({ recordingId });
  });
});

describe('a copy', () => {
  it('is the partner school’s own, while the media stay whose they are', async () => {
    const recordingId = await district.record(lessonId);
    await district.storeMedia(recordingId);
    const params = { recordingId };
    const targets = async () =>
      (await as('lecturer').call('listRecordingCopies', { params })).schools.find(
        (each) => each.schoolId === partnerId,
      );
    expect((await targets())?.copiedAtMs).toBeNull();
    await as('lecturer').call('copyRecording', { params, body: { schoolId: partnerId } });
    await as('lecturer').call('copyRecording', { params, body: { schoolId: partnerId } });
    expect((await targets())?.copiedAtMs).toEqual(expect.any(Number));
    const { items } = await as('farAdmin').call('listRecordings', { query: { schoolId: partnerId } });
    const copy = items.at(0);
    if (copy === undefined || items.length !== 1) throw new Error(`${items.length} copies`);
    const ofCopy = { params: { recordingId: copy.recordingId } };
    expect(copy).toMatchObject({ mayManage: true, mayProduce: false, mayHold: false });
    expect((await watchers(copy.recordingId)).sort()).toEqual(['districtAdmin', 'farAdmin', 'farTeacher']);
    await as('farAdmin').call('changeRecording', { ...ofCopy, body: { title: '观摩课', visibility: 'school' } });
    const widened = await as('farAdmin').raw('changeRecording', { ...ofCopy, body: { visibility: 'district' } });
    expect(widened.code).toBe('conflict');
    for (const route of ['retryProduction', 'createRecordingLink', 'listRecordingCopies', 'holdRecording'] as const) {
      const answer = await as('farAdmin').raw(route, { ...ofCopy, body: { reason: 'x' } });
      expect([route, answer.code]).toEqual([route, 'forbidden']);
    }
    const { viewsIndexUrl } = await as('farTeacher').call('openPlayback', ofCopy);
    const media = `${district.stack.url}${viewsIndexUrl ?? ''}`;
    expect((await fetch(media)).status).toBe(200);
    // The statistics of a copy name nobody of the school that gave it.
    const roster = await district.stores.lessons.roster(lessonId);
    const own = new Set(roster.filter((each) => each.schoolId === schoolId).map(({ personId }) => personId));
    const { missing } = await as('farAdmin').call('watchStatistics', ofCopy);
    expect(own.size).toBeGreaterThan(0);
    expect(missing.filter(({ personId }) => own.has(personId))).toEqual([]);
    await as('lecturer').call('deleteRecording', { params });
    expect((await as('lecturer').raw('getRecording', { params })).code).toBe('notFound');
    expect((await fetch(media)).status).toBe(200);
    await as('farAdmin').call('deleteRecording', ofCopy);
    await keeper().round();
    expect(await district.mediaOf(recordingId)).toEqual([]);
  });
});

function keeper(change: Partial<KeeperOptions> = {}): RecordingKeeper {
  const queue = { cancelProduce: async () => undefined, produceState: async () => ({ state: 'none' }) };
  const derived = { callOff: async () => undefined, isMaking: async () => false };
  const { stores, objects } = district;
  const log = createLog('keeper', 'silent');
  const courseware = new CoursewareSweep({ stores, objects, log, nowMs: change.nowMs ?? Date.now });
  return new RecordingKeeper({ stores, objects, queue, derived, courseware, log, nowMs: Date.now, ...change });
}

describe('time', () => {
  it('takes a recording away with all its media, once, whatever ends in between, but not while it is held', async () => {
    const [recordingId, heldId] = [await district.record(lessonId), await district.record(lessonId)];
    for (const id of [recordingId, heldId]) await district.storeMedia(id);
    const held = { params: { recordingId: heldId } };
    await as('schoolAdmin').call('holdRecording', { ...held, body: { reason: '查证' } });
    expect((await as('schoolAdmin').raw('deleteRecording', held)).code).toBe('conflict');
    expect((await as('attending').call('getRecording', held)).isHeld).toBe(false);
    await settings({ keepsRecordingsDays: 30 });
    const kept = await as('attending').call('getRecording', { params: { recordingId } });
    expect(kept.expiresAtMs).toBeGreaterThan(Date.now() + 29 * DAY_MS);
    const nowMs = () => Date.now() + 31 * DAY_MS;
    await keeper().round();
    expect(await district.mediaOf(recordingId)).toHaveLength(4);
    const isProducing = { cancelProduce: async () => undefined, produceState: async () => ({ state: 'running' }) };
    await keeper({ nowMs, queue: isProducing }).round();
    const cancelled: string[] = [];
    const isExported: KeeperOptions['derived'] = {
      callOff: async (id) => void cancelled.push(id),
      isMaking: async () => true,
    };
    await keeper({ nowMs, derived: isExported }).round();
    expect(cancelled).toContain(recordingId);
    expect((await as('lecturer').raw('getRecording', { params: { recordingId } })).code).toBe('notFound');
    expect(await district.mediaOf(recordingId)).toHaveLength(4);
    let deletions = 0;
    const dying: KeeperOptions['objects'] = {
      delete: (key) => district.objects.delete(key),
      deletePrefix: (prefix) => {
        deletions += 1;
        return deletions % 2 === 0
          ? Promise.reject(new Error('gone in between'))
          : district.objects.deletePrefix(prefix);
      },
    };
    await keeper({ nowMs, objects: dying }).round();
    expect((await district.mediaOf(recordingId)).length).toBeGreaterThan(0);
    await Promise.all([keeper({ nowMs }).round(), keeper({ nowMs }).round(), keeper({ nowMs }).round()]);
    expect(await district.mediaOf(recordingId)).toEqual([]);
    expect(await district.stores.recordings.listRemoved(10)).toEqual([]);
    const log = await district.stores.audit.list({ action: 'recording.expired', offset: 0, limit: 99 });
    expect(log.items.filter(({ targetId }) => targetId === recordingId)).toHaveLength(1);
    expect(await district.mediaOf(heldId)).toHaveLength(4);
    expect(await as('schoolAdmin').call('getRecording', held)).toMatchObject({ isHeld: true, expiresAtMs: null });
    await as('schoolAdmin').call('releaseRecording', held);
    await keeper({ nowMs }).round();
    expect(await district.mediaOf(heldId)).toEqual([]);
    await settings({ keepsRecordingsDays: null });
  });

  it('takes pages away whose file is gone, or which only a recording that is gone has shown, and no others', async () => {
    const { stores, objects } = district;
    const ownerId = PersonId.parse((await as('lecturer').call('whoAmI', {})).me?.personId);
    const startsAtMs = Date.now();
    const { lessonId: own } = await stores.lessons.create({
      ...{ kind: 'live', origin: 'upload', title: '课件课', subject: null, schoolId, lecturerId: ownerId },
      ...{ classGroupIds: [], classroomIds: [], startsAtMs, endsAtMs: startsAtMs + 60_000, isRecorded: true },
    });
    const pages = async (isAnnounced: boolean): Promise<CoursewareId> => {
      const coursewareId = newId(CoursewareId);
      const file = { coursewareId, lessonId: own, ownerId, fileName: '课件.pdf', bytes: 9, createdAtMs: Date.now() };
      if (isAnnounced) await stores.courseware.create(file, { files: 40, bytes: undefined });
      await objects.put(objectKeys.coursewarePage(coursewareId, 1, 'page'), Buffer.from('page'));
      return coursewareId;
    };
    const [orphan, live, shown] = [await pages(false), await pages(true), await pages(true)];
    for (const id of [live, shown]) await stores.courseware.markReceived(id, 'pdf');
    await stores.courseware.markShown(shown, Date.now());
    await stores.courseware.remove(shown, Date.now());
    const isThere = async (id: CoursewareId) =>
      (await objects.stat(objectKeys.coursewarePage(id, 1, 'page'))) !== undefined;
    const left = () => Promise.all([orphan, live, shown].map(isThere));
    const recordingId = await district.record(own);
    await keeper().round();
    expect(await left()).toEqual([true, true, true]);
    const nowMs = () => Date.now() + 2 * DAY_MS;
    await keeper({ nowMs }).round();
    expect(await left()).toEqual([false, true, true]);
    await stores.recordings.remove(recordingId, 'deleted', Date.now());
    await keeper({ nowMs }).round();
    expect(await left()).toEqual([false, true, false]);
  });
});

describe('an edition that is saved while the film is being made', () => {
  it('is handed to whoever makes it, and nothing that is finished is given up', async () => {
    const recordingId = await district.record(lessonId);
    const { recordings, editions } = district.stores;
    const told: string[] = [];
    const follower = new EditionFollower({
      ...{ recordings, editions, keepChapters: async () => undefined },
      production: {
        on: () => () => undefined,
        addProduce: async ({ edition }) => void told.push(`produce ${edition?.version}`),
        cancelProduce: async () => void told.push('cancel'),
      },
      jobs: {
        on: () => () => undefined,
        orderViews: async (_id, { version }) => void told.push(`views ${version}`),
        orderErasure: async () => undefined,
        orderFacts: async () => undefined,
      },
      gate: { forget: () => undefined },
      log: createLog('editions', 'silent'),
    });
    await recordings.markProducing(recordingId);
    const savedBy = (await as('lecturer').call('whoAmI', {})).me?.personId;
    if (savedBy === undefined) throw new Error('nobody is signed in');
    const edition = { ...WHOLE_EDITION, leftOut: [{ fromUs: 0, toUs: 1_000_000 }] };
    const order = { basedOn: 0, edition, savedBy, savedAtMs: Date.now() };
    await follower.apply(await editions.save(recordingId, order));
    await follower.close();
    expect(told).toEqual(['views 1', 'produce 1']);
    expect(await recordings.recording(recordingId)).toMatchObject({ phase: 'producing' });
  });
});
