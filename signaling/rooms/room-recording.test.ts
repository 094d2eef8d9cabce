import { describe, expect, it } from 'vitest';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { RulesStand, type RulesStandOptions } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId, TrackId } from '../protocol/ids.ts';

const recorded = (options: RulesStandOptions = {}): RulesStand =>
  new RulesStand({ ...options, facts: { isRecorded: true } });

const eventsOf = (stand: RulesStand) => [...stand.control.events.values()].flat();

describe('the recording of a room', () => {
  it('begins with the first teacher, states every producer and ends with the lesson (R1, R2)', async () => {
    const stand = recorded();
    await stand.join('pupil', '小明');
    expect(stand.control.goals).toEqual([]);
    const teacher = await stand.join('lecturer', '王老师');
    await stand.produce(teacher, 'microphone');
    await settle();
    expect(teacher.of('recordingChanged').at(-1)).toEqual({ state: 'recording', takes: null });
    expect(stand.control.goals.at(-1)?.producers).toMatchObject([
      { seat: 'lecturer', source: 'microphone', kind: 'audio' },
    ]);
    await stand.clock.pass(60_000);
    stand.room.end();
    await settle();
    const [endedAtUs] = stand.control.finished.values();
    expect(endedAtUs).toBe(60_000_000);
    expect(stand.room.isSettled).toBe(true);
    expect([...stand.store.recordings.values()]).toMatchObject([{ endedAtMs: expect.any(Number) as number }]);
  });

  it('records nothing of a lesson that is not recorded (R1)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    await settle();
    expect(stand.control.goals).toEqual([]);
    expect(teacher.snapshot).toMatchObject({ recording: 'off' });
    expect(() => stand.room.teacherOrders.setRecordingPaused(true)).toThrow('nothing is being recorded');
  });

  it('numbers events without holes and tells them when capture is back (R3)', async () => {
    const stand = recorded();
    stand.control.goAway();
    const teacher = await stand.join('lecturer', '王老师');
    await stand.produce(teacher, 'microphone');
    stand.room.teacherOrders.setLayout({ layout: 'gallery', pinnedSeatId: null });
    await settle();
    expect(stand.room.parts.recording.state).toBe('starting');
    stand.control.comeBack();
    await settle();
    expect(stand.room.parts.recording.state).toBe('recording');
    const events = eventsOf(stand);
    expect(events.map((event) => event.n)).toEqual(events.map((_event, index) => index));
    expect(events.map((event) => event.type)).toEqual(expect.arrayContaining(['joined', 'producerAdded', 'layout']));
    expect(stand.saved().recording?.unacknowledged).toEqual([]);
  });

  it('marks pause and resume, and a marker once (R4)', async () => {
    const stand = recorded();
    const teacher = await stand.join('lecturer', '王老师');
    await settle();
    stand.room.teacherOrders.setRecordingPaused(true);
    stand.room.teacherOrders.addMarker(RequestId.parse('m1'), '例题');
    stand.room.teacherOrders.addMarker(RequestId.parse('m1'), '例题');
    stand.room.teacherOrders.setRecordingPaused(false);
    await settle();
    expect(
      teacher
        .of('recordingChanged')
        .map(({ state }) => state)
        .slice(-2),
    ).toEqual(['paused', 'recording']);
    const types = eventsOf(stand).map((event) => event.type);
    expect(types.filter((type) => ['paused', 'resumed', 'marker'].includes(type))).toEqual([
      'paused',
      'marker',
      'resumed',
    ]);
  });

  it('keeps the track of a seat and source over producers and the loss of the node (R5)', async () => {
    const stand = recorded();
    const teacher = await stand.join('lecturer', '王老师');
    await stand.produce(teacher, 'camera');
    await settle();
    const [before] = stand.control.goals.at(-1)?.producers ?? [];
    stand.node.reset();
    await stand.room.seatOrders.createTransports(stand.seat(teacher), { rtpCapabilities: {}, sendOnly: false });
    await stand.produce(teacher, 'camera');
    await settle();
    const [after] = stand.control.goals.at(-1)?.producers ?? [];
    expect(after?.producerId).not.toBe(before?.producerId);
    expect(after?.trackId).toBe(before?.trackId);
    expect(eventsOf(stand).map((event) => event.type)).toContain('mediaReset');
  });

  it('says failed when the disk is full and goes on when there is room (R6)', async () => {
    const stand = recorded();
    const teacher = await stand.join('lecturer', '王老师');
    await settle();
    stand.control.setDiskLevel('full');
    expect(stand.room.parts.recording.state).toBe('failed');
    stand.control.setDiskLevel('ok');
    await settle();
    expect(
      teacher
        .of('recordingChanged')
        .map(({ state }) => state)
        .slice(-2),
    ).toEqual(['failed', 'recording']);
  });

  it('says failed while a teacher’s track does not come, or nothing does, and goes on by itself (R10)', async () => {
    const stand = recorded();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await stand.onStage(pupil);
    await stand.produce(teacher, 'camera');
    await stand.produce(teacher, 'microphone');
    await stand.produce(pupil, 'microphone');
    await settle();
    const trackOf = (seat: string, source: string) =>
      stand.control.goals
        .at(-1)
        ?.producers.filter((producer) => producer.seat === seat && producer.source === source)
        .map(({ trackId }) => trackId)[0] ?? TrackId.parse('missing');
    const states = () => teacher.of('recordingChanged').map(({ state }) => state);
    const before = states().length;
    stand.control.setSilent(trackOf('pupil', 'microphone'), true);
    expect(states().slice(before)).toEqual([]);
    stand.control.setSilent(trackOf('lecturer', 'camera'), true);
    expect(states().slice(before)).toEqual(['failed']);
    stand.control.setSilent(trackOf('lecturer', 'camera'), false);
    expect(states().slice(before)).toEqual(['failed', 'recording']);
    stand.control.setSilent(trackOf('pupil', 'microphone'), false);
    // Whose line is cut sends nothing, and that is no fault of the recorder.
    stand.cut(teacher);
    stand.control.setSilent(trackOf('lecturer', 'camera'), true);
    expect(pupil.of('recordingChanged').at(-1)).toMatchObject({ state: 'recording' });
    stand.control.setSilent(trackOf('pupil', 'microphone'), true);
    expect(pupil.of('recordingChanged').at(-1)).toMatchObject({ state: 'failed' });
  });

  it('tells teachers alone how full the disk is, whenever they come (R8)', async () => {
    const stand = recorded();
    stand.control.disk = 'low';
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await settle();
    const told = () => teacher.of('recordingDiskChanged').map(({ level }) => level);
    expect(told()).toEqual(['low']);
    const coTeacher = await stand.join('coTeacher', '李老师');
    expect(coTeacher.snapshot).toMatchObject({ recording: 'recording', recordingDisk: 'low' });
    stand.control.setDiskLevel('full');
    expect((await stand.join('pupil', '小红')).snapshot).toMatchObject({ recording: 'failed', recordingDisk: 'ok' });
    stand.control.setDiskLevel('ok');
    await settle();
    stand.control.setDiskLevel('low');
    expect(told()).toEqual(['low', 'full', 'ok', 'low']);
    expect(pupil.of('recordingDiskChanged')).toEqual([]);
  });

  it('does not say that it records again before capture has said so (R8)', async () => {
    const stand = recorded();
    const teacher = await stand.join('lecturer', '王老师');
    await settle();
    stand.control.setDiskLevel('full');
    stand.control.goAway();
    stand.room.teacherOrders.setLayout({ layout: 'gallery', pinnedSeatId: null });
    await settle();
    expect(stand.room.parts.recording.state).toBe('failed');
    // There is room, but the process does not answer yet.
    stand.control.setDiskLevel('ok');
    await settle();
    expect(stand.room.parts.recording.state).toBe('failed');
    expect(teacher.of('recordingDiskChanged')).toEqual([{ level: 'full' }]);
    stand.control.comeBack();
    await settle();
    expect(teacher.of('recordingChanged').at(-1)).toEqual({ state: 'recording', takes: null });
    expect(teacher.of('recordingDiskChanged').at(-1)).toEqual({ level: 'ok' });
  });

  it('learns of a full disk from a refusal, too, and tries again (R6, R8)', async () => {
    const stand = recorded();
    stand.control.disk = 'full';
    const teacher = await stand.join('lecturer', '王老师');
    await settle();
    expect(stand.room.parts.recording.state).toBe('failed');
    expect(teacher.of('recordingDiskChanged')).toEqual([{ level: 'full' }]);
    stand.control.disk = 'ok';
    await stand.clock.pass(10_001);
    expect(stand.room.parts.recording.state).toBe('recording');
  });

  it('hands over what it could not tell before the end (R3, E3)', async () => {
    const stand = recorded();
    await stand.join('lecturer', '王老师');
    await settle();
    stand.control.goAway();
    stand.room.end();
    await settle();
    expect(stand.room.isSettled).toBe(false);
    stand.control.comeBack();
    await settle();
    expect(stand.room.isSettled).toBe(true);
    expect(eventsOf(stand).at(-1)?.type).toBe('left');
  });
});

describe('taking a room over', () => {
  it('keeps seats, stage, hands, lobby, lock, layout and event numbers (T1)', async () => {
    const before = recorded();
    const teacher = await before.join('lecturer', '王老师');
    const pupil = await before.join('pupil', '小明');
    const other = await before.join('pupil', '小红');
    const guest = await before.join('guest', '爷爷');
    await before.onStage(pupil);
    before.room.seatOrders.setHand(before.seat(other, 'raiseHand'), true);
    before.room.teacherOrders.setLayout({ layout: 'speaker', pinnedSeatId: pupil.seatId });
    before.room.teacherOrders.setLocked(true);
    before.control.goAway();
    before.room.teacherOrders.addMarker(RequestId.parse('m1'), '未送达');
    await settle();
    const saved = before.saved();
    before.room.abandon(null);

    const after = new RulesStand({ before, saved });
    before.control.comeBack();
    const again = await after.connect(teacher.token);
    expect(again.snapshot).toMatchObject({
      phase: 'inside',
      locked: true,
      layout: 'speaker',
      pinnedSeatId: pupil.seatId,
      hands: [{ seatId: other.seatId }],
      waiting: [{ seatId: guest.seatId }],
      recording: 'recording',
    });
    expect((await after.connect(pupil.token)).snapshot).toMatchObject({ self: { onStage: true } });
    const events = [...after.control.events.values()].flat();
    expect(events.map((event) => event.n)).toEqual(events.map((_event, index) => index));
    expect(events.map((event) => event.type)).toContain('marker');
    expect(after.control.events.size).toBe(1);
  });

  it('gives everybody 30 s to come back and goes to safe mode after ten without a teacher (T1, X3)', async () => {
    const before = new RulesStand();
    await before.join('lecturer', '王老师');
    const pupil = await before.join('pupil', '小明');
    const late = await before.join('pupil', '小红');
    const saved = before.saved();
    before.room.abandon(null);
    const after = new RulesStand({ before, saved });
    const back = await after.connect(pupil.token);
    expect(back.snapshot).toMatchObject({ phase: 'inside', safeMode: false });
    await after.clock.pass(10_001);
    expect(back.of('safeModeChanged')).toEqual([{ active: true }]);
    await after.clock.pass(20_000);
    await expect(after.connect(late.token)).rejects.toThrow('seatTokenInvalid');
  });

  it('keeps safe mode and the kept out (T1, J5, X3)', async () => {
    const before = new RulesStand();
    const teacher = await before.join('lecturer', '王老师');
    const pupil = await before.join('pupil', '小明');
    const bad = await before.join('pupil', '小坏');
    before.room.teacherOrders.removeSeat(before.seat(teacher), bad.seatId as never, true);
    before.cut(teacher);
    await before.clock.pass(10_001);
    const saved = before.saved();
    before.room.abandon(null);
    const after = new RulesStand({ before, saved });
    const back = await after.connect(pupil.token);
    expect(back.snapshot).toMatchObject({ safeMode: true });
    await expect(after.room.enter(after.claims('pupil', '小坏'))).rejects.toMatchObject({ code: 'removedFromRoom' });
  });

  it('adopts media as the node holds it, with what kept it shut (T4, M6)', async () => {
    const before = new RulesStand();
    const teacher = await before.join('lecturer', '王老师');
    const pupil = await before.join('pupil', '小明');
    await before.onStage(pupil);
    const microphone = await before.produce(pupil, 'microphone');
    before.room.teacherOrders.muteAll(before.seat(teacher));
    await settle();
    const saved = before.saved();
    const description = before.node.describe();
    before.room.abandon(null);
    const after = new RulesStand({ before, saved });
    for (const seat of description.seats) after.node.peers.set(seat.seatId, peerOf(seat));
    for (const producer of description.producers) after.node.producers.set(producer.producerId, producer);
    after.node.listener.onAdopted(after.node.describe());
    const back = await after.connect(pupil.token);
    expect(back.snapshot).toMatchObject({
      needsTransports: false,
      producers: [{ producerId: microphone, paused: true }],
    });
    after.room.seatOrders.setProducerPaused(after.seat(back), { producerId: microphone, paused: false });
    await settle();
    expect(after.isPaused(microphone)).toBe(false);
  });
});

function peerOf(seat: ReturnType<RulesStand['node']['describe']>['seats'][number]) {
  const consumers = new Map(seat.consumers.map(({ consumerId, producerId }) => [consumerId, producerId]));
  return { send: seat.sendTransportId, recv: seat.recvTransportId, consumers };
}
