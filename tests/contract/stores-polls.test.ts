import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LessonId, PollId, type SeatId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { PollRow, Stores } from '../../storage/ports.ts';
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
