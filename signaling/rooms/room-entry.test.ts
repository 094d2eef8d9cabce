import { describe, expect, it } from 'vitest';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand } from '../../tests/support/rooms/rules-stand.ts';

describe('coming in', () => {
  it('makes a pupil wait for a teacher and lets it in by itself when one connects (L2, L7)', async () => {
    const stand = new RulesStand();
    const pupil = await stand.join('pupil', '小明');
    expect(pupil.snapshot).toMatchObject({ phase: 'waiting', cause: 'teacher' });
    expect(() => stand.seat(pupil)).toThrow('waitingForTeacher');
    await stand.join('lecturer', '王老师');
    expect(pupil.snapshot).toMatchObject({ phase: 'inside', needsTransports: true });
    expect(pupil.hears).toBe('inside');
  });

  it('does not open for a teacher who has entered but is not connected (L2)', async () => {
    const stand = new RulesStand();
    const pupil = await stand.join('pupil', '小明');
    await stand.room.enter(stand.claims('lecturer', '王老师'));
    await settle();
    expect(pupil.snapshot?.phase).toBe('waiting');
  });

  it('lets nobody in while the only teacher is cut off, even before safe mode (L2)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    stand.cut(teacher);
    expect((await stand.join('pupil', '小明')).snapshot).toMatchObject({ phase: 'waiting', cause: 'teacher' });
  });

  it('makes guardians and guests wait in the lobby until they are admitted, and remembers it (L3, L6)', async () => {
    const stand = new RulesStand({ kind: 'meeting' });
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    const guest = await stand.join('guest', '爷爷');
    expect(guest.snapshot).toMatchObject({ phase: 'waiting', cause: 'lobby' });
    expect(teacher.of('waitingChanged').at(-1)?.waiting).toMatchObject([{ seatId: guest.seatId, displayName: '爷爷' }]);
    expect(pupil.of('waitingChanged')).toEqual([]);
    expect(guest.hears).toBe('nothing');
    stand.room.teacherOrders.admit(idOf(guest));
    await settle();
    expect(guest.snapshot?.phase).toBe('inside');
    stand.room.leave(stand.seat(guest));
    expect((await stand.join('guest', '爷爷')).snapshot?.phase).toBe('inside');
  });

  it('tells teachers, and nobody else, that a guest’s child is only claimed (L10)', async () => {
    const stand = new RulesStand({ kind: 'meeting' });
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    const claimed = { wardName: '小红', isWardClaimed: true };
    const guest = await stand.joinAs({ ...stand.claims('guest', '爷爷'), ...claimed });
    expect(teacher.of('waitingChanged').at(-1)?.waiting).toMatchObject([{ displayName: '爷爷', ...claimed }]);
    stand.room.teacherOrders.admit(idOf(guest));
    await settle();
    expect(stand.room.parts.presence.find(idOf(guest))).toMatchObject(claimed);
    expect(JSON.stringify(pupil.heard)).not.toContain('"isWardClaimed":true');
    const invited = { wardName: '小刚', isWardClaimed: false };
    await stand.joinAs({ ...stand.claims('guest', '奶奶'), ...invited });
    expect(teacher.of('waitingChanged').at(-1)?.waiting).toMatchObject([{ displayName: '奶奶', ...invited }]);
  });

  it('offers nothing to receive to whoever waits, or has not said what it can receive (H5)', async () => {
    const stand = new RulesStand();
    const waiting = await stand.join('pupil', '小红');
    expect(waiting.snapshot?.phase).toBe('waiting');
    expect(waiting.snapshot).not.toHaveProperty('consumers');
    const teacher = await stand.join('lecturer', '王老师');
    await stand.produce(teacher, 'microphone');
    const offeredTo = async (name: string, receives: Parameters<typeof stand.connect>[1]) =>
      (await stand.connect((await stand.room.enter(stand.claims('pupil', name))).seatToken, receives)).snapshot;
    expect(await offeredTo('小明', null)).toMatchObject({ phase: 'inside', consumers: [] });
    expect(await offeredTo('小刚', { codecs: [] })).toMatchObject({ phase: 'inside', consumers: [{ kind: 'audio' }] });
  });

  it('makes an admitted guest wait again under another name, whether inside or gone (L3)', async () => {
    const stand = new RulesStand({ kind: 'meeting' });
    const teacher = await stand.join('lecturer', '王老师');
    const guest = await stand.join('guest', '爷爷');
    stand.room.teacherOrders.admit(idOf(guest));
    await settle();
    const claims = stand.claims('guest', '爷爷');
    const renamed = await stand.joinAs({ ...claims, displayName: '王老师' });
    expect(guest.closedFor).toBe('seatTakenOver');
    expect(renamed.seatId).toBe(guest.seatId);
    expect(renamed.snapshot).toMatchObject({ phase: 'waiting', cause: 'lobby' });
    expect(teacher.of('waitingChanged').at(-1)?.waiting).toMatchObject([{ displayName: '王老师' }]);

    stand.room.teacherOrders.admit(idOf(renamed));
    await settle();
    stand.room.leave(stand.seat(renamed));
    const otherWard = await stand.joinAs({ ...claims, displayName: '王老师', wardName: '小明' });
    expect(otherWard.snapshot?.phase).toBe('waiting');
    stand.room.teacherOrders.admit(idOf(otherWard));
    await settle();
    const next = new RulesStand({ before: stand, saved: stand.saved() });
    await next.join('lecturer', '王老师');
    expect((await next.joinAs({ ...claims, displayName: '王老师', wardName: '小明' })).snapshot?.phase).toBe('inside');
    expect((await next.joinAs(claims)).snapshot?.phase).toBe('waiting');
  });

  it('lets 100 wait on one invitation, and the next when one of them has gone in; others are not concerned (L9)', async () => {
    const stand = new RulesStand({ kind: 'meeting' });
    await stand.join('lecturer', '王老师');
    const [first] = await Promise.all(Array.from({ length: 100 }, (_, n) => stand.join('guest', `家长${n}`)));
    await expect(stand.room.enter(stand.claims('guest', '多一位'))).rejects.toMatchObject({ code: 'lobbyFull' });
    expect((await stand.join('guest', '家长1')).snapshot?.phase).toBe('waiting');
    expect((await stand.join('guardian', '小明爸爸')).snapshot?.phase).toBe('waiting');
    if (first === undefined) throw new Error('nobody waits');
    stand.room.teacherOrders.admit(idOf(first));
    expect((await stand.join('guest', '多一位')).snapshot?.phase).toBe('waiting');
  });

  it('keeps newcomers out while locked, teachers excepted, and lets them in when unlocked (L1, L4)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const early = await stand.join('pupil', '小明');
    stand.room.teacherOrders.setLocked(true);
    const late = await stand.join('pupil', '小红');
    expect(late.snapshot).toMatchObject({ phase: 'waiting', cause: 'locked' });
    expect((await stand.join('coTeacher', '李老师')).snapshot?.phase).toBe('inside');
    expect(early.of('lockChanged')).toEqual([{ locked: true }]);
    stand.room.teacherOrders.setLocked(false);
    await settle();
    expect(late.snapshot?.phase).toBe('inside');
    expect(teacher.closedFor).toBeNull();
  });

  it('keeps a reloaded seat inside a locked room (L4, S3)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    stand.room.teacherOrders.setLocked(true);
    const again = await stand.join('pupil', '小明');
    expect(again.seatId).toBe(pupil.seatId);
    expect(again.snapshot?.phase).toBe('inside');
  });

  it('refuses whoever was removed and kept out, with every token (J5)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    stand.room.teacherOrders.removeSeat(stand.seat(teacher), idOf(pupil), true);
    expect(pupil.closedFor).toBe('removed');
    await expect(stand.room.enter(stand.claims('pupil', '小明'))).rejects.toMatchObject({ code: 'removedFromRoom' });
    expect(() => stand.room.connect(stand.tokens.verify(pupil.token), pupil, null)).toThrow('seatTokenInvalid');
  });

  it('lets whoever was removed without being kept out come back (J5)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    stand.room.teacherOrders.removeSeat(stand.seat(teacher), idOf(pupil), false);
    const again = await stand.join('pupil', '小明');
    expect(again.snapshot?.phase).toBe('inside');
    expect(again.seatId).toBe(pupil.seatId);
  });

  it('refuses the one too many with roomFull, but never a teacher (J4)', async () => {
    const stand = new RulesStand({ maxInside: 1 });
    await stand.join('lecturer', '王老师');
    await stand.join('pupil', '小明');
    await expect(stand.room.enter(stand.claims('pupil', '小红'))).rejects.toMatchObject({ code: 'roomFull' });
    expect((await stand.join('coTeacher', '李老师')).snapshot?.phase).toBe('inside');
  });

  it('hands the seat to a second tab and closes the first (J3, S1, S2)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const first = await stand.join('pupil', '小明');
    const second = await stand.join('pupil', '小明');
    expect(second.seatId).toBe(first.seatId);
    expect(first.closedFor).toBe('seatTakenOver');
    expect(() => stand.seat(first)).toThrow('seatTokenInvalid');
    expect(stand.seat(second).seatId).toBe(first.seatId);
    expect(() => stand.room.connect(stand.tokens.verify(first.token), first, null)).toThrow('seatTokenInvalid');
  });

  it('keeps a cut seat for 30 s and no longer (S3)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    stand.cut(pupil);
    await stand.clock.pass(29_000);
    const back = await stand.connect(pupil.token);
    expect(back.seatId).toBe(pupil.seatId);
    expect(back.snapshot?.phase).toBe('inside');
    stand.cut(back);
    await stand.clock.pass(30_001);
    expect(() => stand.tokens.verify(back.token)).not.toThrow();
    await expect(stand.connect(back.token)).rejects.toThrow('seatTokenInvalid');
  });

  it('takes the last two tokens, and the older one no more once the newer was used (H3)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const { seatToken: first } = await stand.room.enter(stand.claims('pupil', '小明'));
    const second = (await stand.connect(first)).token;
    // The answer with the second one was lost on the way.
    const third = (await stand.connect(first)).token;
    await stand.connect(third);
    await expect(stand.connect(first)).rejects.toThrow('seatTokenInvalid');
    await expect(stand.connect(second)).rejects.toThrow('seatTokenInvalid');
  });

  it('tells names of those who matter and a count of the rest, in batches (S6)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    await stand.clock.pass(1_000);
    for (let n = 0; n < 60; n += 1) await stand.join('pupil', `学生${n}`);
    const before = teacher.of('participantsChanged').length;
    await stand.clock.pass(2_000);
    const deltas = teacher.of('participantsChanged').slice(before);
    expect(deltas).toHaveLength(1);
    expect(deltas[0]).toMatchObject({ audienceCount: 60 });
    expect(deltas[0]?.changed).toHaveLength(50);
    expect(stand.room.parts.participants.page(50, 100)).toMatchObject({ total: 61 });
  });

  it('tells of the audience every two seconds, and at once of who matters to everybody meanwhile (S6)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    await stand.clock.pass(3_000);
    const first = await stand.join('pupil', '小一');
    await stand.clock.pass(250);
    const told = () => teacher.of('participantsChanged').map(({ changed }) => changed.map((one) => one.displayName));
    expect(told().at(-1)).toEqual(['小一']);
    const before = told().length;
    await stand.join('pupil', '小二');
    await stand.clock.pass(250);
    await stand.join('pupil', '小三');
    await stand.clock.pass(250);
    expect(told().slice(before)).toEqual([]);
    await stand.join('site', '教室');
    await stand.clock.pass(250);
    expect(told().slice(before)).toEqual([['教室', '小二', '小三']]);
    await stand.onStage(first);
    await stand.clock.pass(250);
    stand.room.seatOrders.leaveStage(stand.seat(first));
    await stand.clock.pass(250);
    expect(told()).toHaveLength(before + 3);
    expect(teacher.of('participantsChanged').at(-1)?.changed).toMatchObject([{ displayName: '小一', onStage: false }]);
    stand.room.leave(stand.seat(first));
    await stand.clock.pass(1_750);
    expect(told()).toHaveLength(before + 3);
    await stand.clock.pass(250);
    expect(teacher.of('participantsChanged').at(-1)).toMatchObject({ changed: [], audienceCount: 2 });
  });

  it('calls the roll: absent, present, late, left (S7)', async () => {
    const stand = new RulesStand();
    const seatOf = (name: string) => `person:person-${Buffer.from(name).toString('hex')}`;
    const expected = ['小明', '小红', '小刚'].map((displayName) => ({
      ...{ displayName, classGroup: '三年级一班', schoolName: null, rollKey: seatOf(displayName) },
      personId: stand.claims('pupil', displayName).identity as never,
    }));
    const called = new RulesStand({ lesson: { ...stand.lesson, expected, facts: { ...stand.lesson.facts } } });
    await called.join('lecturer', '王老师');
    const early = await called.join('pupil', '小明');
    await called.clock.pass(5 * 60_000 + 1);
    await called.join('pupil', '小红');
    called.room.leave(called.seat(early));
    expect(called.room.parts.roll.entries().map(({ displayName, state }) => [displayName, state])).toEqual([
      ['小明', 'left'],
      ['小红', 'late'],
      ['小刚', 'absent'],
    ]);
  });

  it('ends for everybody and lets nobody in any more (E3, J6)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    stand.room.end();
    await settle();
    expect([teacher.closedFor, pupil.closedFor]).toEqual(['lessonEnded', 'lessonEnded']);
    expect(stand.node.isClosed).toBe(true);
    expect(stand.store.lessons.get(stand.lesson.facts.lessonId)?.state).toBe('ended');
    expect(stand.store.stays.every((stay) => stay.leftAtMs !== null)).toBe(true);
    await expect(stand.room.enter(stand.claims('lecturer', '王老师'))).rejects.toMatchObject({ code: 'lessonEnded' });
  });

  it('ends by itself ten minutes after the bell when everybody has left (E4)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    stand.room.leave(stand.seat(teacher));
    await stand.clock.pass(54 * 60_000);
    stand.room.sweep();
    expect(stand.room.isEnded).toBe(false);
    await stand.clock.pass(2 * 60_000);
    stand.room.sweep();
    expect(stand.room.isEnded).toBe(true);
  });
});
