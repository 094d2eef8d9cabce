import { describe, expect, it } from 'vitest';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { FIRST_RULES, type ClassRules } from '../protocol/class-order.ts';
import { RequestId, type ProducerId } from '../protocol/ids.ts';
import { TAKE_OVER_AFTER_MS, TAKE_OVER_UNBEGUN_AFTER_MS } from './lesson-lead.ts';

const seatsOf = (peer: TestPeer) =>
  peer.snapshot?.phase === 'inside' ? { seat: peer.snapshot.self.seat, may: peer.snapshot.self.permitted } : null;
const eventsOf = (stand: RulesStand) => [...stand.control.events.values()].flat();
const setRules = (stand: RulesStand, change: Partial<ClassRules>): boolean =>
  stand.room.parts.tools.rules.set({ ...stand.room.parts.tools.rules.rules, ...change });
const unpause = (stand: RulesStand, peer: TestPeer, producerId: ProducerId): void =>
  stand.room.seatOrders.setProducerPaused(stand.seat(peer), { producerId, paused: false });

async function taught(kind: 'live' | 'sky' | 'meeting' = 'live', facts = {}) {
  const stand = new RulesStand({ kind, facts });
  const lecturer = await stand.join('lecturer', '王老师');
  const coTeacher = await stand.join('coTeacher', '阿依古丽老师');
  const pupil = await stand.join('pupil', '小明');
  return { stand, lecturer, coTeacher, pupil };
}

describe('rules of the class', () => {
  it('let everybody, teachers alone, or nobody write, and tell everybody so (O1, O2)', async () => {
    const { stand, lecturer, pupil } = await taught();
    expect(stand.seat(pupil, 'chat')).toBeDefined();
    setRules(stand, { chat: 'teachers' });
    expect(pupil.of('orderChanged').at(-1)?.order.rules.chat).toBe('teachers');
    expect(pupil.of('selfChanged').at(-1)?.permitted).not.toContain('chat');
    expect(() => stand.seat(pupil, 'chat')).toThrow('closedByTeacher');
    expect(stand.seat(lecturer, 'chat')).toBeDefined();
    setRules(stand, { chat: 'nobody' });
    expect(() => stand.seat(lecturer, 'chat')).toThrow('closedByTeacher');
    const late = await stand.join('pupil', '小红');
    expect(late.snapshot).toMatchObject({ tools: { order: { rules: { chat: 'nobody' } } } });
    expect(() => stand.seat(late, 'chat')).toThrow('closedByTeacher');
    setRules(stand, { chat: 'everybody' });
    expect(stand.seat(pupil, 'chat')).toBeDefined();
  });

  it('say nothing when nothing is changed by them (O1)', async () => {
    const { stand, pupil } = await taught();
    expect(setRules(stand, {})).toBe(false);
    expect(pupil.of('orderChanged')).toHaveLength(0);
  });

  it('let pupils on stage share a screen, and close it when they no longer do (O3)', async () => {
    const { stand, pupil } = await taught();
    await stand.onStage(pupil);
    await expect(stand.produce(pupil, 'screen')).rejects.toMatchObject({ code: 'closedByTeacher' });
    setRules(stand, { screens: 'stage' });
    const screen = await stand.produce(pupil, 'screen');
    expect(stand.node.producers.has(screen)).toBe(true);
    const inAudience = await stand.join('pupil', '小红');
    await expect(stand.produce(inAudience, 'screen')).rejects.toMatchObject({ code: 'forbidden' });
    const site = await stand.join('site', '和田一小');
    await stand.onStage(site);
    await expect(stand.produce(site, 'screen')).rejects.toMatchObject({ code: 'forbidden' });
    setRules(stand, { screens: 'teachers' });
    await settle();
    expect(stand.node.producers.has(screen)).toBe(false);
  });

  it('keep a microphone shut until a teacher opens it, by whatever way it is sent (O4)', async () => {
    const { stand, pupil } = await taught();
    setRules(stand, { microphones: 'teachers' });
    await stand.onStage(pupil);
    const first = await stand.produce(pupil, 'microphone');
    expect(stand.isPaused(first)).toBe(true);
    expect(() => unpause(stand, pupil, first)).toThrow('closedByTeacher');
    stand.room.seatOrders.closeProducer(stand.seat(pupil), first);
    const second = await stand.produce(pupil, 'microphone');
    expect(stand.isPaused(second)).toBe(true);
    const again = await stand.join('pupil', '小明');
    expect(idOf(again)).toBe(idOf(pupil));
    await stand.room.seatOrders.createTransports(stand.seat(again), { rtpCapabilities: {}, sendOnly: true });
    const third = await stand.produce(again, 'microphone');
    expect(stand.isPaused(third)).toBe(true);
    stand.room.teacherOrders.openMicrophone(idOf(again));
    await settle();
    expect(stand.isPaused(third)).toBe(false);
    expect(again.of('orderChanged').at(-1)?.order.openedSeatIds).toEqual([idOf(again)]);
    stand.room.teacherOrders.muteSeat(idOf(again));
    await settle();
    expect(stand.isPaused(third)).toBe(true);
    expect(() => unpause(stand, again, third)).toThrow('closedByTeacher');
  });

  it('leave what a pupil has shut to the pupil, and whoever is heard heard (O4, O5)', async () => {
    const { stand, pupil, lecturer } = await taught();
    await stand.onStage(pupil);
    const microphone = await stand.produce(pupil, 'microphone');
    setRules(stand, { microphones: 'teachers' });
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: microphone, paused: true });
    stand.room.teacherOrders.muteAll(stand.seat(lecturer));
    stand.room.teacherOrders.openMicrophone(idOf(pupil));
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    unpause(stand, pupil, microphone);
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    stand.room.seatOrders.leaveStage(stand.seat(pupil));
    await stand.onStage(pupil);
    expect(stand.isPaused(await stand.produce(pupil, 'microphone'))).toBe(true);
  });

  it('do not touch the microphone of a listening classroom (O4)', async () => {
    const { stand } = await taught('sky');
    setRules(stand, { microphones: 'teachers' });
    const site = await stand.join('site', '和田一小');
    await stand.onStage(site);
    expect(stand.isPaused(await stand.produce(site, 'microphone'))).toBe(false);
  });

  it('outlive the process (O1, T1)', async () => {
    const { stand, pupil } = await taught();
    await stand.onStage(pupil);
    setRules(stand, { chat: 'nobody', microphones: 'teachers', screens: 'stage' });
    stand.room.teacherOrders.openMicrophone(idOf(pupil));
    expect(stand.savesAtOnce).toBeGreaterThan(0);
    const after = new RulesStand({ before: stand, saved: stand.saved() });
    expect(after.room.parts.tools.rules.rules).toEqual({ chat: 'nobody', microphones: 'teachers', screens: 'stage' });
    expect(after.room.parts.tools.rules.opened).toEqual([idOf(pupil)]);
  });

  it('stand in the recording (O1)', async () => {
    const { stand } = await taught('live', { isRecorded: true });
    await settle();
    setRules(stand, { chat: 'nobody' });
    await settle();
    expect(
      eventsOf(stand)
        .filter(({ type }) => type === 'rules')
        .map(({ data }) => data),
    ).toEqual([{ ...FIRST_RULES, chat: 'nobody' }]);
  });
});

describe('handing over', () => {
  it('makes the co-teacher the lecturer, with all rights, and the lecturer a co-teacher (O6)', async () => {
    const { stand, lecturer, coTeacher, pupil } = await taught();
    const { lead } = stand.room.parts.tools;
    lead.handOver(idOf(coTeacher));
    await settle();
    expect(seatsOf(coTeacher)?.seat).toBe('lecturer');
    expect(seatsOf(coTeacher)?.may).toContain('endLesson');
    expect(seatsOf(lecturer)?.seat).toBe('coTeacher');
    expect(() => stand.seat(lecturer, 'endLesson')).toThrow('forbidden');
    expect(() => stand.seat(lecturer, 'handOver')).toThrow('forbidden');
    expect(() =>
      stand.room.teacherOrders.removeSeat(stand.seat(lecturer, 'removeOthers'), idOf(coTeacher), false),
    ).toThrow('cannot be removed');
    expect(() => lead.handOver(idOf(pupil))).toThrow('only a co-teacher');
  });

  it('holds against whoever comes back with a lecturer’s token (O6)', async () => {
    const { stand, lecturer, coTeacher } = await taught();
    stand.room.parts.tools.lead.handOver(idOf(coTeacher));
    stand.room.leave(stand.seat(lecturer));
    const back = await stand.join('lecturer', '王老师');
    expect(idOf(back)).toBe(idOf(lecturer));
    expect(seatsOf(back)?.seat).toBe('coTeacher');
    const second = await stand.connect(back.token);
    expect(seatsOf(second)?.seat).toBe('coTeacher');
    const after = new RulesStand({ before: stand, saved: stand.saved() });
    expect(seatsOf(await after.join('lecturer', '王老师'))?.seat).toBe('coTeacher');
    expect(seatsOf(await after.join('coTeacher', '阿依古丽老师'))?.seat).toBe('lecturer');
  });

  it('gives nothing to a co-teacher who is away, waits, or is of the class (O6)', async () => {
    const { stand, coTeacher } = await taught('meeting');
    const guest = await stand.join('guest', '张三');
    const { lead } = stand.room.parts.tools;
    expect(() => lead.handOver(idOf(guest))).toThrow('no such seat inside');
    stand.room.teacherOrders.admit(idOf(guest));
    expect(() => lead.handOver(idOf(guest))).toThrow('only a co-teacher');
    stand.cut(coTeacher);
    expect(() => lead.handOver(idOf(coTeacher))).toThrow('away');
  });

  it('makes tracks of their own of what both send, and stands in the recording (O7)', async () => {
    const { stand, lecturer, coTeacher } = await taught('live', { isRecorded: true });
    await settle();
    for (const peer of [lecturer, coTeacher])
      await stand.room.seatOrders.createTransports(stand.seat(peer), { rtpCapabilities: {}, sendOnly: true });
    const cameras = [await stand.produce(lecturer, 'camera'), await stand.produce(coTeacher, 'camera')];
    await settle();
    const before = stand.control.goals.at(-1)?.producers ?? [];
    expect(before.map(({ seat }) => seat)).toEqual(['lecturer', 'coTeacher']);
    stand.room.parts.tools.lead.handOver(idOf(coTeacher));
    await settle();
    const now = stand.control.goals.at(-1)?.producers ?? [];
    expect(now.map(({ producerId, seat }) => [producerId, seat])).toEqual([
      [cameras[0], 'coTeacher'],
      [cameras[1], 'lecturer'],
    ]);
    expect(now.some(({ trackId }) => before.some((one) => one.trackId === trackId))).toBe(false);
    const events = eventsOf(stand)
      .slice(-5)
      .map(({ type }) => type);
    expect(events).toEqual(['lecturer', 'producerClosed', 'producerAdded', 'producerClosed', 'producerAdded']);
  });
});

describe('taking over', () => {
  it('waits for the lecturer’s line, then makes the co-teacher who asks first the lecturer (O8)', async () => {
    const { stand, lecturer, coTeacher, pupil } = await taught();
    const third = await stand.join('coTeacher', '李老师');
    const takeOver = (peer: TestPeer) => stand.room.parts.tools.lead.takeOver(stand.seat(peer, 'keepOrder'));
    expect(() => takeOver(coTeacher)).toThrow('conflict');
    expect(() => takeOver(pupil)).toThrow('forbidden');
    stand.cut(lecturer);
    const fromMs = stand.clock.nowMs() + TAKE_OVER_AFTER_MS;
    expect(coTeacher.of('orderChanged').at(-1)?.order.takeOverFromMs).toBe(fromMs);
    await stand.clock.pass(TAKE_OVER_AFTER_MS - 1);
    expect(() => takeOver(coTeacher)).toThrow('conflict');
    await stand.clock.pass(1);
    takeOver(coTeacher);
    expect(() => takeOver(third)).toThrow('conflict');
    await settle();
    expect(seatsOf(coTeacher)?.may).toContain('endLesson');
    expect(coTeacher.of('orderChanged').at(-1)?.order.takeOverFromMs).toBeNull();
    expect(seatsOf(await stand.join('lecturer', '王老师'))?.seat).toBe('coTeacher');
  });

  it('is off again when the lecturer is back in time (O8)', async () => {
    const { stand, lecturer, coTeacher } = await taught();
    stand.cut(lecturer);
    await stand.clock.pass(TAKE_OVER_AFTER_MS - 5_000);
    await stand.join('lecturer', '王老师');
    await stand.clock.pass(TAKE_OVER_AFTER_MS);
    expect(() => stand.room.parts.tools.lead.takeOver(stand.seat(coTeacher))).toThrow('conflict');
    expect(seatsOf(coTeacher)?.seat).toBe('coTeacher');
  });

  it('leaves a lecturer who has not come yet time after the bell (O8)', async () => {
    const stand = new RulesStand();
    const coTeacher = await stand.join('coTeacher', '阿依古丽老师');
    const takeOver = () => stand.room.parts.tools.lead.takeOver(stand.seat(coTeacher, 'keepOrder'));
    await stand.clock.pass(TAKE_OVER_UNBEGUN_AFTER_MS - 1);
    expect(takeOver).toThrow('conflict');
    await stand.clock.pass(1);
    takeOver();
    await settle();
    expect(seatsOf(coTeacher)?.seat).toBe('lecturer');
  });
});

describe('a lesson that somebody else leads', () => {
  it('is taken back by the lecturer of the timetable, whom nobody removes meanwhile (O6, S8)', async () => {
    const { stand, lecturer, coTeacher } = await taught();
    const { lead } = stand.room.parts.tools;
    stand.cut(lecturer);
    await stand.clock.pass(TAKE_OVER_AFTER_MS);
    lead.takeOver(stand.seat(coTeacher, 'keepOrder'));
    const back = await stand.join('lecturer', '王老师');
    expect(back.snapshot).toMatchObject({ self: { seat: 'coTeacher', leadsByTimetable: true } });
    const remove = () => stand.room.teacherOrders.removeSeat(stand.seat(coTeacher, 'removeOthers'), idOf(back), true);
    expect(remove).toThrow('cannot be removed');
    lead.takeOver(stand.seat(back, 'keepOrder'));
    await settle();
    expect([seatsOf(back)?.seat, seatsOf(coTeacher)?.seat]).toEqual(['lecturer', 'coTeacher']);
    const after = new RulesStand({ before: stand, saved: stand.saved() });
    expect(seatsOf(await after.join('lecturer', '王老师'))?.seat).toBe('lecturer');
    expect(seatsOf(await after.join('coTeacher', '阿依古丽老师'))?.seat).toBe('coTeacher');
  });

  it('is led by nobody who comes back as somebody who does not teach (O6)', async () => {
    const { stand, coTeacher } = await taught();
    stand.room.parts.tools.lead.handOver(idOf(coTeacher));
    stand.room.leave(stand.seat(coTeacher));
    const { identity } = stand.claims('coTeacher', '阿依古丽老师');
    const back = await stand.joinAs({ ...stand.claims('observer', '阿依古丽老师'), identity });
    expect(seatsOf(back)?.seat).toBe('observer');
  });

  it('is handed over also while somebody is on the way in (O6)', async () => {
    const { stand, lecturer, coTeacher } = await taught();
    stand.room.leave(stand.seat(lecturer));
    const late = await stand.join('observer', '教研员');
    stand.room.leave(stand.seat(late));
    const entering = stand.room.enter({ ...stand.claims('lecturer', '王老师') });
    stand.room.parts.tools.lead.handOver(idOf(coTeacher));
    await entering;
    expect(stand.room.parts.presence.seatOf(stand.claims('lecturer', '王老师'))?.kind).toBe('coTeacher');
  });
});

describe('the sound of a pupil’s screen', () => {
  it('is under mutes and rules as the pupil’s microphone is (O4, M6)', async () => {
    const { stand, lecturer, pupil } = await taught();
    setRules(stand, { screens: 'stage' });
    await stand.onStage(pupil);
    const sound = await stand.produce(pupil, 'screenAudio');
    const voice = await stand.produce(pupil, 'microphone');
    stand.room.teacherOrders.muteAll(stand.seat(lecturer));
    await settle();
    expect([stand.isPaused(sound), stand.isPaused(voice)]).toEqual([true, true]);
    unpause(stand, pupil, voice);
    await settle();
    expect([stand.isPaused(sound), stand.isPaused(voice)]).toEqual([false, false]);
    stand.room.teacherOrders.muteSeat(idOf(pupil));
    setRules(stand, { microphones: 'teachers' });
    expect(() => unpause(stand, pupil, voice)).toThrow('closedByTeacher');
    const again = await stand.produce(pupil, 'screenAudio');
    expect(stand.isPaused(again)).toBe(true);
    stand.room.teacherOrders.openMicrophone(idOf(pupil));
    await settle();
    expect(stand.isPaused(again)).toBe(false);
    await stand.room.seatOrders.createTransports(stand.seat(lecturer), { rtpCapabilities: {}, sendOnly: true });
    expect(stand.isPaused(await stand.produce(lecturer, 'screenAudio'))).toBe(false);
  });
});

describe('a co-teacher made in the lesson', () => {
  it('is an observer who teaches, and nobody else (O9)', async () => {
    const { stand, pupil } = await taught('meeting');
    const guest = await stand.join('guest', '张三');
    stand.room.teacherOrders.admit(idOf(guest));
    const observer = await stand.join('observer', '教研员');
    const stranger = await stand.joinAs({ ...stand.claims('observer', '旁听'), mayTeach: false });
    const { lead } = stand.room.parts.tools;
    for (const peer of [pupil, guest, stranger]) expect(() => lead.appoint(idOf(peer))).toThrow('no teacher');
    expect(observer.hears).toBe('inside');
    lead.appoint(idOf(observer));
    await settle();
    expect(observer.hears).toBe('teachers');
    expect(seatsOf(observer)?.seat).toBe('coTeacher');
    stand.room.leave(stand.seat(observer));
    const back = await stand.join('observer', '教研员');
    expect(seatsOf(back)?.seat).toBe('coTeacher');
    stand.room.teacherOrders.removeSeat(stand.room.parts.presence.requireInside(idOf(pupil)), idOf(back), false);
    expect(seatsOf(await stand.join('observer', '教研员'))?.seat).toBe('observer');
  });

  it('writes only what the rules allow (O2)', async () => {
    const { stand, coTeacher } = await taught();
    setRules(stand, { chat: 'teachers' });
    const message = await stand.room.seatOrders.sendChat(
      stand.seat(coTeacher, 'chat'),
      RequestId.parse('11111111-1111-4111-8111-111111111111'),
      '请看黑板',
    );
    expect(message.text).toBe('请看黑板');
  });
});
