import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ProducerId } from '../../../signaling/protocol/ids.ts';
import { STAGE_SIZE } from '../../../signaling/protocol/seats.ts';
import { MOST_CLASSROOMS } from '../../../signaling/protocol/sites.ts';
import type { RoomLesson } from '../../../signaling/rooms/ports.ts';
import type { RoomClient } from './room-client.ts';
import { RoomStand, type SignalingStand } from './room-stand.ts';

const NAMES = ['小明', '小红', '小刚', '小丽'] as const;
type Pupils = [RoomClient, RoomClient, RoomClient, RoomClient];

describe('groups on a real media node', () => {
  let stand: RoomStand;
  let signaling: SignalingStand;

  beforeAll(async () => {
    stand = await RoomStand.create();
    signaling = await stand.signaling();
  });
  afterEach(() => stand.disconnectAll());
  afterAll(async () => await stand.close());

  const arrange = async (): Promise<{ lesson: RoomLesson; teacher: RoomClient; pupils: Pupils }> => {
    const lesson = stand.lesson('live', { isRecorded: true });
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const pupils: RoomClient[] = [];
    for (const name of NAMES) pupils.push(await stand.join(signaling, lesson, 'pupil', name));
    return { lesson, teacher, pupils: pupils as Pupils };
  };

  const openWith = async (teacher: RoomClient, [a, b, c, d]: Pupils, durationMs: number | null = null) => {
    const members = [a, b].map(({ seatId }) => ({ seatId, group: 1 }));
    const others = [c, d].map(({ seatId }) => ({ seatId, group: 2 }));
    const order = { count: 2, members: [...members, ...others], placesRest: false, durationMs };
    await teacher.call('openGroups', { requestId: randomUUID(), ...order });
    for (const pupil of [a, b, c, d]) await hasSnapshot(pupil, ({ self }) => self.group !== null);
  };

  const hasSnapshot = async (client: RoomClient, fits: (inside: RoomClient['inside']) => boolean) =>
    await client.until(
      () => (client.snapshot?.phase === 'inside' && fits(client.snapshot) ? true : null),
      'a fitting snapshot',
    );

  /** As a page does that learns that it may send. */
  const speak = async (client: RoomClient): Promise<ProducerId> => {
    await client.createTransports(true);
    return await client.produce('microphone');
  };

  /** What the node itself holds, whatever signaling believes. */
  const consumersOnNode = async (): Promise<number> => await stand.sfu.figure('consumers');

  it('leave no consumer on the node of anybody who is elsewhere, and refuse whoever crafts a request (N3)', async () => {
    const before = await consumersOnNode();
    const { teacher, pupils } = await arrange();
    const [ming, hong, gang, li] = pupils;
    const lesson = await teacher.produce('microphone');
    for (const pupil of pupils) expect(await pupil.consume([lesson])).toHaveLength(1);
    expect(await consumersOnNode()).toBe(before + 4);
    await openWith(teacher, pupils);
    await vi.waitFor(async () => expect(await consumersOnNode()).toBe(before));
    const voices = { ming: await speak(ming), gang: await speak(gang) };
    await hong.heardNotice('producerAdded', ({ producerId }) => producerId === voices.ming);
    expect(await hong.consume([voices.ming])).toHaveLength(1);
    expect(await li.consume([voices.gang, voices.ming])).toMatchObject([{ producerId: voices.gang }]);
    expect(await consumersOnNode()).toBe(before + 2);
    for (const [client, producerId] of [
      [hong, voices.gang],
      [li, voices.ming],
      [gang, lesson],
      [teacher, voices.ming],
      [teacher, voices.gang],
    ] as const)
      expect(await client.refusalOf('consume', { producerIds: [producerId] })).toBe('forbidden');
    expect(gang.noticesOf('producerAdded').map(({ producerId }) => producerId)).not.toContain(voices.ming);
    expect(await consumersOnNode()).toBe(before + 2);

    await teacher.call('visitGroup', { group: 1 });
    await hasSnapshot(teacher, ({ self }) => self.group === 1);
    expect(await teacher.consume([voices.ming])).toHaveLength(1);
    await ming.heardNotice('producerAdded', ({ producerId }) => producerId === lesson);
    expect(await ming.consume([lesson])).toHaveLength(1);
    expect(await li.refusalOf('consume', { producerIds: [lesson] })).toBe('forbidden');

    // A second tab of a pupil is the same seat: in its group, and in no other.
    await teacher.call('moveToGroup', { seatId: hong.seatId, group: 2 });
    await hasSnapshot(hong, ({ self }) => self.group === 2);
    expect(await hong.refusalOf('consume', { producerIds: [voices.ming] })).toBe('forbidden');
    const tab = await stand.joinWith(signaling, hong.claims);
    expect(tab.inside.self.group).toBe(2);
    expect(tab.inside.producers.map(({ producerId }) => producerId)).toEqual([voices.gang]);

    await teacher.call('closeGroups', {});
    await hasSnapshot(teacher, ({ self }) => self.group === null);
    // Nobody was on stage: what was sent in the groups is gone, and the lesson is there again.
    await hasSnapshot(ming, ({ producers }) => producers.map(({ producerId }) => producerId).join(' ') === lesson);
    expect(await ming.refusalOf('produce', ming.newProducer('microphone'))).toBe('forbidden');
  });

  it('take from the teacher all of a full stage and of every classroom at once, and give it back (N3)', async () => {
    const lesson = stand.lesson('sky');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const sources = ['camera', 'microphone'] as const;
    const producerIds: ProducerId[] = [];
    for (let n = 0; n < MOST_CLASSROOMS + STAGE_SIZE; n += 1) {
      const isClassroom = n < MOST_CLASSROOMS;
      const client = await stand.join(signaling, lesson, isClassroom ? 'site' : 'pupil', `${n}号`);
      if (!isClassroom) {
        await teacher.call('inviteToStage', { seatId: client.seatId });
        await client.call('answerStageInvitation', { accept: true });
        await client.createTransports(true);
      }
      for (const source of sources) producerIds.push(await client.produce(source));
    }
    const receiveAll = async (): Promise<number> => {
      const halves = [producerIds.slice(0, 40), producerIds.slice(40)];
      return (await Promise.all(halves.map(async (ids) => await teacher.consume(ids)))).flat().length;
    };
    expect(await receiveAll()).toBe(producerIds.length);
    const order = { count: 2, members: [], placesRest: true, durationMs: null };
    await teacher.call('openGroups', { requestId: randomUUID(), ...order });
    await teacher.heardNotice('consumersClosed', ({ consumerIds }) => consumerIds.length === producerIds.length);
    await teacher.call('closeGroups', {});
    await hasSnapshot(teacher, ({ groups }) => groups === null);
    // Whatever the node had kept open it would not offer again.
    expect(await receiveAll()).toBe(producerIds.length);
  });

  it('are refused to whoever is no teacher, and bad orders with them (N1, E5)', async () => {
    const { teacher, pupils } = await arrange();
    const [ming] = pupils;
    const requestId = randomUUID();
    const good = { requestId, count: 2, members: [], placesRest: true, durationMs: null };
    const codeOf = async (client: RoomClient, name: string, params: object) => {
      const ack = await client.ask(name, params);
      return ack.ok ? null : ack.error.code;
    };
    expect(await codeOf(ming, 'openGroups', good)).toBe('forbidden');
    for (const bad of [
      { count: 1 },
      { count: 13 },
      { durationMs: 1 },
      { members: [{ seatId: ming.seatId, group: 0 }] },
    ])
      expect(await codeOf(teacher, 'openGroups', { ...good, ...bad })).toBe('invalidInput');
    expect(await codeOf(teacher, 'visitGroup', { group: 1 })).toBe('conflict');
    expect(await codeOf(teacher, 'openGroups', good)).toBe(null);
    for (const [name, params] of [
      ['moveToGroup', { seatId: ming.seatId, group: 2 }],
      ['visitGroup', { group: 2 }],
      ['setGroupsTime', { leftMs: null }],
      ['tellGroups', { requestId: randomUUID(), text: '嘿' }],
      ['closeGroups', {}],
    ] as const)
      expect(await codeOf(ming, name, params)).toBe('forbidden');
    expect(await codeOf(teacher, 'visitGroup', { group: 3 })).toBe('invalidInput');
  });

  it('are there after signaling was lost, with everybody in place and their end (T1)', async () => {
    const { lesson, teacher, pupils } = await arrange();
    const [ming, hong, gang] = pupils;
    await openWith(teacher, pupils, 10_000);
    const voice = await speak(ming);
    await hong.consume([voice]);
    await vi.waitFor(async () =>
      expect(await stand.savedRoom(lesson)).toMatchObject({ groups: { count: 2, members: { [ming.seatId]: 1 } } }),
    );
    await signaling.crash();
    signaling = await stand.signaling();
    await signaling.registry.restore();
    for (const client of [teacher, ming, hong, gang]) await client.connect(signaling.url);
    expect(hong.inside).toMatchObject({ self: { group: 1 }, groups: { count: 2 }, producers: [{ producerId: voice }] });
    expect(gang.inside).toMatchObject({ self: { group: 2 }, producers: [] });
    expect(await gang.refusalOf('consume', { producerIds: [voice] })).toBe('forbidden');
    expect(await hong.consume([voice])).toHaveLength(1);
    await gang.heardNotice('groupsChanged', ({ groups }) => groups === null);
  });
});
