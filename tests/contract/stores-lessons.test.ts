import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LessonId, PersonId, RecordingId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { Audience, ComposedFilm, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MINUTE_MS, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const DAY_MS = 86_400_000;
const code = (expected: string, details?: object) =>
  expect.objectContaining({ name: 'AppError', code: expected, ...(details === undefined ? {} : { details }) });

describe.each(DATABASES)('stores of lessons on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  const lesson = (change: Parameters<typeof makeLesson>[2] = {}) => makeLesson(stores, district, change);

  describe('lessons', () => {
    it('create() keeps everything said and reads names along', async () => {
      const created = await lesson({ coTeacherIds: [district.farTeacher.personId] });
      expect(created).toMatchObject({
        state: 'scheduled',
        schoolName: district.lecturing.name,
        lecturerName: '林老师',
        coTeacherIds: [district.farTeacher.personId],
        classGroups: [{ name: '三年级一班', schoolId: district.lecturing.schoolId }],
        classrooms: [{ classroomId: district.classroomId, schoolName: district.listening.name, siteId: null }],
        startsAtMs: MONDAY_8_MS,
        startedAtMs: null,
        timetableEntryId: null,
      });
      expect(await stores.lessons.lesson(created.lessonId)).toEqual(created);
      await expect(lesson({ lecturerId: newId(PersonId) })).rejects.toEqual(code('notFound'));
      await expect(lesson({ endsAtMs: MONDAY_8_MS })).rejects.toEqual(code('invalidInput'));
    });

    it('goes from scheduled to live to ended, each step repeatable and never back', async () => {
      const { lessons } = stores;
      const { lessonId } = await lesson();
      expect(await lessons.start(lessonId, MONDAY_8_MS + 5)).toMatchObject({
        state: 'live',
        startedAtMs: MONDAY_8_MS + 5,
      });
      expect(await lessons.start(lessonId, MONDAY_8_MS + 9)).toMatchObject({ startedAtMs: MONDAY_8_MS + 5 });
      expect((await lessons.listLive()).map((live) => live.lessonId)).toContain(lessonId);
      await expect(lessons.cancel(lessonId)).rejects.toEqual(code('conflict', { state: 'live' }));
      await expect(lessons.change(lessonId, { title: 'x' })).rejects.toEqual(code('conflict', { state: 'live' }));
      expect(await lessons.end(lessonId, MONDAY_8_MS + 50)).toMatchObject({ state: 'ended' });
      expect(await lessons.end(lessonId, MONDAY_8_MS + 60)).toMatchObject({ endedAtMs: MONDAY_8_MS + 50 });
      await expect(lessons.start(lessonId, MONDAY_8_MS)).rejects.toEqual(code('conflict', { state: 'ended' }));
      await expect(lessons.end(newId(LessonId), MONDAY_8_MS)).rejects.toEqual(code('notFound'));
      expect((await lessons.listLive()).map((live) => live.lessonId)).not.toContain(lessonId);
    });

    it('change() replaces what is given and leaves the rest', async () => {
      const { lessonId } = await lesson();
      const changed = await stores.lessons.change(lessonId, { title: '新题目', classGroupIds: [], subject: null });
      expect(changed).toMatchObject({ title: '新题目', subject: null, classGroups: [], isRecorded: true });
      expect(changed.classrooms).toHaveLength(1);
    });

    it('list() gives whom it concerns what overlaps the range', async () => {
      const day = MONDAY_8_MS + 10 * DAY_MS;
      const times = { startsAtMs: day, endsAtMs: day + 40 * MINUTE_MS };
      const sky = await lesson(times);
      const own = await lesson({ ...times, classGroupIds: [], classroomIds: [], startsAtMs: day + MINUTE_MS });
      const cancelled = await lesson(times);
      await stores.lessons.cancel(cancelled.lessonId);
      const list = async (audience: Audience, fromMs = day, toMs = day + DAY_MS) =>
        (await stores.lessons.list({ fromMs, toMs, audience })).map(({ lessonId }) => lessonId);
      const both = [sky.lessonId, own.lessonId];
      expect(await list({ everything: true })).toEqual(both);
      expect(await list({ personId: district.teacher.personId })).toEqual(both);
      expect(await list({ schoolIds: [district.lecturing.schoolId] })).toEqual(both);
      for (const audience of [
        { personId: district.pupil.personId },
        { personId: district.guardian.personId },
        { personId: district.farTeacher.personId },
        { schoolIds: [district.listening.schoolId] },
        { classroomId: district.classroomId },
      ]) {
        expect(await list(audience), JSON.stringify(audience)).toEqual([sky.lessonId]);
      }
      expect(await list({})).toEqual([]);
      expect(await list({ schoolIds: [] })).toEqual([]);
      expect(await list({ personId: district.otherPupil.personId })).toEqual([]);
      expect(await list({ personId: district.teacher.personId }, day + 40 * MINUTE_MS)).toEqual([]);
      await stores.lessons.start(sky.lessonId, day);
      expect(await list({ personId: district.pupil.personId }, day + 50 * MINUTE_MS)).toEqual([sky.lessonId]);
    });

    it('involvements() say how each person is concerned', async () => {
      const { lessonId } = await lesson({ coTeacherIds: [] });
      const of = async (personId: PersonId) => (await stores.lessons.involvements(personId, [lessonId])).get(lessonId);
      expect(await of(district.teacher.personId)).toEqual({ as: 'lecturer' });
      expect(await of(district.farTeacher.personId)).toEqual({ as: 'farEndTeacher' });
      expect(await of(district.pupil.personId)).toEqual({ as: 'pupil' });
      expect(await of(district.guardian.personId)).toEqual({
        as: 'guardian',
        wards: [{ personId: district.pupil.personId, displayName: '王小明' }],
      });
      expect(await of(district.otherPupil.personId)).toBeUndefined();
      expect((await stores.lessons.involvements(district.teacher.personId, [])).size).toBe(0);
    });

    it('roster() names the pupils of the attending class groups', async () => {
      const { lessonId } = await lesson();
      expect(await stores.lessons.roster(lessonId)).toEqual([
        {
          personId: district.pupil.personId,
          displayName: '王小明',
          studentNumber: null,
          classGroupId: district.classGroup.classGroupId,
          classGroup: '三年级一班',
          schoolId: district.lecturing.schoolId,
          schoolName: district.lecturing.name,
        },
      ]);
    });
  });

  describe('recordings', () => {
    const STARTED_AT_US = MONDAY_8_MS * 1000 + 123_456;
    const film: ComposedFilm = {
      attempt: 'a1',
      masterKey: 'produced/r/a1/master.m3u8',
      mp4Key: 'produced/r/a1/lesson.mp4',
      posterKey: 'produced/r/a1/poster.jpg',
      thumbnailsKey: 'produced/r/a1/thumbnails.vtt',
      chaptersKey: null,
      durationMs: 2_400_040.4,
      editionVersion: 0,
      mp4Bytes: 3_000_000_000,
    };
    const views = { indexKey: 'play/r/index.json', durationMs: 2_400_000, isFinal: true };

    async function record(change: Parameters<typeof makeLesson>[2] = {}): Promise<RecordingId> {
      const { lessonId } = await lesson(change);
      const recordingId = newId(RecordingId);
      const recording = {
        recordingId,
        lessonId,
        title: '古诗二首',
        startedAtUnixUs: STARTED_AT_US,
        allowsDownload: false,
      };
      await stores.recordings.create(recording);
      await stores.recordings.create(recording);
      return recordingId;
    }

    it('goes from recording to ready, with all that a player needs', async () => {
      const { recordings } = stores;
      const id = await record();
      expect(await recordings.recording(id)).toMatchObject({
        phase: 'recording',
        startedAtUnixUs: STARTED_AT_US,
        startedAtMs: MONDAY_8_MS + 123,
        lecturerName: '林老师',
        viewsIndexKey: null,
        film: null,
      });
      expect(await recordings.markPlayable(id, { ...views, durationMs: 5, isFinal: false })).toMatchObject({
        phase: 'recording',
      });
      await expect(recordings.markReady(id, film)).rejects.toEqual(code('conflict', { phase: 'recording' }));
      expect(await recordings.markFinishing(id, MONDAY_8_MS + 50)).toMatchObject({ phase: 'finishing' });
      const early = await recordings.markPlayable(id, { ...views, durationMs: 6, isFinal: false });
      expect(early).toMatchObject({ phase: 'finishing', durationMs: 5 });
      expect(await recordings.markPlayable(id, views)).toMatchObject({ phase: 'playable', durationMs: 2_400_000 });
      expect(await recordings.markProducing(id)).toMatchObject({
        phase: 'producing',
        progress: { fraction: 0, secondsLeft: null },
      });
      await recordings.setProgress(id, { fraction: 0.5, secondsLeft: 60 });
      expect(await recordings.recording(id)).toMatchObject({ progress: { fraction: 0.5, secondsLeft: 60 } });
      expect(await recordings.markReady(id, film)).toMatchObject({
        phase: 'ready',
        film,
        progress: null,
        durationMs: 2_400_040,
      });
      expect(await recordings.recording(id)).toMatchObject({
        film,
        viewsIndexKey: views.indexKey,
        endedAtMs: MONDAY_8_MS + 50,
      });
    });

    it('is never taken back by a step that comes late', async () => {
      const { recordings } = stores;
      const id = await record();
      await recordings.markFinishing(id, MONDAY_8_MS);
      await recordings.markReady(id, film);
      await recordings.markFinishing(id, MONDAY_8_MS + 99);
      await recordings.markPlayable(id, views);
      await recordings.setProgress(id, { fraction: 0.9, secondsLeft: 1 });
      expect(await recordings.markFailed(id, 'encoderFailed')).toMatchObject({
        phase: 'ready',
        failure: null,
        progress: null,
        endedAtMs: MONDAY_8_MS,
        viewsIndexKey: views.indexKey,
      });
    });

    it('does not forget production that begins before the tail is in', async () => {
      const { recordings } = stores;
      const id = await record();
      await recordings.markFinishing(id, MONDAY_8_MS);
      expect(await recordings.markProducing(id)).toMatchObject({ phase: 'finishing' });
      expect(await recordings.markPlayable(id, views)).toMatchObject({ phase: 'producing' });
      expect((await recordings.listUnfinished()).map(({ recordingId }) => recordingId)).toContain(id);
    });

    it('keeps what can be played when production fails or is cancelled, and can be produced again', async () => {
      const { recordings } = stores;
      const id = await record();
      await recordings.markFinishing(id, MONDAY_8_MS);
      await recordings.markPlayable(id, views);
      await recordings.markProducing(id);
      expect(await recordings.markProductionCancelled(id)).toMatchObject({ phase: 'playable', progress: null });
      await recordings.markProducing(id);
      expect(await recordings.markFailed(id, 'diskFull')).toMatchObject({
        phase: 'failed',
        failure: 'diskFull',
        viewsIndexKey: views.indexKey,
      });
      expect(await recordings.markProducing(id)).toMatchObject({ phase: 'producing', failure: null });
      await recordings.markReady(id, film);
      await recordings.markProducing(id);
      expect(await recordings.markProductionCancelled(id)).toMatchObject({ phase: 'ready', film });
    });

    it('list() shows each person what it may watch, newest first', async () => {
      const { recordings } = stores;
      const title = `公开课 ${newId(RecordingId)}`;
      const id = await record();
      await recordings.markFinishing(id, MONDAY_8_MS);
      await recordings.change(id, { title });
      const total = async (audience: Audience, more: object = {}) => {
        const page = await recordings.list({ audience, search: title, offset: 0, limit: 10, ...more });
        expect(page.items).toHaveLength(page.total);
        for (const { recordingId } of page.items) expect(await recordings.isVisible(recordingId, audience)).toBe(true);
        return page.total;
      };
      const outsider = { personId: district.otherPupil.personId };
      expect(await total({ personId: district.pupil.personId })).toBe(1);
      expect(await total({ personId: district.guardian.personId })).toBe(1);
      expect(await total({ schoolIds: [district.listening.schoolId] })).toBe(1);
      expect(await total({ everything: true }, { subject: '语文', schoolId: district.lecturing.schoolId })).toBe(1);
      expect(await total({ everything: true }, { subject: '数学' })).toBe(0);
      expect(await total({ everything: true }, { toMs: MONDAY_8_MS })).toBe(0);
      expect(await total(outsider)).toBe(0);
      expect(await recordings.isVisible(id, outsider)).toBe(false);
      await recordings.change(id, { visibility: 'school' });
      expect(await total(outsider)).toBe(1);
      const stranger = { personId: (await makeDistrict(stores)).pupil.personId };
      expect(await total(stranger)).toBe(0);
      await recordings.change(id, { visibility: 'district' });
      expect(await total(stranger)).toBe(1);
      expect(await total({})).toBe(0);
    });

    it('leaves running recordings out of the library unless asked for', async () => {
      const id = await record({ title: 'running' });
      const list = async (includeRunning: boolean) => {
        const audience = { everything: true };
        const page = await stores.recordings.list({ audience, includeRunning, offset: 0, limit: 100 });
        return page.items.map(({ recordingId }) => recordingId);
      };
      expect(await list(false)).not.toContain(id);
      expect(await list(true)).toContain(id);
    });

    it('remembers where each person stopped, until the recording is deleted', async () => {
      const { recordings } = stores;
      const id = await record();
      const { personId } = district.pupil;
      await recordings.savePosition(personId, id, 1000.4, MONDAY_8_MS);
      await recordings.savePosition(personId, id, 2000, MONDAY_8_MS);
      expect(await recordings.positions(personId, [id, newId(RecordingId)])).toEqual(new Map([[id, 2000]]));
      await recordings.delete(id);
      await recordings.delete(id);
      expect(await recordings.positions(personId, [id])).toEqual(new Map());
      await expect(recordings.savePosition(personId, id, 1, MONDAY_8_MS)).rejects.toEqual(code('notFound'));
      await expect(recordings.markFailed(id, 'stalled')).rejects.toEqual(code('notFound'));
    });
  });
});
