import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SeatKind } from '../../../signaling/protocol/seats.ts';
import type { RoomLesson } from '../../../signaling/rooms/ports.ts';
import { claimsOf } from '../../support/rooms/lessons.ts';
import { SfuStand } from '../../support/stands/sfu-stand.ts';
import type { RoomClient } from './room-client.ts';
import { RoomStand, type SignalingStand } from './room-stand.ts';

const HOME = 'local';
const FAR = '新疆阿克苏';
let stand: RoomStand;
let far: SfuStand;

beforeAll(async () => {
  stand = await RoomStand.create();
  far = await openFar('sfu-far');
});
afterEach(() => stand.disconnectAll());
afterAll(async () => {
  await far.close();
  await stand.close();
});

async function openFar(id: string): Promise<SfuStand> {
  const opened = await SfuStand.create({ secret: stand.sfu.secret, workers: 1 });
  await stand.announce(opened, id, FAR);
  return opened;
}

/** A lesson at home whose signaling process knows both nodes. */
async function openLesson(signaling: SignalingStand) {
  const lesson = stand.lesson('live');
  stand.store.lessons.set(lesson.facts.lessonId, { ...lesson, region: HOME });
  const join = async (seat: SeatKind, name: string, region: string | null): Promise<RoomClient> => {
    return await stand.joinWith(signaling, { ...claimsOf(lesson, seat, name), region });
  };
  const teacher = await join('lecturer', '王老师', HOME);
  return { lesson, join, teacher };
}

async function signalingThatKnows(nodes: number): Promise<SignalingStand> {
  const signaling = await stand.signaling();
  await vi.waitFor(() => expect(signaling.sfuCount).toBe(nodes), { timeout: 10_000 });
  return signaling;
}

/** Ends the lesson, or its room would stay on its nodes for the next owner. */
async function end(signaling: SignalingStand, lesson: RoomLesson): Promise<void> {
  await signaling.registry.endLesson(lesson.facts.lessonId);
  await vi.waitFor(async () => expect(await stand.sfu.figure('seats')).toBe(0));
  await signaling.close();
}

const figures = async (name: string) => ({ home: await stand.sfu.figure(name), far: await far.figure(name) });

describe('a room with seats in two regions', () => {
  it('has each seat on the node of its region, and each stream once on the pipe between them (M11)', async () => {
    const signaling = await signalingThatKnows(2);
    const { lesson, teacher, join } = await openLesson(signaling);
    const camera = await teacher.produce('camera');
    const microphone = await teacher.produce('microphone');
    expect(await figures('pipes')).toEqual({ home: 0, far: 0 });

    const pupils = await Promise.all(['甲', '乙', '丙'].map((name) => join('pupil', name, FAR)));
    for (const pupil of pupils) {
      expect(pupil.inside.consumers.map(({ producerId }) => producerId).sort()).toEqual([camera, microphone].sort());
    }
    expect(await figures('seats')).toEqual({ home: 1, far: 3 });
    expect(await figures('pipes')).toEqual({ home: 1, far: 1 });
    expect(await figures('producers')).toEqual({ home: 2, far: 2 });
    expect(await figures('consumers')).toEqual({ home: 0, far: 6 });

    await teacher.call('closeProducer', { producerId: camera });
    await vi.waitFor(async () => expect(await figures('producers')).toEqual({ home: 1, far: 1 }));
    for (const pupil of pupils) await pupil.heardNotice('producerClosed', ({ producerId }) => producerId === camera);
    await end(signaling, lesson);
  });

  it('lets everybody hear a far seat, and forgets the far node when the last one there has left', async () => {
    const signaling = await signalingThatKnows(2);
    const { lesson, teacher, join } = await openLesson(signaling);
    const coTeacher = await join('coTeacher', '阿老师', FAR);
    const other = await join('coTeacher', '古老师', FAR);
    const microphone = await coTeacher.produce('microphone');
    await teacher.heardNotice('producerAdded', ({ producerId }) => producerId === microphone);
    expect(await teacher.consume([microphone])).toMatchObject([{ producerId: microphone }]);
    expect(await other.consume([microphone])).toMatchObject([{ producerId: microphone }]);
    expect(await figures('producers')).toEqual({ home: 1, far: 1 });

    await coTeacher.call('leave', {});
    await teacher.heardNotice('producerClosed', ({ producerId }) => producerId === microphone);
    await other.call('leave', {});
    await vi.waitFor(async () => expect(await figures('pipes')).toEqual({ home: 0, far: 0 }));
    expect(await figures('rooms')).toMatchObject({ far: 0 });
    await end(signaling, lesson);
  });

  it('is taken over with all its nodes by the next signaling process (T1)', async () => {
    const first = await signalingThatKnows(2);
    const { lesson, teacher, join } = await openLesson(first);
    const camera = await teacher.produce('camera');
    const coTeacher = await join('coTeacher', '阿老师', FAR);
    const microphone = await coTeacher.produce('microphone');
    await vi.waitFor(async () => expect((await stand.savedRoom(lesson))?.branchNodeIds).toEqual(['sfu-far']));
    const consumers = coTeacher.inside.consumers.length;
    await first.close();

    const second = await stand.signaling();
    await second.registry.restore();
    const snapshot = await coTeacher.connect(second.url);
    expect(snapshot).toMatchObject({ phase: 'inside', needsTransports: false });
    expect(coTeacher.inside.producers.map(({ producerId }) => producerId).sort()).toEqual([camera, microphone].sort());
    expect(consumers).toBe(1);
    await teacher.connect(second.url);
    await coTeacher.call('closeProducer', { producerId: microphone });
    await vi.waitFor(async () => expect(await figures('producers')).toEqual({ home: 1, far: 1 }));
    await end(second, lesson);
  });

  it('loses a far node: its seats make their media again at home, nobody else notices, nobody clicks (M12)', async () => {
    const signaling = await signalingThatKnows(2);
    const { lesson, teacher, join } = await openLesson(signaling);
    const camera = await teacher.produce('camera');
    const coTeacher = await join('coTeacher', '阿老师', FAR);
    const microphone = await coTeacher.produce('microphone');
    await teacher.heardNotice('producerAdded', ({ producerId }) => producerId === microphone);
    await far.close();
    await coTeacher.heardNotice('mediaReset');
    await teacher.heardNotice('producerClosed', ({ producerId }) => producerId === microphone);
    expect(teacher.noticesOf('mediaReset')).toEqual([]);
    await coTeacher.createTransports();
    expect(await coTeacher.consume([camera])).toMatchObject([{ producerId: camera }]);
    expect(await stand.sfu.figure('seats')).toBe(2);
    expect(await stand.sfu.figure('pipes')).toBe(0);
    await end(signaling, lesson);
  });
});
