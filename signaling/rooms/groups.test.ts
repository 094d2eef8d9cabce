import { describe, expect, it } from 'vitest';
import { lessonOf, openGroups, speak } from '../../tests/support/rooms/group-lessons.ts';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId, type ProducerId, type SeatId } from '../protocol/ids.ts';

const received = (stand: RulesStand, peer: TestPeer): ProducerId[] => [
  ...(stand.node.peers.get(idOf(peer))?.consumers.values() ?? []),
];

const consume = async (stand: RulesStand, peer: TestPeer, producerIds: readonly ProducerId[]) =>
  await stand.room.parts.media.consume(idOf(peer), producerIds);

const inside = (peer: TestPeer) => {
  if (peer.snapshot?.phase !== 'inside') throw new Error('not inside');
  return peer.snapshot;
};

const groupOf = (stand: RulesStand, peer: TestPeer) => stand.room.parts.groups.placeOf(idOf(peer));

const eventTypes = (stand: RulesStand): string[] => [...stand.control.events.values()].flat().map(({ type }) => type);

describe('groups', () => {
  it('let a member send, to its own group alone; a crafted request for another group is refused (N2, N3)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红', '小刚', '小丽']);
    const [ming, hong, gang, li] = pupils as [TestPeer, TestPeer, TestPeer, TestPeer];
    await expect(stand.produce(ming, 'microphone')).rejects.toMatchObject({ code: 'forbidden' });
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 1],
        [gang, 2],
      ],
    });
    await settle();
    const voice = await speak(stand, ming);
    expect(hong.of('producerAdded').map(({ producerId }) => producerId)).toContain(voice);
    for (const other of [gang, li, teacher]) expect(other.of('producerAdded')).toEqual([]);
    expect(await consume(stand, hong, [voice])).toHaveLength(1);
    for (const other of [gang, li, teacher])
      await expect(consume(stand, other, [voice])).rejects.toMatchObject({ code: 'forbidden' });
    expect(received(stand, gang)).toEqual([]);
    expect(inside(gang)).toMatchObject({ self: { group: 2 }, producers: [] });
    // Asked for among what it may have, it is left out.
    const lesson = await stand.produce(teacher, 'microphone');
    expect(await consume(stand, li, [voice, lesson])).toMatchObject([{ producerId: lesson }]);
    // Who is in no group has nothing to send.
    await expect(stand.produce(li, 'microphone')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('close what is received from elsewhere, also what was being made at that moment (N3)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    const lesson = await stand.produce(teacher, 'microphone');
    await consume(stand, ming, [lesson]);
    expect(received(stand, ming)).toEqual([lesson]);
    const late = consume(stand, hong, [lesson]);
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 2],
      ],
    });
    expect(await late).toEqual([]);
    await settle();
    expect(received(stand, ming)).toEqual([]);
    expect(received(stand, hong)).toEqual([]);
    expect(ming.of('consumersClosed')).toHaveLength(1);
    stand.room.parts.groups.close();
    await settle();
    expect(inside(ming)).toMatchObject({ self: { group: null }, producers: [{ producerId: lesson }] });
    expect(await consume(stand, ming, [lesson])).toHaveLength(1);
  });

  it('are visited by teachers, who are heard there and nowhere else (N4)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    const lesson = await stand.produce(teacher, 'microphone');
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 2],
      ],
    });
    await settle();
    const voice = await speak(stand, ming);
    stand.room.seatOrders.setHand(stand.seat(ming), true);
    stand.room.teacherOrders.visitGroup(stand.seat(teacher), 1);
    await settle();
    expect(stand.room.parts.hands.list()).toEqual([]);
    expect(ming.of('producerAdded').at(-1)).toMatchObject({ producerId: lesson });
    expect(inside(teacher)).toMatchObject({ self: { group: 1 } });
    expect(inside(teacher).producers.map(({ producerId }) => producerId)).toContain(voice);
    await expect(consume(stand, hong, [lesson])).rejects.toMatchObject({ code: 'forbidden' });
    stand.room.teacherOrders.visitGroup(stand.seat(teacher), null);
    await settle();
    expect(ming.of('producerClosed')).toContainEqual({ producerId: lesson });
    await expect(consume(stand, teacher, [voice])).rejects.toMatchObject({ code: 'forbidden' });
    stand.room.teacherOrders.visitGroup(stand.seat(teacher), 2);
    stand.room.leave(stand.seat(teacher));
    expect(stand.room.parts.groups.placeOf(idOf(teacher))).toBe(null);
  });

  it('are made evenly at random, and take who comes late into the smallest; a site is one member (N5)', async () => {
    const names = Array.from({ length: 10 }, (_unused, index) => `学生${index}`);
    const { stand, pupils } = await lessonOf(names, { kind: 'sky' });
    const site = await stand.join('site', '和田一小');
    const guest = await stand.join('observer', '教研员');
    openGroups(stand, { count: 4, placesRest: true });
    await settle();
    const places = [...pupils, site].map((peer) => groupOf(stand, peer));
    const sizes = [1, 2, 3, 4].map((group) => places.filter((place) => place === group).length);
    expect(sizes.toSorted((a, b) => a - b)).toEqual([2, 3, 3, 3]);
    expect(groupOf(stand, guest)).toBe(null);
    const smallest = sizes.indexOf(2) + 1;
    const late = await stand.join('pupil', '迟到');
    expect(groupOf(stand, late)).toBe(smallest);
    expect(inside(late)).toMatchObject({
      self: { group: smallest, permitted: expect.arrayContaining(['sendMicrophone']) as string[] },
    });
    // The microphone of a listening classroom is open in its group.
    await stand.room.seatOrders.createTransports(stand.seat(site), { rtpCapabilities: {}, sendOnly: true });
    expect(stand.isPaused(await stand.produce(site, 'microphone'))).toBe(false);
  });

  it('made by hand leave newcomers with the teacher until they are placed, and a reload in its group (N5)', async () => {
    const { stand, pupils } = await lessonOf(['小明']);
    const [ming] = pupils as [TestPeer];
    openGroups(stand, { members: [[ming, 2]] });
    const late = await stand.join('pupil', '迟到');
    expect(groupOf(stand, late)).toBe(null);
    stand.room.parts.groups.move(idOf(late), 1);
    expect(groupOf(stand, late)).toBe(1);
    stand.room.leave(stand.seat(ming));
    const back = await stand.join('pupil', '小明');
    expect(inside(back)).toMatchObject({ self: { group: 2 } });
  });

  it('take pupils and sites only, in lessons that have groups, as many as fit (N1)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明']);
    const [ming] = pupils as [TestPeer];
    const observer = await stand.join('observer', '教研员');
    expect(() => openGroups(stand, { members: [[observer, 1]] })).toThrow('in no group');
    expect(() => openGroups(stand, { members: [[teacher, 1]] })).toThrow('in no group');
    expect(() => openGroups(stand, { count: 2, members: [[ming, 3]] })).toThrow('no such group');
    expect(() => stand.room.parts.groups.move(idOf(ming), 1)).toThrow('no groups run');
    openGroups(stand);
    openGroups(stand);
    expect(() => openGroups(stand, { requestId: 'open-2' })).toThrow('run already');
    expect(() => stand.room.parts.groups.move(idOf(observer), 1)).toThrow('in no group');
    expect(() => stand.room.parts.groups.move('nobody' as SeatId, 1)).toThrow('no such seat');
    for (let n = 0; n < 24; n += 1) stand.room.parts.groups.move(idOf(await stand.join('pupil', `学生${n}`)), 1);
    expect(() => stand.room.parts.groups.move(idOf(ming), 1)).toThrow('groupFull');
    expect(() => openGroups(new RulesStand({ kind: 'meeting' }))).toThrow('no groups');
    expect(() => openGroups(new RulesStand({ facts: { origin: 'micro' } }))).toThrow('no groups');
  });

  it('end by the clock, which may be set anew, and everything is as before: stage, mute, half-duplex (N6)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红', '小刚']);
    const [ming, hong, gang] = pupils as [TestPeer, TestPeer, TestPeer];
    await stand.onStage(ming);
    await stand.onStage(hong);
    const loud = await speak(stand, ming);
    const muted = await speak(stand, hong);
    stand.room.teacherOrders.muteSeat(idOf(hong));
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 1],
        [gang, 1],
      ],
      durationMs: 60_000,
    });
    await settle();
    const whisper = await speak(stand, gang);
    stand.room.seatOrders.setProducerPaused(stand.seat(hong), { producerId: muted, paused: false });
    await settle();
    expect(stand.isPaused(muted)).toBe(false);
    await stand.clock.pass(59_000);
    stand.room.parts.groups.setTime(120_000);
    await stand.clock.pass(119_000);
    expect(stand.room.parts.groups.shown).not.toBe(null);
    await stand.clock.pass(1_000);
    expect(teacher.of('groupsChanged').at(-1)).toEqual({ groups: null });
    expect(stand.isPaused(loud)).toBe(false);
    expect(stand.isPaused(muted)).toBe(true);
    expect(hong.of('mutedByTeacher').at(-1)).toEqual({ producerIds: [muted], cause: 'teacher' });
    expect(stand.node.producers.has(whisper)).toBe(false);
    expect(gang.of('selfChanged').at(-1)).toMatchObject({
      onStage: false,
      group: null,
      permitted: ['chat', 'raiseHand', 'answer'],
    });
    expect(stand.room.parts.stage.list()).toEqual([idOf(ming), idOf(hong)]);
  });

  it('keep what is written in them, and give it to the teacher who visits (N7)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红', '小刚']);
    const [ming, hong, gang] = pupils as [TestPeer, TestPeer, TestPeer];
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 1],
        [gang, 2],
      ],
    });
    await settle();
    const say = (peer: TestPeer, id: string, text: string) =>
      stand.room.seatOrders.sendChat(stand.seat(peer, 'chat'), RequestId.parse(id), text);
    await say(ming, 'm1', '只给第一组');
    await say(ming, 'm1', '只给第一组');
    expect(hong.of('chat').map(({ message }) => [message.text, message.group])).toEqual([['只给第一组', 1]]);
    expect(gang.of('chat')).toEqual([]);
    expect(teacher.of('chat')).toEqual([]);
    expect(await stand.room.parts.chat.history(undefined, 50)).toMatchObject({ messages: [] });
    stand.room.teacherOrders.visitGroup(stand.seat(teacher), 1);
    await settle();
    expect(inside(teacher).chat.map(({ text }) => text)).toEqual(['只给第一组']);
    await stand.room.teacherOrders.tellGroups(stand.seat(teacher), RequestId.parse('t1'), '还有两分钟');
    for (const peer of pupils) expect(peer.of('groupsTold').map(({ text }) => text)).toEqual(['还有两分钟']);
    stand.room.parts.groups.close();
    await settle();
    expect(inside(ming).chat.map(({ text }) => text)).toEqual(['还有两分钟']);
    await expect(
      stand.room.teacherOrders.tellGroups(stand.seat(teacher), RequestId.parse('t2'), '谁？'),
    ).rejects.toThrow('no groups run');
  });

  it('are not recorded: no goal, no track, no chat, and the recording pauses for them (N8)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红'], { facts: { isRecorded: true } });
    const [ming] = pupils as [TestPeer, TestPeer];
    await stand.onStage(ming);
    const voice = await speak(stand, ming);
    const lesson = await stand.produce(teacher, 'microphone');
    await settle();
    const recorded = () => stand.control.goals.at(-1)?.producers.map(({ producerId }) => producerId);
    expect(recorded()).toEqual([voice, lesson]);
    openGroups(stand, { members: [[ming, 1]] });
    await settle();
    expect(recorded()).toEqual([lesson]);
    expect(stand.room.parts.recording.state).toBe('paused');
    await stand.room.seatOrders.sendChat(stand.seat(ming), RequestId.parse('m1'), '悄悄话');
    stand.node.listener.onActiveSpeaker(idOf(ming));
    expect(teacher.of('activeSpeaker')).toEqual([]);
    stand.room.teacherOrders.visitGroup(stand.seat(teacher), 1);
    await settle();
    expect(recorded()).toEqual([]);
    stand.room.parts.groups.close();
    await settle();
    expect(recorded()).toEqual([voice, lesson]);
    expect(stand.room.parts.recording.state).toBe('recording');
    const types = eventTypes(stand);
    expect(types.slice(types.indexOf('groupsOpened'))).toEqual([
      ...['groupsOpened', 'paused', 'producerClosed', 'producerClosed'],
      ...['producerAdded', 'producerAdded', 'groupsClosed', 'resumed'],
    ]);
    // What a teacher has said about the recording meanwhile counts.
    openGroups(stand, { requestId: 'open-2', members: [[ming, 1]] });
    stand.room.teacherOrders.setRecordingPaused(false);
    stand.room.teacherOrders.setRecordingPaused(true);
    stand.room.parts.groups.close();
    expect(stand.room.parts.recording.state).toBe('paused');
  });

  it('shut outsiders on stage for as long as they run: no teacher may be with them and the pupils (N2)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    const guest = await stand.join('guest', '陌生人');
    stand.room.teacherOrders.admit(idOf(guest));
    await settle();
    await stand.onStage(guest);
    await stand.onStage(hong);
    const stranger = await speak(stand, guest);
    openGroups(stand, { members: [[ming, 1]] });
    stand.room.teacherOrders.visitGroup(stand.seat(teacher), 1);
    await settle();
    expect(stand.isPaused(stranger)).toBe(true);
    expect(() =>
      stand.room.seatOrders.setProducerPaused(stand.seat(guest), { producerId: stranger, paused: false }),
    ).toThrow('groups run');
    await expect(stand.produce(guest, 'camera')).rejects.toMatchObject({ code: 'forbidden' });
    stand.room.parts.groups.close();
    await settle();
    expect(stand.isPaused(stranger)).toBe(false);
  });

  it('lock with safe mode as the whole class does, and mute only whom the teacher hears (N2, X1)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 2],
      ],
    });
    await settle();
    const [one, two] = [await speak(stand, ming), await speak(stand, hong)];
    stand.room.teacherOrders.visitGroup(stand.seat(teacher), 1);
    stand.room.teacherOrders.muteAll(stand.seat(teacher));
    await settle();
    expect([stand.isPaused(one), stand.isPaused(two)]).toEqual([true, false]);
    stand.cut(teacher);
    await stand.clock.pass(10_001);
    expect(stand.isPaused(two)).toBe(true);
    expect(() => stand.seat(hong, 'chat')).toThrow('safeMode');
    await expect(stand.produce(hong, 'camera')).rejects.toMatchObject({ code: 'safeMode' });
  });

  it('survive the loss of the process, with their end; what was being closed then is closed (T1)', async () => {
    const { stand: before, teacher, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    const lesson = await before.produce(teacher, 'microphone');
    openGroups(before, {
      members: [
        [ming, 1],
        [hong, 2],
      ],
      durationMs: 60_000,
    });
    await settle();
    const voice = await speak(before, ming);
    await before.room.seatOrders.sendChat(before.seat(ming), RequestId.parse('m1'), '还在');
    const saved = before.saved();
    before.room.abandon(null);
    const after = new RulesStand({ before, saved });
    for (const [id, producer] of before.node.producers) after.node.producers.set(id, producer);
    for (const [id, peer] of before.node.peers) after.node.peers.set(id, peer);
    // As if the process had died between the order to the node and its doing.
    const leak = await after.node.consume(idOf(hong), {}, [voice, lesson]);
    expect(leak).toHaveLength(2);
    after.node.listener.onAdopted(after.node.describe());
    await settle();
    expect(received(after, hong)).toEqual([]);
    const back = await after.connect(ming.token);
    expect(inside(back)).toMatchObject({ self: { group: 1 }, chat: [{ text: '还在' }], groups: { count: 2 } });
    await after.clock.pass(60_000);
    expect(back.of('groupsChanged').at(-1)).toEqual({ groups: null });
    expect(after.node.producers.has(voice)).toBe(false);
  });
});
