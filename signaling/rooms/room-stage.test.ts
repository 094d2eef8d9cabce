import { describe, expect, it } from 'vitest';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId } from '../protocol/ids.ts';

describe('stage and sound', () => {
  it('asks a pupil, who speaks on stage and loses microphone and camera when it leaves (G1, G3, G6)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await expect(stand.produce(pupil, 'microphone')).rejects.toMatchObject({ code: 'forbidden' });
    stand.room.seatOrders.setHand(stand.seat(pupil, 'raiseHand'), true);
    stand.room.teacherOrders.inviteToStage(idOf(pupil));
    expect(pupil.of('stageInvitation')).toEqual([{ pending: true }]);
    await stand.onStage(pupil);
    expect(stand.room.parts.hands.list()).toEqual([]);
    expect(pupil.of('selfChanged').at(-1)).toMatchObject({ onStage: true });
    const microphone = await stand.produce(pupil, 'microphone');
    stand.room.seatOrders.leaveStage(stand.seat(pupil));
    await settle();
    expect(stand.node.producers.has(microphone)).toBe(false);
    expect(pupil.of('producerClosed')).toEqual([{ producerId: microphone }]);
    expect(pupil.of('selfChanged').at(-1)).toMatchObject({ onStage: false });
  });

  it('refuses whoever was not invited, and a ninth (G2)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const uninvited = await stand.join('pupil', '小明');
    expect(() => stand.room.seatOrders.answerStageInvitation(stand.seat(uninvited), true)).toThrow('not invited');
    const ninth = await stand.join('pupil', '第九');
    stand.room.teacherOrders.inviteToStage(idOf(ninth));
    for (let n = 0; n < 8; n += 1) await stand.onStage(await stand.join('pupil', `学生${n}`));
    expect(() => stand.room.teacherOrders.inviteToStage(idOf(uninvited))).toThrow('stageFull');
    expect(() => stand.room.seatOrders.answerStageInvitation(stand.seat(ninth), true)).toThrow('stageFull');
    expect(stand.room.parts.stage.isInvited(idOf(ninth))).toBe(true);
  });

  it('puts admitted guardians of a meeting on stage while there is room (G4)', async () => {
    const stand = new RulesStand({ kind: 'meeting' });
    await stand.join('lecturer', '王老师');
    const guardians = [];
    for (let n = 0; n < 9; n += 1) guardians.push(await stand.join('guardian', `家长${n}`));
    stand.room.teacherOrders.admitAll();
    await settle();
    expect(stand.room.parts.stage.list()).toHaveLength(8);
    expect(guardians.at(-1)?.snapshot).toMatchObject({ phase: 'inside', self: { onStage: false } });
  });

  it('lists hands as they went up, until their owner, a teacher, the stage or their going takes them down (S5)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const names = ['小明', '小红', '小刚', '小丽', '小华'];
    const pupils: TestPeer[] = [];
    for (const name of names) pupils.push(await stand.join('pupil', name));
    const raise = (peer: TestPeer, raised: boolean): void =>
      stand.room.seatOrders.setHand(stand.seat(peer, 'raiseHand'), raised);
    for (const peer of pupils.toReversed()) raise(peer, true);
    const [own, lowered, staged, gone, last] = pupils.map((peer) => peer);
    if (!own || !lowered || !staged || !gone || !last) throw new Error('five pupils');
    // Raised again it stays where it was.
    raise(last, true);
    const listed = () => stand.room.parts.hands.list().map(({ seatId }) => seatId);
    expect(listed()).toEqual(pupils.toReversed().map(idOf));
    raise(own, false);
    stand.room.teacherOrders.lowerHand(idOf(lowered));
    await stand.onStage(staged);
    stand.room.leave(stand.seat(gone));
    expect(listed()).toEqual([idOf(last)]);
  });

  it('answers media requests with unavailable while no node holds the room, and goes on otherwise (M10)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    stand.node.isAway = true;
    const unavailable = { code: 'unavailable' };
    await expect(stand.produce(teacher, 'microphone')).rejects.toMatchObject(unavailable);
    const transports = { rtpCapabilities: {}, sendOnly: false };
    await expect(stand.room.seatOrders.createTransports(stand.seat(pupil), transports)).rejects.toMatchObject(
      unavailable,
    );
    stand.room.seatOrders.setHand(stand.seat(pupil, 'raiseHand'), true);
    await stand.room.seatOrders.sendChat(stand.seat(pupil), RequestId.parse('c1'), '听得见吗');
    expect(teacher.of('chat').at(-1)).toMatchObject({ message: { text: '听得见吗' } });
    expect((await stand.join('pupil', '小红')).snapshot).toMatchObject({
      phase: 'inside',
      hands: [{ seatId: pupil.seatId }],
    });
  });

  it('opens a site microphone only on stage or while the button is held (G5, M6)', async () => {
    const stand = new RulesStand({ kind: 'sky' });
    await stand.join('lecturer', '王老师');
    const site = await stand.join('site', '和田一小');
    const microphone = await stand.produce(site, 'microphone');
    expect(stand.isPaused(microphone)).toBe(true);
    stand.room.seatOrders.setProducerPaused(stand.seat(site), { producerId: microphone, paused: false });
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    stand.room.seatOrders.setTalking(stand.seat(site), true);
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    stand.room.teacherOrders.muteSeat(idOf(site));
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    expect(site.of('selfChanged').at(-1)).toMatchObject({ talking: false });
    stand.room.teacherOrders.inviteToStage(idOf(site));
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    stand.room.teacherOrders.removeFromStage(idOf(site));
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    expect(stand.node.producers.has(microphone)).toBe(true);
  });

  it('ends talking with the connection (G5)', async () => {
    const stand = new RulesStand({ kind: 'sky' });
    await stand.join('lecturer', '王老师');
    const site = await stand.join('site', '和田一小');
    const microphone = await stand.produce(site, 'microphone');
    stand.room.seatOrders.setTalking(stand.seat(site), true);
    stand.cut(site);
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
  });

  it('lets only the site of a sky lesson hold the button (G5)', async () => {
    const sky = new RulesStand({ kind: 'sky' });
    await sky.join('lecturer', '王老师');
    const pupil = await sky.join('pupil', '小明');
    expect(() => sky.room.seatOrders.setTalking(sky.seat(pupil), true)).toThrow('half-duplex');
    const live = new RulesStand({ kind: 'live' });
    await live.join('lecturer', '王老师');
    const site = await live.join('site', '和田一小');
    expect(() => live.room.seatOrders.setTalking(live.seat(site), true)).toThrow('half-duplex');
    await expect(live.produce(site, 'microphone')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('mutes at the server and lets the muted seat unmute itself (M6, M7)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await stand.onStage(pupil);
    const microphone = await stand.produce(pupil, 'microphone');
    stand.room.teacherOrders.muteAll(stand.seat(teacher));
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    expect(pupil.of('mutedByTeacher')).toEqual([{ producerIds: [microphone], cause: 'teacher' }]);
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: microphone, paused: false });
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
  });

  it('refuses to touch what belongs to others (M1)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    const { seatToken } = await stand.room.enter(stand.claims('lecturer', '王老师'));
    const again = await stand.connect(seatToken);
    const microphone = await stand.produce(again, 'microphone');
    expect(() =>
      stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: microphone, paused: true }),
    ).toThrow('not your producer');
    expect(() => stand.room.seatOrders.closeProducer(stand.seat(pupil), microphone)).toThrow('not your producer');
    expect(teacher.closedFor).toBe('seatTakenOver');
  });

  it('makes one producer of a repeated request, and one per source (M4)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const [first, repeated] = await Promise.all([
      stand.produce(teacher, 'camera', 'once'),
      stand.produce(teacher, 'camera', 'once'),
    ]);
    expect(repeated).toBe(first);
    const second = await stand.produce(teacher, 'camera', 'twice');
    await settle();
    expect([...stand.node.producers.keys()]).toEqual([second]);
  });

  it('closes what the node has made for a seat that lost its stage meanwhile (M5)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await stand.onStage(pupil);
    const producing = stand.produce(pupil, 'microphone');
    stand.room.seatOrders.leaveStage(stand.seat(pupil));
    await expect(producing).rejects.toMatchObject({ code: 'forbidden' });
    await settle();
    expect(stand.node.producers.size).toBe(0);
  });

  it('says that everything must be made again when the media node was lost (M9)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await stand.produce(teacher, 'microphone');
    stand.node.reset();
    await settle();
    expect(pupil.of('mediaReset')).toHaveLength(1);
    expect(pupil.snapshot).toMatchObject({ needsTransports: true, producers: [], consumers: [] });
    await stand.room.seatOrders.createTransports(stand.seat(teacher), { rtpCapabilities: {}, sendOnly: false });
    await expect(stand.produce(teacher, 'microphone')).resolves.toBeDefined();
  });

  it('gives the same consumer to whoever asks again (M8)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const microphone = await stand.produce(teacher, 'microphone');
    const pupil = await stand.join('pupil', '小明');
    const [first] = await stand.room.parts.media.consume(idOf(pupil), [microphone]);
    const [again] = await stand.room.parts.media.consume(idOf(pupil), [microphone]);
    expect(again?.consumerId).toBe(first?.consumerId);
    expect(pupil.snapshot).toMatchObject({ consumers: [{ consumerId: first?.consumerId }] });
  });
});

describe('safe mode', () => {
  it('shuts pupils ten seconds after the last teacher is gone and opens what was open (X1, X2, M6)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await stand.onStage(pupil);
    const microphone = await stand.produce(pupil, 'microphone');
    const camera = await stand.produce(pupil, 'camera');
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: camera, paused: true });
    stand.cut(teacher);
    await stand.clock.pass(9_900);
    expect(stand.isPaused(microphone)).toBe(false);
    await stand.clock.pass(200);
    expect(stand.isPaused(microphone)).toBe(true);
    expect(pupil.of('safeModeChanged')).toEqual([{ active: true }]);
    expect(pupil.of('selfChanged').at(-1)?.permitted).toEqual([]);
    await expect(stand.produce(pupil, 'microphone')).rejects.toMatchObject({ code: 'safeMode' });
    expect(() =>
      stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: microphone, paused: false }),
    ).toThrow('safeMode');
    expect(() => stand.seat(pupil, 'chat')).toThrow('safeMode');
    await stand.connect(teacher.token);
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    expect(stand.isPaused(camera)).toBe(true);
  });

  it('does not begin while another teacher is there (X1)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    await stand.join('coTeacher', '李老师');
    stand.room.leave(stand.seat(teacher));
    await stand.clock.pass(60_000);
    expect(stand.room.parts.safeMode.isActive).toBe(false);
  });

  it('is not lifted by a reload or a second tab of a pupil (X3)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    await stand.join('pupil', '小明');
    stand.cut(teacher);
    await stand.clock.pass(10_001);
    const again = await stand.join('pupil', '小明');
    expect(again.snapshot).toMatchObject({ phase: 'inside', safeMode: true, self: { permitted: [] } });
    expect(() => stand.seat(again, 'chat')).toThrow('safeMode');
  });
});

describe('chat', () => {
  it('tells everybody inside once, and whoever waits not at all (C1, C3, L5)', async () => {
    const stand = new RulesStand({ kind: 'meeting' });
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    const waiting = await stand.join('guest', '爷爷');
    const seat = stand.seat(pupil, 'chat');
    const requestId = RequestId.parse('chat-1');
    const first = await stand.room.seatOrders.sendChat(seat, requestId, '老师好');
    expect(await stand.room.seatOrders.sendChat(seat, requestId, '老师好')).toEqual(first);
    expect(pupil.of('chat')).toEqual([{ message: first }]);
    expect(waiting.of('chat')).toEqual([]);
    expect(stand.store.chats).toHaveLength(1);
  });

  it('pages backwards, from memory while the database is away (C4)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    for (let n = 0; n < 5; n += 1) {
      await stand.room.seatOrders.sendChat(stand.seat(teacher), RequestId.parse(`n${n}`), `第${n}句`);
    }
    const { chat } = stand.room.parts;
    const last = await chat.history(undefined, 2);
    expect(last).toMatchObject({ more: true, messages: [{ text: '第3句' }, { text: '第4句' }] });
    stand.store.isAway = true;
    expect(await chat.history(last.messages[0]?.sentAtMs, 10)).toMatchObject({ more: false, messages: [{}, {}, {}] });
  });
});
