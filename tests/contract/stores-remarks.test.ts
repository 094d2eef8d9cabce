import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingId, RemarkId, type PersonId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { NewRemark, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const code = (expected: string) => expect.objectContaining({ name: 'AppError', code: expected });

describe.each(DATABASES)('store of remarks on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;
  let recordingId: RecordingId;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
    const { lessonId } = await makeLesson(stores, district);
    recordingId = newId(RecordingId);
    await stores.recordings.create({
      recordingId,
      lessonId,
      title: '古诗二首',
      startedAtUnixUs: MONDAY_8_MS * 1000,
      allowsDownload: false,
    });
  });
  afterAll(() => opened?.close());

  const remark = (authorId: PersonId, change: Partial<NewRemark> = {}): NewRemark => ({
    recordingId,
    authorId,
    kind: 'note',
    atMs: 1_000,
    text: '记一下',
    verdict: null,
    aspect: null,
    classGroupId: null,
    createdAtMs: MONDAY_8_MS,
    ...change,
  });

  it('list() gives everything in order of play time, but of notes the own ones only', async () => {
    const { remarks } = stores;
    const { pupil, teacher, farTeacher } = district;
    const { classGroupId } = district.classGroup;
    const question = await remarks.create(remark(pupil.personId, { kind: 'question', atMs: 9_000, classGroupId }));
    expect(question).toMatchObject({
      authorName: '王小明',
      authorSchoolName: district.lecturing.name,
      classGroup: '三年级一班',
      classSchoolId: district.lecturing.schoolId,
      answers: [],
    });
    const own = await remarks.create(remark(pupil.personId));
    const seen = { kind: 'observation', verdict: 'strength', aspect: 'interaction', atMs: 4_000 } as const;
    const observation = await remarks.create(remark(farTeacher.personId, seen));
    const ids = async (reader: PersonId) => (await remarks.list(recordingId, reader)).map(({ remarkId }) => remarkId);
    expect(await ids(pupil.personId)).toEqual([own.remarkId, observation.remarkId, question.remarkId]);
    expect(await ids(teacher.personId)).toEqual([observation.remarkId, question.remarkId]);
    expect(await remarks.count(recordingId, pupil.personId)).toBe(2);
    expect(await remarks.remark(observation.remarkId)).toEqual(observation);
  });

  it('answer() keeps one answer per person, and an empty one takes it back', async () => {
    const { remarks } = stores;
    const { classGroupId } = district.classGroup;
    const asked = remark(district.pupil.personId, { kind: 'question', classGroupId });
    const { remarkId } = await remarks.create(asked);
    const answer = (text: string, atMs: number) =>
      remarks.answer(remarkId, { authorId: district.teacher.personId, text, atMs });
    await answer('再想想', MONDAY_8_MS + 1);
    await remarks.answer(remarkId, { authorId: district.farTeacher.personId, text: '看板书', atMs: MONDAY_8_MS + 2 });
    const { answers } = await answer('对的', MONDAY_8_MS + 3);
    expect(answers.map(({ authorName, text, answeredAtMs }) => [authorName, text, answeredAtMs])).toEqual([
      ['古丽老师', '看板书', MONDAY_8_MS + 2],
      ['林老师', '对的', MONDAY_8_MS + 3],
    ]);
    expect((await answer('', MONDAY_8_MS + 4)).answers).toHaveLength(1);
  });

  it('reword() and delete() change what there is, and a recording takes its remarks along', async () => {
    const { remarks } = stores;
    const { remarkId } = await remarks.create(remark(district.teacher.personId));
    expect(await remarks.reword(remarkId, '改过')).toMatchObject({ text: '改过' });
    await remarks.delete(remarkId);
    await remarks.delete(remarkId);
    expect(await remarks.remark(remarkId)).toBeUndefined();
    await expect(remarks.reword(newId(RemarkId), 'x')).rejects.toEqual(code('notFound'));
    const missing = remark(district.teacher.personId, { recordingId: newId(RecordingId) });
    await expect(remarks.create(missing)).rejects.toEqual(code('notFound'));
    const kept = await remarks.create(remark(district.teacher.personId));
    await stores.recordings.delete(recordingId);
    expect(await remarks.remark(kept.remarkId)).toBeUndefined();
  });
});
