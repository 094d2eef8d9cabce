import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newLesson } from '../../tests/support/rooms/lessons.ts';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId, type ProducerId } from '../protocol/ids.ts';
import { SAFE_MODE_AFTER_MS } from './safe-mode.ts';

const SMALL = [{ maxBitrate: 100_000 }];

async function show(stand: RulesStand, peer: TestPeer, encodings: object[] = SMALL): Promise<ProducerId> {
  return await stand.room.seatOrders.produce(stand.seat(peer), {
    requestId: RequestId.parse(randomUUID()),
    ...{ kind: 'video', source: 'wall', paused: false },
    rtpParameters: { codecs: [], headerExtensions: [], encodings, rtcp: {} },
  });
}

async function readyToSend(stand: RulesStand, peer: TestPeer): Promise<void> {
  await stand.room.seatOrders.createTransports(stand.seat(peer), { rtpCapabilities: {}, sendOnly: false });
}

/** A teacher, and a pupil who may send as soon as the wall is on. */
async function classOf(stand: RulesStand): Promise<{ teacher: TestPeer; pupil: TestPeer }> {
  const teacher = await stand.join('lecturer', '王老师');
  await stand.room.parts.tools.wall.setOn(true);
  const pupil = await stand.join('pupil', '小明');
  await readyToSend(stand, teacher);
  await readyToSend(stand, pupil);
  return { teacher, pupil };
}

describe('the class wall', () => {
  it('is off until a teacher switches it on, which everybody is told (V1, V2)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await readyToSend(stand, pupil);
    expect(pupil.snapshot).toMatchObject({ tools: { wall: { isAllowed: true, isOn: false } } });
    await expect(show(stand, pupil)).rejects.toMatchObject({ code: 'forbidden' });
    const savesAtOnce = stand.savesAtOnce;
    await stand.room.parts.tools.wall.setOn(true);
    expect(pupil.of('wallChanged')).toEqual([{ isOn: true }]);
    expect(stand.savesAtOnce).toBe(savesAtOnce + 1);
  });

  it('is refused where the school does not have it, or has it no more (V1)', async () => {
    const without = new RulesStand({ lesson: { ...newLesson('live'), allowsWall: false } });
    await expect(without.room.parts.tools.wall.setOn(true)).rejects.toMatchObject({ code: 'forbidden' });
    const stand = new RulesStand();
    stand.store.lessons.set(stand.lesson.facts.lessonId, { ...stand.lesson, allowsWall: false });
    await expect(stand.room.parts.tools.wall.setOn(true)).rejects.toMatchObject({ code: 'forbidden' });
    expect(stand.room.parts.tools.wall.isOn).toBe(false);
  });

  it('does not show a pupil whose own school does not have it (V1)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    await stand.room.parts.tools.wall.setOn(true);
    const pupil = await stand.joinAs({ ...stand.claims('pupil', '外校生'), allowsWall: false });
    await readyToSend(stand, pupil);
    expect(pupil.snapshot).toMatchObject({ tools: { wall: { isAllowed: false } } });
    await expect(show(stand, pupil)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('stays off when a teacher switches it off while the school is being asked (V2)', async () => {
    const stand = new RulesStand();
    const { wall } = stand.room.parts.tools;
    const switchedOn = wall.setOn(true);
    await wall.setOn(false);
    await switchedOn;
    expect(wall.isOn).toBe(false);
  });

  it('takes pupils alone, and none who is on stage (V2)', async () => {
    const stand = new RulesStand({ kind: 'sky' });
    const { teacher, pupil } = await classOf(stand);
    for (const kind of ['site', 'coTeacher', 'observer'] as const) {
      const other = await stand.join(kind, kind);
      await readyToSend(stand, other);
      await expect(show(stand, other)).rejects.toMatchObject({ code: 'forbidden' });
    }
    await expect(show(stand, teacher)).rejects.toMatchObject({ code: 'forbidden' });
    const picture = await show(stand, pupil);
    await stand.onStage(pupil);
    await settle();
    expect(stand.node.producers.has(picture)).toBe(false);
    await expect(show(stand, pupil)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('takes no seat on the stage', async () => {
    const stand = new RulesStand();
    const { pupil } = await classOf(stand);
    await show(stand, pupil);
    expect(stand.room.parts.stage.list()).toEqual([]);
  });

  it('tells of a picture teachers and its own pupil, and nobody else (V3)', async () => {
    const stand = new RulesStand();
    const { teacher, pupil } = await classOf(stand);
    const classmate = await stand.join('pupil', '小红');
    const guest = await stand.join('guest', '来宾');
    stand.room.teacherOrders.admit(idOf(guest));
    const picture = await show(stand, pupil);
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: picture, paused: true });
    stand.room.seatOrders.closeProducer(stand.seat(pupil), picture);
    for (const name of ['producerAdded', 'producerPaused', 'producerClosed'] as const) {
      for (const told of [teacher, pupil]) expect(told.of(name)).toMatchObject([{ producerId: picture }]);
      for (const other of [classmate, guest]) expect(other.of(name)).toEqual([]);
    }
    await show(stand, pupil);
    const producersFor = async (peer: TestPeer): Promise<unknown> => {
      const snapshot = await stand.room.snapshotOf(stand.seat(peer));
      return snapshot.phase === 'inside' ? snapshot.producers.map(({ source }) => source) : null;
    };
    expect(await producersFor(teacher)).toEqual(['wall']);
    expect(await producersFor(pupil)).toEqual(['wall']);
    expect(await producersFor(classmate)).toEqual([]);
    expect(await producersFor(guest)).toEqual([]);
  });

  it('is received by teachers alone, and only when they ask (V3)', async () => {
    const stand = new RulesStand({ kind: 'sky' });
    const { teacher, pupil } = await classOf(stand);
    const picture = await show(stand, pupil);
    const { media } = stand.room.parts;
    for (const kind of ['pupil', 'site', 'guest', 'guardian', 'observer'] as const) {
      const other = await stand.join(kind, `别的${kind}`);
      if (kind === 'guest' || kind === 'guardian') stand.room.teacherOrders.admit(idOf(other));
      await readyToSend(stand, other);
      await expect(media.consume(idOf(other), [picture])).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await media.readyMade(idOf(teacher))).toEqual([]);
    expect(await media.consume(idOf(teacher), [picture])).toMatchObject([{ producerId: picture, source: 'wall' }]);
  });

  it('is seen by teachers who are where the pupil is, and ends in a group, where the camera is seen (V2, V3, N3)', async () => {
    const stand = new RulesStand();
    const { teacher, pupil } = await classOf(stand);
    const visitor = await stand.join('coTeacher', '李老师');
    const classmate = await stand.join('pupil', '小红');
    await readyToSend(stand, visitor);
    await readyToSend(stand, classmate);
    const picture = await show(stand, pupil);
    const { groups, media } = stand.room.parts;
    await media.consume(idOf(visitor), [picture]);
    groups.open({
      requestId: RequestId.parse(randomUUID()),
      ...{ count: 2, members: [{ seatId: idOf(classmate), group: 1 }], placesRest: false, durationMs: null },
    });
    stand.room.teacherOrders.visitGroup(stand.seat(visitor), 1);
    await settle();
    expect(visitor.of('consumersClosed')).toHaveLength(1);
    expect(visitor.snapshot).toMatchObject({ self: { group: 1 }, producers: [] });
    await expect(media.consume(idOf(visitor), [picture])).rejects.toMatchObject({ code: 'forbidden' });
    expect(await media.consume(idOf(teacher), [picture])).toHaveLength(1);
    groups.move(idOf(pupil), 2);
    await settle();
    expect(stand.node.producers.has(picture)).toBe(false);
    expect(teacher.of('producerClosed')).toEqual([{ producerId: picture }]);
    await expect(show(stand, pupil)).rejects.toMatchObject({ code: 'forbidden' });
    groups.close();
    const again = await show(stand, pupil);
    for (const told of [teacher, visitor]) expect(told.of('producerAdded').at(-1)).toMatchObject({ producerId: again });
    for (const name of ['producerAdded', 'producerPaused', 'producerClosed'] as const) {
      expect(classmate.of(name)).toEqual([]);
    }
  });

  it('never decides in which codec the room sends (V4, M13)', async () => {
    const stand = new RulesStand();
    const { teacher, pupil } = await classOf(stand);
    const vp8 = { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 96 } as const;
    const { media } = stand.room.parts;
    media.setCapabilities(idOf(teacher), { codecs: [vp8] });
    await media.consume(idOf(teacher), [await show(stand, pupil)]);
    expect(media.videoCodec.codec).toBe('h264');
    await stand.onStage(pupil);
    await media.consume(idOf(teacher), [await stand.produce(pupil, 'camera')]);
    expect(media.videoCodec.codec).toBe('vp8');
  });

  it('takes one small encoding and nothing else (V4)', async () => {
    const stand = new RulesStand();
    const { pupil } = await classOf(stand);
    const wrong = [[], [{}], [{ maxBitrate: 100_001 }], [{ maxBitrate: -1 }], [{ maxBitrate: 1 }, { maxBitrate: 1 }]];
    for (const encodings of wrong) {
      await expect(show(stand, pupil, encodings)).rejects.toMatchObject({ code: 'invalidInput' });
    }
    await expect(show(stand, pupil)).resolves.toEqual(expect.any(String));
  });

  it('is in no goal and no event of the recording (V5)', async () => {
    const stand = new RulesStand({ facts: { isRecorded: true } });
    const { teacher, pupil } = await classOf(stand);
    const camera = await stand.produce(teacher, 'camera');
    await settle();
    const picture = await show(stand, pupil);
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: picture, paused: true });
    stand.room.seatOrders.closeProducer(stand.seat(pupil), picture);
    await show(stand, pupil);
    await settle();
    const goal = stand.control.goals.at(-1);
    expect(goal?.producers.map(({ producerId }) => producerId)).toEqual([camera]);
    const events = [...stand.control.events.values()].flat();
    expect(events.filter(({ type }) => type === 'producerAdded')).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain('wall');
    expect(Object.keys(stand.room.save().recording?.tracks ?? {})).toEqual([`${idOf(teacher)}:camera`]);
  });

  it('is locked in safe mode and open again afterwards (X1, V2)', async () => {
    const stand = new RulesStand();
    const { teacher, pupil } = await classOf(stand);
    const classmate = await stand.join('pupil', '小红');
    await readyToSend(stand, classmate);
    const picture = await show(stand, pupil);
    stand.cut(teacher);
    await stand.clock.pass(SAFE_MODE_AFTER_MS);
    expect(stand.isPaused(picture)).toBe(true);
    await expect(show(stand, classmate)).rejects.toMatchObject({ code: 'safeMode' });
    await stand.connect(teacher.token);
    await settle();
    expect(stand.isPaused(picture)).toBe(false);
  });

  it('closes every picture when it is switched off (V2)', async () => {
    const stand = new RulesStand();
    const { pupil } = await classOf(stand);
    const picture = await show(stand, pupil);
    await stand.room.parts.tools.wall.setOn(false);
    await settle();
    expect(stand.node.producers.has(picture)).toBe(false);
    expect(pupil.of('producerClosed')).toEqual([{ producerId: picture }]);
  });

  it('is on in the next process, and closes what was switched off meanwhile (T1, V2)', async () => {
    const before = new RulesStand();
    const { teacher, pupil } = await classOf(before);
    const picture = await show(before, pupil);
    const saved = before.saved();
    const after = new RulesStand({ before, saved });
    const description = before.node.describe();
    after.node.listener.onAdopted(description);
    await settle();
    expect(after.room.parts.tools.wall.isOn).toBe(true);
    expect(after.room.parts.media.producers.list()).toMatchObject([{ producerId: picture, source: 'wall' }]);
    const teacherAgain = await after.connect(teacher.token);
    expect(teacherAgain.snapshot).toMatchObject({ producers: [{ producerId: picture }] });
    const off = { ...saved, tools: saved.tools && { ...saved.tools, wall: { isOn: false } } };
    const other = new RulesStand({ before, saved: off });
    other.node.listener.onAdopted(description);
    await settle();
    expect(other.room.parts.media.producers.list()).toEqual([]);
  });
});
