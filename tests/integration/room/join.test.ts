import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RoomStand, type SignalingStand } from './room-stand.ts';

describe('a room over its wire', () => {
  let stand: RoomStand;
  let signaling: SignalingStand;

  beforeAll(async () => {
    stand = await RoomStand.create();
    signaling = await stand.signaling();
  });
  afterEach(() => stand.disconnectAll());
  afterAll(async () => await stand.close());

  it('lets a teacher send and a pupil receive through the real sfu (J3, M5, M8)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    expect(teacher.inside.self.permitted).toContain('endLesson');
    const { send } = teacher.transports ?? {};
    if (send === null || send === undefined) throw new Error('a teacher gets a sending transport');
    await teacher.connectTransport(send.transportId);
    const microphone = await teacher.produce('microphone');
    const camera = await teacher.produce('camera');

    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    expect(pupil.inside.producers.map((producer) => producer.producerId).sort()).toEqual([microphone, camera].sort());
    const offers = pupil.inside.consumers;
    expect(offers.map((offer) => offer.source).sort()).toEqual(['camera', 'microphone']);
    await pupil.call('setConsumersPaused', { consumerIds: offers.map((offer) => offer.consumerId), paused: false });

    const screen = await teacher.produce('screen');
    const added = await pupil.heardNotice('producerAdded', (producer) => producer.producerId === screen);
    const [offer] = await pupil.consume([added.producerId]);
    expect(offer).toMatchObject({ producerId: screen, seatId: teacher.seatId, source: 'screen', kind: 'video' });
  });
});
