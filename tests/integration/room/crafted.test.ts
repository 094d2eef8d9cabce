import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TransportId } from '../../../signaling/protocol/ids.ts';
import { RoomStand, type SignalingStand } from './room-stand.ts';

describe('crafted messages', () => {
  let stand: RoomStand;
  let signaling: SignalingStand;

  beforeAll(async () => {
    stand = await RoomStand.create();
    signaling = await stand.signaling({ maxInside: 3 });
  });
  afterEach(() => stand.disconnectAll());
  afterAll(async () => await stand.close());

  it('cannot use what belongs to another seat (M1)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const microphone = await teacher.produce('microphone');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    const transportId = teacher.transports?.send?.transportId ?? TransportId.parse('none');
    expect(await pupil.refusalOf('restartIce', { transportId })).toBe('notFound');
    expect(await pupil.refusalOf('setProducerPaused', { producerId: microphone, paused: true })).toBe('forbidden');
    expect(await pupil.refusalOf('closeProducer', { producerId: microphone })).toBe('forbidden');
    const [offer] = pupil.inside.consumers;
    if (offer === undefined) throw new Error('the pupil receives the teacher');
    const other = await stand.join(signaling, lesson, 'pupil', '小红');
    await other.call('closeConsumers', { consumerIds: [offer.consumerId] });
    expect(await other.refusalOf('setPreferredLayers', { consumerId: offer.consumerId, spatialLayer: 0 })).toBe(
      'notFound',
    );
    const { consumers } = pupil.inside;
    expect(await pupil.consume([microphone])).toMatchObject([{ consumerId: consumers[0]?.consumerId }]);
  });

  it('cannot receive before being let in (L5)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const microphone = await teacher.produce('microphone');
    const stranger = await stand.join(signaling, lesson, 'guest', '陌生人');
    expect(await stranger.refusalOf('createTransports', { rtpCapabilities: {} })).toBe('forbidden');
    expect(await stranger.refusalOf('consume', { producerIds: [microphone] })).toBe('forbidden');
    await teacher.call('sendChat', { requestId: randomUUID(), text: '同学们好' });
    await stranger.call('resync', {});
    expect(stranger.heard.map((heard) => heard.name).sort()).toEqual(['seatToken', 'snapshot']);
  });

  it('are answered with what is wrong with them, and never more (E1, E5)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const ack = await teacher.ask('sendChat', { requestId: 'x'.repeat(65), text: '' });
    expect(ack).toMatchObject({ ok: false, error: { code: 'invalidInput' } });
    expect(ack.ok ? [] : ack.error.problems?.map((problem) => problem.path)).toEqual(['requestId', 'text']);
    expect(await teacher.ask('constructor', {})).toMatchObject({ ok: false, error: { code: 'invalidInput' } });
    expect(await teacher.ask('__proto__', {})).toMatchObject({ ok: false, error: { code: 'invalidInput' } });
    for (const beforeMs of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      expect(await teacher.call('chatHistory', { beforeMs })).toEqual({ messages: [], more: false });
    }
    const kind = { ...teacher.newProducer('camera'), kind: 'audio' };
    expect(await teacher.ask('produce', kind)).toMatchObject({ ok: false, error: { code: 'invalidInput' } });
    const broken = { ...teacher.newProducer('camera'), rtpParameters: { codecs: 'none' } };
    const refused = await teacher.ask('produce', broken);
    expect(refused.ok).toBe(false);
    expect(await teacher.call('resync', {})).toMatchObject({ producers: [] });
  });

  it('in a flood cut their own socket off and nobody else (E2)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    for (let n = 0; n < 200; n += 1) pupil.ask('sendChat', { text: n }).catch(() => undefined);
    await vi.waitFor(() => expect(pupil.isConnected).toBe(false), { timeout: 5_000 });
    expect((await teacher.call('resync', {})).phase).toBe('inside');
  });

  it('too long cut their own socket off (H7)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    pupil.ask('sendChat', { requestId: 'r', text: 'x'.repeat(200_000) }).catch(() => undefined);
    await vi.waitFor(() => expect(pupil.isConnected).toBe(false), { timeout: 5_000 });
    expect((await teacher.call('resync', {})).phase).toBe('inside');
  });

  it('chat too fast is refused for a while (E2)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const answers = await Promise.all(
      Array.from(
        { length: 10 },
        async () => await teacher.refusalOf('sendChat', { requestId: randomUUID(), text: '好' }),
      ),
    );
    expect(answers.filter((code) => code === null)).toHaveLength(6);
    expect(answers.filter((code) => code === 'tooManyRequests')).toHaveLength(4);
  });

  it('from another origin do not get a socket (H2)', async () => {
    const open = async (origin: string): Promise<string> => {
      const socket = io(`${signaling.url}/room`, {
        ...{ transports: ['websocket'], forceNew: true, reconnection: false },
        extraHeaders: { origin },
      });
      const outcome = await new Promise<string>((resolve) => {
        socket.on('connect', () => resolve('open'));
        socket.on('connect_error', (error) => resolve(error.message));
      });
      socket.disconnect();
      return outcome;
    };
    expect(await open('https://evil.example')).not.toBe('invalidInput');
    expect(await open(signaling.url)).toBe('invalidInput');
  });

  it('cannot squeeze one more into a full room (J4)', async () => {
    const lesson = stand.lesson('live');
    await stand.join(signaling, lesson, 'lecturer', '王老师');
    const arrivals = await Promise.allSettled(
      Array.from({ length: 6 }, async (_, n) => await stand.join(signaling, lesson, 'pupil', `学生${n}`)),
    );
    expect(arrivals.filter((arrival) => arrival.status === 'fulfilled')).toHaveLength(3);
    const refused = arrivals.find((arrival) => arrival.status === 'rejected');
    expect(refused).toMatchObject({ reason: { code: 'roomFull' } });
  });
});
