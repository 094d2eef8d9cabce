import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LessonId, PollId, type SeatId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { PollRow, SeatHolder, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

describe.each(DATABASES)('store of questions on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
    district = await makeDistrict(stores);
  });
  afterAll(() => opened?.close());

  async function lessonWithSeats() {
    const { lessonId } = await makeLesson(stores, district);
    const seatOf = async ({ personId, displayName }: SmallDistrict['pupil'], seat: 'lecturer' | 'pupil') => {
      const holder = { kind: 'person' as const, personId };
      const claim = { lessonId, holder, seat, displayName, schoolName: null, wardName: null, nowMs: MONDAY_8_MS };
      return (await stores.seats.claim(claim)).seatId;
    };
    return {
      lessonId,
      teacher: await seatOf(district.teacher, 'lecturer'),
      pupil: await seatOf(district.pupil, 'pupil'),
    };
  }

  const pollOf = (askedBy: SeatId, text: string, atMs: number, change: Partial<PollRow> = {}): PollRow => ({
    pollId: newId(PollId),
    askedBy,
    question: {
      ...{ kind: 'multiple', text, options: ['甲', '乙', '丙'] },
      ...{ correctChoices: [0, 2], correctText: null, isAnonymous: false },
    },
    state: 'open',
    ballotKey: null,
    createdAtMs: atMs,
    openedAtMs: atMs,
    closedAtMs: null,
    changedAtMs: atMs,
    ...change,
  });

  it('keeps answers under names, and anonymous ones under nothing that leads back once the lesson is over', async () => {
    const { polls } = stores;
    const { lessonId, teacher, pupil } = await lessonWithSeats();
    const named = pollOf(teacher, '哪几项正确？', MONDAY_8_MS);
    const secret = pollOf(teacher, '您满意吗？', MONDAY_8_MS + 1, { ballotKey: 'ballot-key' });
    for (const poll of [named, secret]) await polls.save(lessonId, poll);
    const answer = { choices: [0, 2], text: null };
    await polls.saveAnswer({
      pollId: named.pollId,
      voter: pupil,
      seatId: pupil,
      answer,
      answeredAtMs: MONDAY_8_MS + 2,
    });
    await polls.saveAnswer({ pollId: secret.pollId, voter: 'v', seatId: null, answer, answeredAtMs: MONDAY_8_MS + 3 });
    const { personId, displayName } = district.pupil;
    expect(await polls.list(lessonId)).toEqual([
      {
        poll: named,
        answers: [
          { voter: pupil, seatId: pupil, answer, answeredAtMs: MONDAY_8_MS + 2, displayName, seat: 'pupil', personId },
        ],
      },
      {
        poll: secret,
        answers: [
          {
            voter: 'v',
            seatId: null,
            answer,
            answeredAtMs: MONDAY_8_MS + 3,
            displayName: null,
            seat: null,
            personId: null,
          },
        ],
      },
    ]);
    await polls.forgetBallots(lessonId);
    await polls.save(lessonId, { ...secret, state: 'closed', changedAtMs: MONDAY_8_MS + 9 });
    const [, after] = await polls.list(lessonId);
    expect(after?.poll).toMatchObject({ state: 'closed', ballotKey: null });
  });

  it('offers what the same person has asked in any lesson, each once, newest first', async () => {
    const { polls } = stores;
    const [before, now] = [await lessonWithSeats(), await lessonWithSeats()];
    await polls.save(before.lessonId, pollOf(before.teacher, '老问题', MONDAY_8_MS + 100));
    await polls.save(before.lessonId, pollOf(before.teacher, '常问', MONDAY_8_MS + 101));
    await polls.save(now.lessonId, pollOf(now.teacher, '常问', MONDAY_8_MS + 103));
    await polls.save(now.lessonId, pollOf(now.teacher, '新问题', MONDAY_8_MS + 102));
    const asked = await polls.askedBySeat(now.teacher, 3);
    expect(asked.map(({ text }) => text)).toEqual(['常问', '新问题', '老问题']);
    expect(await polls.askedBySeat(now.pupil, 3)).toEqual([]);
  });

  describe('what was put to a person', () => {
    /** A pupil of its own, at whose lessons nothing else was asked. */
    async function pupilWithSeats() {
      const personId = (
        await stores.directory.createPerson({
          ...{ account: `pupil.${randomUUID().slice(0, 12)}`, displayName: '赵一诺', role: 'student' },
          ...{ schoolId: district.lecturing.schoolId, classGroupId: null, wardIds: [] },
          ...{ passwordHash: 'hash', mustChangePassword: false },
        })
      ).personId;
      const sit = async (change: Parameters<typeof makeLesson>[2], seat: 'pupil' | 'coTeacher' = 'pupil') => {
        const { lessonId } = await makeLesson(stores, district, { classGroupIds: [], ...change });
        const claimOf = (holder: SeatHolder, kind: 'lecturer' | typeof seat) =>
          stores.seats.claim({
            ...{ lessonId, holder, seat: kind, displayName: '某人', schoolName: null, wardName: null },
            nowMs: MONDAY_8_MS,
          });
        const { seatId } = await claimOf({ kind: 'person', personId }, seat);
        const teacher = await claimOf({ kind: 'person', personId: district.teacher.personId }, 'lecturer');
        return { lessonId, seatId, teacher: teacher.seatId };
      };
      return { personId, sit };
    }

    it('is every question that was open while it was there, or that it answered, newest first', async () => {
      const { polls, attendance } = stores;
      const { personId, sit } = await pupilWithSeats();
      const { lessonId, seatId, teacher } = await sit({});
      await attendance.joined({ lessonId, seatId, atMs: MONDAY_8_MS + 100 });
      await attendance.left(seatId, MONDAY_8_MS + 200);
      const asked = (text: string, openedAtMs: number | null, closedAtMs: number | null, more: Partial<PollRow> = {}) =>
        pollOf(teacher, text, MONDAY_8_MS, { openedAtMs, closedAtMs, state: 'closed', ...more });
      const at = (offset: number): number => MONDAY_8_MS + offset;
      const anonymous = asked('匿名', at(120), null);
      const rows = {
        before: asked('来之前', at(10), at(99)),
        spanning: asked('来的时候开着', at(20), at(150)),
        during: asked('在的时候', at(110), at(120), { state: 'published' }),
        still: asked('还开着', at(130), null, { state: 'open' }),
        prepared: asked('没有问', null, null, { state: 'prepared' }),
        after: asked('走了以后', at(201), at(300)),
        missedButAnswered: asked('重新开过', at(400), at(500)),
        anonymous: { ...anonymous, question: { ...anonymous.question, isAnonymous: true }, ballotKey: 'key' },
      };
      for (const poll of Object.values(rows)) await polls.save(lessonId, poll);
      for (const [poll, choices] of [
        [rows.during, [2, 0]],
        [rows.missedButAnswered, [1]],
      ] as const) {
        const answer = { choices: [...choices], text: null };
        await polls.saveAnswer({ pollId: poll.pollId, voter: seatId, seatId, answer, answeredAtMs: at(115) });
      }
      const found = await polls.putTo({ personId, limit: 10 });
      expect(found.map(({ question, answer }) => [question.text, answer?.choices ?? null])).toEqual([
        ['重新开过', [1]],
        ['还开着', null],
        ['在的时候', [2, 0]],
        ['来的时候开着', null],
      ]);
      expect(found[2]).toEqual({
        ...{ pollId: rows.during.pollId, question: rows.during.question, state: 'published' },
        ...{ openedAtMs: at(110), answer: { choices: [2, 0], text: null }, answeredAtMs: at(115) },
        lesson: { lessonId, title: '古诗二首', subject: '语文', state: 'scheduled', startedAtMs: MONDAY_8_MS },
      });
      const rest = await polls.putTo({ personId, limit: 10, before: rows.still.pollId });
      expect(rest.map(({ question }) => question.text)).toEqual(['在的时候', '来的时候开着']);
      const counted = await polls.countPutTo({ personId });
      expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(4);
      expect(counted).toContainEqual({
        question: { kind: 'multiple', correctChoices: [0, 2], correctText: null },
        ...{ state: 'published', answer: { choices: [2, 0], text: null }, count: 1 },
        lesson: { subject: '语文', state: 'scheduled' },
      });
    });

    it('is of a subject or of one teacher’s lessons when asked so, and nothing of lessons that it taught', async () => {
      const { polls, attendance, lessons } = stores;
      const { personId, sit } = await pupilWithSeats();
      const ask = async (text: string, { lessonId, seatId, teacher }: Awaited<ReturnType<typeof sit>>) => {
        await attendance.joined({ lessonId, seatId, atMs: MONDAY_8_MS });
        await polls.save(lessonId, pollOf(teacher, text, MONDAY_8_MS + 1));
      };
      const farTeacher = district.farTeacher.personId;
      await ask('语文题', await sit({}));
      await ask('数学题', await sit({ subject: '数学', lecturerId: farTeacher }));
      await ask('合上的课', await sit({ subject: '数学', coTeacherIds: [farTeacher] }));
      await ask('自己教的课', await sit({}, 'coTeacher'));
      const texts = async (filter: object) =>
        (await polls.putTo({ personId, limit: 10, ...filter })).map(({ question }) => question.text).toSorted();
      expect(await texts({})).toEqual(['合上的课', '数学题', '语文题'].toSorted());
      expect(await texts({ subject: '语文' })).toEqual(['语文题']);
      expect(await texts({ ledBy: farTeacher })).toEqual(['合上的课', '数学题'].toSorted());
      expect(await texts({ ledBy: district.otherPupil.personId })).toEqual([]);
      expect((await polls.countPutTo({ personId, ledBy: farTeacher })).map(({ count }) => count)).toEqual([2]);
      expect(await lessons.isTaughtBy(personId, farTeacher)).toBe(true);
      expect(await lessons.isTaughtBy(personId, district.otherPupil.personId)).toBe(false);
      // Who never came but ought to have is taught as well.
      await makeLesson(stores, district);
      expect(await lessons.isTaughtBy(district.pupil.personId, district.teacher.personId)).toBe(true);
      expect(await lessons.isTaughtBy(district.otherPupil.personId, district.teacher.personId)).toBe(false);
    });
  });

  it('refuses what belongs to no lesson, seat or question', async () => {
    const { polls } = stores;
    const { lessonId, teacher, pupil } = await lessonWithSeats();
    const poll = pollOf(teacher, '问题', MONDAY_8_MS);
    const code = expect.objectContaining({ code: 'notFound' });
    await expect(polls.save(newId(LessonId), poll)).rejects.toEqual(code);
    const answer = { choices: [0], text: null };
    const given = { pollId: poll.pollId, voter: pupil, seatId: pupil, answer, answeredAtMs: MONDAY_8_MS };
    await expect(polls.saveAnswer(given)).rejects.toEqual(code);
    await polls.save(lessonId, poll);
    await expect(polls.saveAnswer({ ...given, voter: randomUUID(), seatId: randomUUID() as SeatId })).rejects.toEqual(
      code,
    );
  });
});
