import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LessonId, MessageId, RequestId, SeatId } from '../../signaling/protocol/ids.ts';
import { newId } from '../../storage/new-id.ts';
import type { Seat, SeatClaim, Stores } from '../../storage/ports.ts';
import { makeDistrict, makeLesson, MINUTE_MS, MONDAY_8_MS, type SmallDistrict } from './district-fixture.ts';
import { DATABASES, type OpenStores } from './store-databases.ts';

const NOW_MS = MONDAY_8_MS;
const code = (expected: string) => expect.objectContaining({ name: 'AppError', code: expected });

describe.each(DATABASES)('stores of a room on %s', (_name, open) => {
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

  const claimOf = (lessonId: LessonId, change: Partial<SeatClaim> = {}): SeatClaim => ({
    lessonId,
    holder: { kind: 'person', personId: district.pupil.personId },
    seat: 'pupil',
    displayName: '王小明',
    schoolName: district.lecturing.name,
    wardName: null,
    nowMs: NOW_MS,
    ...change,
  });

  it('gives one seat per holder and lesson, also to many claims at once', async () => {
    const { lessonId } = await lesson();
    const seats = await Promise.all(Array.from({ length: 5 }, () => stores.seats.claim(claimOf(lessonId))));
    expect(new Set(seats.map(({ seatId }) => seatId)).size).toBe(1);
    const again = await stores.seats.claim(claimOf(lessonId, { seat: 'coTeacher', displayName: '王' }));
    expect(again).toMatchObject({ seatId: seats[0]?.seatId, seat: 'coTeacher', displayName: '王' });
    expect(await stores.seats.list(lessonId)).toHaveLength(1);
    expect((await stores.seats.claim(claimOf((await lesson()).lessonId))).seatId).not.toBe(again.seatId);
    await expect(stores.seats.claim(claimOf(newId(LessonId)))).rejects.toEqual(code('notFound'));
  });

  it('keeps what seats did in totals that never shrink, in whatever order they are written, and skips seats that are gone', async () => {
    const { lessonId } = await lesson();
    const { seatId } = await stores.seats.claim(claimOf(lessonId));
    const did = { seatId, talkedMs: 3_000, handsRaised: 1, lineMs: 9_000, poorLineMs: 500, lineScoreMs: 81_000 };
    const gone = { ...did, seatId: newId(SeatId) };
    await stores.activity.save([did, gone]);
    await stores.activity.save([{ ...did, talkedMs: 2_000, handsRaised: 2, lineMs: 8_000 }]);
    await stores.activity.save([]);
    expect(await stores.activity.list(lessonId)).toEqual([{ ...did, handsRaised: 2 }]);
    expect(await stores.activity.list((await lesson()).lessonId)).toEqual([]);
  });

  it('keeps a removed guest out and remembers who was admitted', async () => {
    const { lessonId } = await lesson({ kind: 'meeting' });
    const { invitationId } = await stores.invitations.create({
      lessonId,
      tokenHash: randomUUID(),
      label: '',
      seat: 'guest',
      createdBy: district.teacher.personId,
      createdAtMs: NOW_MS,
      expiresAtMs: NOW_MS + MINUTE_MS,
    });
    const holder = { kind: 'guest' as const, guestKeyHash: 'guest-key', invitationId };
    const claim = claimOf(lessonId, { holder, seat: 'guest', displayName: '客人', schoolName: null });
    const { seatId } = await stores.seats.claim(claim);
    await stores.seats.markAdmitted(seatId, NOW_MS + 7);
    expect(await stores.seats.claim(claim)).toMatchObject({ seatId, holder, admittedAtMs: NOW_MS + 7 });
    await stores.seats.setKeptOut(seatId, true);
    await expect(stores.seats.claim(claim)).rejects.toEqual(code('removedFromRoom'));
    expect(await stores.seats.seat(seatId)).toMatchObject({ isKeptOut: true });
    await stores.seats.setKeptOut(seatId, false);
    expect((await stores.seats.claim(claim)).seatId).toBe(seatId);
  });

  it('records stays that replays do not change, and the roll', async () => {
    const { attendance } = stores;
    const { lessonId } = await lesson();
    const { seatId } = await stores.seats.claim(claimOf(lessonId));
    const stay = (atMs: number) => ({ lessonId, seatId, atMs });
    for (let replay = 0; replay < 2; replay += 1) {
      await attendance.joined(stay(NOW_MS));
      await attendance.joined(stay(NOW_MS + 5));
      await attendance.left(seatId, NOW_MS + 10);
      await attendance.joined(stay(NOW_MS + 20));
    }
    const first = { seatId, personId: district.pupil.personId, joinedAtMs: NOW_MS, leftAtMs: NOW_MS + 10 };
    const stays = await attendance.stays(lessonId);
    expect(stays[0]).toEqual(first);
    expect(stays.at(-1)).toMatchObject({ joinedAtMs: NOW_MS + 20, leftAtMs: null });
    await attendance.allLeft(lessonId, NOW_MS + 30);
    expect((await attendance.stays(lessonId)).every(({ leftAtMs }) => leftAtMs !== null)).toBe(true);
    const personId = district.pupil.personId;
    await attendance.saveRoll(lessonId, [{ personId, state: 'absent' }]);
    await attendance.saveRoll(lessonId, [{ personId, state: 'late' }]);
    expect(await attendance.roll(lessonId)).toEqual([{ personId, state: 'late' }]);
  });

  const messageOf = (lessonId: LessonId, { seatId }: Seat, text: string, sentAtMs: number, requestId: string) => ({
    lessonId,
    seatId,
    text,
    sentAtMs,
    displayName: '王小明',
    seat: 'pupil' as const,
    messageId: newId(MessageId),
    requestId: RequestId.parse(requestId),
  });

  it('stores a chat message once per request, in growing times, and pages through history', async () => {
    const { chat } = stores;
    const { lessonId } = await lesson();
    const seat = await stores.seats.claim(claimOf(lessonId));
    const sent = await Promise.all(
      Array.from({ length: 5 }, (_, n) => chat.append(messageOf(lessonId, seat, `第${n}句`, NOW_MS, `r${n}`))),
    );
    expect(new Set(sent.map(({ sentAtMs }) => sentAtMs)).size).toBe(5);
    const again = await chat.append(messageOf(lessonId, seat, '第2句又一次', NOW_MS + 99, 'r2'));
    expect(again).toEqual(sent[2]);
    const last = await chat.page(lessonId, { limit: 2 });
    expect(last.more).toBe(true);
    const earlier = await chat.page(lessonId, { beforeMs: last.messages[0]?.sentAtMs ?? 0, limit: 10 });
    expect(earlier.more).toBe(false);
    const all = [...earlier.messages, ...last.messages];
    expect(all.map(({ text }) => text).toSorted()).toEqual(sent.map(({ text }) => text).toSorted());
    expect(all.map(({ sentAtMs }) => sentAtMs)).toEqual(sent.map(({ sentAtMs }) => sentAtMs).toSorted((a, b) => a - b));
    await expect(chat.append(messageOf(newId(LessonId), seat, 'x', NOW_MS, 'r9'))).rejects.toEqual(code('notFound'));
  });
});
