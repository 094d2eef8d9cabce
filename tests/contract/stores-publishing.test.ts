import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingId, SeatId, type PersonId } from '../../signaling/protocol/ids.ts';
import type { Role } from '../../signaling/protocol/roles.ts';
import { newId } from '../../storage/new-id.ts';
import type { Audience, Recording, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const DAY_MS = 86_400_000;
const held = { code: 'conflict', details: { field: 'hold' } };

describe.each(DATABASES)('publishing of recordings on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
  });
  afterAll(() => opened?.close());

  async function record(district: SmallDistrict, startedAtMs = MONDAY_8_MS): Promise<Recording> {
    const { lessonId } = await makeLesson(stores, district);
    const recordingId = newId(RecordingId);
    const startedAtUnixUs = startedAtMs * 1000;
    await stores.recordings.create({ recordingId, lessonId, title: '古诗', startedAtUnixUs, allowsDownload: true });
    await stores.recordings.markFinishing(recordingId, startedAtMs);
    return stores.recordings.markPlayable(recordingId, { indexKey: 'i', durationMs: 9_000, isFinal: true });
  }

  async function person(role: Role, school: SmallDistrict['lecturing']): Promise<Audience & { personId: PersonId }> {
    const account = newId(RecordingId).toLowerCase();
    const facts = { account, displayName: '人', role, schoolId: school.schoolId, passwordHash: 'x' };
    const { personId } = await stores.directory.createPerson({ ...facts, mustChangePassword: false });
    return { personId };
  }

  const seenBy = async (recording: Recording, audiences: Readonly<Record<string, Audience>>): Promise<string[]> => {
    const seen: string[] = [];
    for (const [name, audience] of Object.entries(audiences)) {
      const isVisible = await stores.recordings.isVisible(recording.recordingId, audience);
      const page = await stores.recordings.list({ audience, offset: 0, limit: 50 });
      expect([name, page.items.some(({ recordingId }) => recordingId === recording.recordingId)]).toEqual([
        name,
        isVisible,
      ]);
      if (isVisible) seen.push(name);
    }
    return seen;
  };

  it('keeps drafts to their managers, and begins with one where the school reviews', async () => {
    const district = await makeDistrict(stores);
    expect((await record(district)).publishedAtMs).toBe(MONDAY_8_MS);
    const { schoolId } = district.lecturing;
    await stores.directory.changeSchool(schoolId, { settings: { reviewsRecordings: true } });
    const draft = await record(district);
    expect(draft.publishedAtMs).toBeNull();
    const audiences = {
      lecturer: { personId: district.teacher.personId },
      admin: { personId: (await person('schoolAdmin', district.lecturing)).personId, schoolIds: [schoolId] },
      district: { everything: true },
      pupil: { personId: district.pupil.personId },
      guardian: { personId: district.guardian.personId },
      farTeacher: { personId: district.farTeacher.personId },
      farAdmin: { schoolIds: [district.listening.schoolId] },
    };
    expect(await seenBy(draft, audiences)).toEqual(['lecturer', 'admin', 'district']);
    await stores.recordings.change(draft.recordingId, { visibility: 'district' });
    expect(await seenBy(draft, audiences)).toEqual(['lecturer', 'admin', 'district']);
    const waiting = async (audience: Audience) =>
      (await stores.recordings.list({ audience, isDraft: true, offset: 0, limit: 9 })).total;
    expect([await waiting(audiences.lecturer), await waiting(audiences.pupil)]).toEqual([1, 0]);
    const published = await stores.recordings.setPublished(draft.recordingId, MONDAY_8_MS + 5);
    expect(published.publishedAtMs).toBe(MONDAY_8_MS + 5);
    expect((await stores.recordings.setPublished(draft.recordingId, MONDAY_8_MS + 9)).publishedAtMs).toBe(
      MONDAY_8_MS + 5,
    );
    expect(await seenBy(published, audiences)).toEqual(Object.keys(audiences));
    expect(await waiting(audiences.lecturer)).toBe(0);
    await stores.recordings.setPublished(draft.recordingId, null);
    expect(await seenBy(draft, audiences)).toEqual(['lecturer', 'admin', 'district']);
  });

  it('lets in the class, the schools that took part, partners, the district', async () => {
    const district = await makeDistrict(stores);
    const [third, fourth] = await Promise.all(
      [1, 2].map((n) =>
        stores.directory.createSchool({ name: `另校 ${newId(RecordingId)} ${n}`, region: '', timeZone: 'Asia/Urumqi' }),
      ),
    );
    if (third === undefined || fourth === undefined) throw new Error('no schools');
    await stores.classrooms.createPairing({
      lecturingSchoolId: third.schoolId,
      listeningSchoolId: district.lecturing.schoolId,
    });
    const recording = await record(district);
    const audiences = {
      pupil: { personId: district.pupil.personId },
      farTeacher: { personId: district.farTeacher.personId },
      otherPupil: { personId: district.otherPupil.personId },
      farPupil: await person('student', district.listening),
      partner: await person('teacher', third),
      stranger: await person('teacher', fourth),
      nobody: {},
    };
    const shown = async (visibility: Recording['visibility']) => {
      await stores.recordings.change(recording.recordingId, { visibility });
      return seenBy(recording, audiences);
    };
    const names = Object.keys(audiences);
    expect(await shown('lesson')).toEqual(names.slice(0, 2));
    expect(await shown('school')).toEqual(names.slice(0, 4));
    expect(await shown('partners')).toEqual(names.slice(0, 5));
    expect(await shown('district')).toEqual(names.slice(0, 6));
  });

  it('gives a partner school a copy of its own that plays the same media and stays within it', async () => {
    const district = await makeDistrict(stores);
    const origin = await record(district);
    const { schoolId } = district.listening;
    const { recordings, recordingTexts: texts } = stores;
    await texts.replace(origin.recordingId, 'caption', 'zh-CN', [{ atMs: 7, text: '疑是银河落九天' }]);
    await recordings.change(origin.recordingId, { description: '公开课', subject: '语文' });
    const copy = await recordings.createCopy(origin.recordingId, schoolId, MONDAY_8_MS + 1);
    expect(await recordings.createCopy(origin.recordingId, schoolId, MONDAY_8_MS + 2)).toEqual(copy);
    expect(copy).toMatchObject({
      mediaId: origin.recordingId,
      originSchoolName: district.lecturing.name,
      schoolId,
      managerId: null,
      description: '公开课',
      phase: 'playable',
      viewsIndexKey: 'i',
      durationMs: 9_000,
      visibility: 'lesson',
    });
    const audiences = {
      lecturer: { personId: district.teacher.personId },
      pupil: { personId: district.pupil.personId },
      farTeacher: { personId: district.farTeacher.personId },
      farAdmin: { personId: (await person('schoolAdmin', district.listening)).personId, schoolIds: [schoolId] },
      farPupil: await person('student', district.listening),
    };
    expect(await seenBy(copy, audiences)).toEqual(['farTeacher', 'farAdmin']);
    await recordings.change(copy.recordingId, { title: '观瀑', visibility: 'school', grade: '四年级' });
    expect(await seenBy(copy, audiences)).toEqual(['farTeacher', 'farAdmin', 'farPupil']);
    await expect(recordings.change(copy.recordingId, { visibility: 'district' })).rejects.toBeDefined();
    expect((await recordings.recording(origin.recordingId))?.title).toBe('古诗');
    const found = await recordings.list({ audience: audiences.farPupil, search: '银河', offset: 0, limit: 5 });
    expect(found.items.map(({ title, hit }) => [title, hit?.atMs])).toEqual([['观瀑', 7]]);
    expect(await texts.find(copy.recordingId, '银河')).toHaveLength(1);
    await recordings.change(origin.recordingId, { allowsDownload: false });
    expect((await recordings.recording(copy.recordingId))?.allowsDownload).toBe(false);
    await expect(recordings.createCopy(copy.recordingId, district.lecturing.schoolId, 1)).rejects.toMatchObject({
      code: 'notFound',
    });
    // The origin's own row goes, its media stay for the copy, until that goes too.
    expect(await recordings.remove(origin.recordingId, 'deleted', MONDAY_8_MS)).toHaveLength(1);
    expect(await recordings.remove(origin.recordingId, 'deleted', MONDAY_8_MS)).toEqual([]);
    expect(await recordings.recording(origin.recordingId)).toBeUndefined();
    expect(await recordings.openToViewers(origin.recordingId)).toMatchObject({ recordingId: origin.recordingId });
    expect(await seenBy(origin, audiences)).toEqual([]);
    expect(await recordings.recording(copy.recordingId)).toMatchObject({ phase: 'playable', viewsIndexKey: 'i' });
    const removed = async () => (await recordings.listRemoved(100)).map(({ recordingId }) => recordingId);
    expect(await removed()).not.toContain(origin.recordingId);
    await recordings.remove(copy.recordingId, 'deleted', MONDAY_8_MS);
    expect(await recordings.openToViewers(origin.recordingId)).toBeUndefined();
    expect(await removed()).toEqual(expect.arrayContaining([origin.recordingId, copy.recordingId]));
    expect((await recordings.listRemoved(100)).filter(({ hasOwnMedia }) => hasOwnMedia)).toHaveLength(1);
    await recordings.delete(origin.recordingId);
    expect(await removed()).toEqual([]);
  });

  it('expires with its school’s retention, copies with it, never while it is held', async () => {
    const district = await makeDistrict(stores);
    const { recordings, directory } = stores;
    const nowMs = Date.now();
    const old = await record(district, nowMs - 40 * DAY_MS);
    const young = await record(district, nowMs - 20 * DAY_MS);
    const expired = async (atMs: number) => (await recordings.listExpired(atMs, 100)).sort();
    expect([old.expiresAtMs, await expired(nowMs + 9_999 * DAY_MS)]).toEqual([null, []]);
    const copy = await recordings.createCopy(old.recordingId, district.listening.schoolId, nowMs);
    await directory.changeSchool(district.lecturing.schoolId, { settings: { keepsRecordingsDays: 30 } });
    // What would go at once has a week of grace, what has longer keeps its day.
    expect(await expired(nowMs)).toEqual([]);
    const { expiresAtMs } = (await recordings.recording(young.recordingId)) ?? {};
    expect(expiresAtMs).toBe(nowMs + 10 * DAY_MS);
    const later = nowMs + 8 * DAY_MS;
    expect(await expired(later)).toEqual([old.recordingId, copy.recordingId].sort());
    const byPersonId = district.teacher.personId;
    const hold = await recordings.setHold(old.recordingId, { reason: '投诉处理中', byPersonId, atMs: nowMs });
    expect(hold).toMatchObject({ hold: { reason: '投诉处理中', sinceMs: nowMs }, expiresAtMs: null });
    expect(await expired(later)).toEqual([]);
    expect(await recordings.remove(old.recordingId, 'expired', later)).toEqual([]);
    await expect(recordings.remove(old.recordingId, 'deleted', later)).rejects.toMatchObject(held);
    const erasure = { seatId: newId(SeatId), orderedBy: byPersonId, orderedAtMs: nowMs };
    await expect(stores.editions.orderErasure(old.recordingId, erasure)).rejects.toMatchObject(held);
    await recordings.setHold(old.recordingId, null);
    // The listing school keeps copies for a shorter time than the origin's.
    await directory.changeSchool(district.listening.schoolId, { settings: { keepsRecordingsDays: 1 } });
    expect(await recordings.remove(young.recordingId, 'expired', later)).toEqual([]);
    const [one, other] = await Promise.all([1, 2].map(() => recordings.remove(old.recordingId, 'expired', later)));
    expect([one, other].flat()).toHaveLength(2);
    expect(await recordings.recording(copy.recordingId)).toBeUndefined();
    await recordings.delete(old.recordingId);
    expect(await recordings.listRemoved(10)).toEqual([]);
  });

  it('opens to holders of a link for as long as everything allows it', async () => {
    const district = await makeDistrict(stores);
    const { recordingId } = await record(district);
    const { recordingLinks: links, recordings, directory } = stores;
    const { schoolId } = district.lecturing;
    const tokenHash = newId(RecordingId);
    const facts = {
      recordingId,
      tokenHash,
      label: '教研员',
      allowsDownload: false,
      createdBy: district.teacher.personId,
    };
    const link = await links.create({ ...facts, createdAtMs: MONDAY_8_MS, expiresAtMs: MONDAY_8_MS + DAY_MS });
    const isOpen = async (atMs = MONDAY_8_MS) => {
      const found = await links.find(tokenHash, atMs);
      expect(await links.isOpen(link.linkId, atMs)).toBe(found !== undefined);
      return found !== undefined;
    };
    expect(await isOpen()).toBe(false);
    await directory.changeSchool(schoolId, { settings: { allowsLinks: true } });
    expect([await isOpen(), await isOpen(MONDAY_8_MS + DAY_MS)]).toEqual([true, false]);
    await links.countOpening(link.linkId, MONDAY_8_MS + 7);
    expect(await links.list(recordingId, MONDAY_8_MS)).toEqual([
      { ...link, openedCount: 1, openedAtMs: MONDAY_8_MS + 7, createdByName: '林老师' },
    ]);
    await recordings.setPublished(recordingId, null);
    expect(await isOpen()).toBe(false);
    await recordings.setPublished(recordingId, MONDAY_8_MS);
    expect(await isOpen()).toBe(true);
    const other = await record(district);
    await expect(links.revoke(other.recordingId, link.linkId, MONDAY_8_MS)).rejects.toMatchObject({ code: 'notFound' });
    await links.revoke(recordingId, link.linkId, MONDAY_8_MS);
    await links.revoke(recordingId, link.linkId, MONDAY_8_MS);
    expect([await isOpen(), await links.list(recordingId, MONDAY_8_MS)]).toEqual([false, []]);
  });
});
