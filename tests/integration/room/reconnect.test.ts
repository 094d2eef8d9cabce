import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RequestId } from '../../../signaling/protocol/ids.ts';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import { claimsOf } from '../../support/rooms/lessons.ts';
import { RoomStand, type SignalingStand } from './room-stand.ts';

describe('coming and coming back', () => {
  let stand: RoomStand;
  let signaling: SignalingStand;

  beforeAll(async () => {
    stand = await RoomStand.create();
    signaling = await stand.signaling();
  });
  afterEach(() => stand.disconnectAll());
  afterAll(async () => await stand.close());

  it('leaves an early pupil at the door and takes it in with the teacher (L2, L7, M3)', async () => {
    const lesson = stand.lesson('live');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    expect(pupil.snapshot).toMatchObject({ phase: 'waiting', cause: 'teacher' });
    expect(pupil.entered.transports).toBeNull();
    await stand.join(signaling, lesson, 'lecturer', '王老师');
    await pupil.heardNotice('snapshot', (snapshot) => snapshot.phase === 'inside' && snapshot.needsTransports);
    await pupil.createTransports();
    expect((await pupil.call('resync', {})).phase).toBe('inside');
  });

  it('admits and denies from the lobby (L3, L6, L8)', async () => {
    const lesson = stand.lesson('meeting');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const father = await stand.join(signaling, lesson, 'guardian', '父亲');
    const stranger = await stand.join(signaling, lesson, 'guest', '陌生人');
    await teacher.heardNotice('waitingChanged', ({ waiting }) => waiting.length === 2);
    await teacher.call('admit', { seatId: father.seatId });
    await teacher.call('deny', { seatId: stranger.seatId });
    await father.heardNotice('snapshot', (snapshot) => snapshot.phase === 'inside' && snapshot.self.onStage);
    await stranger.heardNotice('closed', ({ reason }) => reason === 'denied');
    await vi.waitFor(() => expect(stranger.isConnected).toBe(false));
    const { send } = await father.createTransports();
    expect(send).not.toBeNull();
    await expect(father.produce('microphone')).resolves.toBeDefined();
  });

  it('keeps seat and media through a cut line (S3, H4, M8)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const microphone = await teacher.produce('microphone');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    const [offer] = pupil.inside.consumers;
    pupil.cut();
    await teacher.heardNotice('participantsChanged', ({ changed }) =>
      changed.some((participant) => participant.seatId === pupil.seatId && !participant.connected),
    );
    await pupil.connect();
    expect(pupil.inside).toMatchObject({
      needsTransports: false,
      self: { seatId: pupil.seatId },
      producers: [{ producerId: microphone }],
      consumers: [{ consumerId: offer?.consumerId }],
    });
  });

  it('gives a seat that comes back no new budget, nor lets it shake hands without end (E2)', async () => {
    const lesson = stand.lesson('live');
    await stand.join(signaling, lesson, 'lecturer', '王老师');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    const classmate = await stand.join(signaling, lesson, 'pupil', '小红');
    const chat = (text: string) => ({ requestId: RequestId.parse(randomUUID()), text });
    for (let n = 0; n < 6; n += 1) expect(await pupil.refusalOf('sendChat', chat(`${n}`))).toBeNull();
    await pupil.connect();
    const refused = [];
    for (let n = 0; n < 6; n += 1) refused.push(await pupil.refusalOf('sendChat', chat(`again ${n}`)));
    expect(refused.filter((code) => code === 'tooManyRequests').length).toBeGreaterThanOrEqual(4);
    let reconnects = 0;
    const comeBack = async (): Promise<void> => {
      for (; reconnects < 200; reconnects += 1) await pupil.connect();
    };
    await expect(comeBack()).rejects.toMatchObject({ message: 'tooManyRequests', data: { reason: null } });
    expect(reconnects).toBeGreaterThan(20);
    await expect(classmate.connect()).resolves.toMatchObject({ phase: 'inside' });
  });

  it('gives a second tab the seat and new media, and closes the first (J3, S1)', async () => {
    const lesson = stand.lesson('live');
    const pupilClaims = claimsOf(lesson, 'pupil', '小明');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const first = await stand.joinWith(signaling, pupilClaims);
    await teacher.call('inviteToStage', { seatId: first.seatId });
    await first.call('answerStageInvitation', { accept: true });
    await first.createTransports(true);
    const microphone = await first.produce('microphone');
    const second = await stand.joinWith(signaling, pupilClaims);
    expect(second.seatId).toBe(first.seatId);
    await first.heardNotice('closed', ({ reason }) => reason === 'seatTakenOver');
    await teacher.heardNotice('producerClosed', ({ producerId }) => producerId === microphone);
    expect(second.inside.self.onStage).toBe(true);
    expect(second.transports?.send).not.toBeNull();
    await expect(first.connect()).rejects.toMatchObject({ message: 'seatTokenInvalid' });
  });

  it('keeps what a pupil receives when it gets a sending transport for the stage (M3)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    await teacher.produce('microphone');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    expect(pupil.transports?.send).toBeNull();
    const recv = pupil.transports?.recv.transportId;
    const [offer] = pupil.inside.consumers;
    await teacher.call('inviteToStage', { seatId: pupil.seatId });
    await pupil.heardNotice('stageInvitation');
    await pupil.call('answerStageInvitation', { accept: true });
    expect(await pupil.refusalOf('produce', pupil.newProducer('microphone'))).toBe('conflict');
    const pair = await pupil.createTransports(true);
    expect(pair.recv.transportId).toBe(recv);
    await pupil.produce('microphone');
    const snapshot = await pupil.call('resync', {});
    expect(snapshot).toMatchObject({ consumers: [{ consumerId: offer?.consumerId }] });
  });

  it('refuses other versions, foreign rooms, forged and stale tokens (H1, H3, H6)', async () => {
    const lesson = stand.lesson('live');
    const other = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const old = teacher.seatToken;
    const refusal = async (auth: object): Promise<unknown> =>
      await teacher.connect(undefined, auth).catch((error: { data: unknown }) => error.data);
    expect(await refusal({ version: PROTOCOL_VERSION - 1 })).toMatchObject({
      code: 'clientTooOld',
      reason: 'clientTooOld',
    });
    expect(await refusal({ version: PROTOCOL_VERSION + 1 })).toMatchObject({ code: 'serverTooOld', reason: null });
    expect(await refusal({ version: 'x' })).toMatchObject({ code: 'invalidInput' });
    expect(await refusal({ roomId: other.facts.roomId })).toMatchObject({ code: 'seatTokenInvalid' });
    const forged = old.replace(teacher.seatId, '00000000-0000-4000-8000-000000000000');
    expect(await refusal({ seatToken: forged })).toMatchObject({
      code: 'seatTokenInvalid',
      reason: 'seatTokenInvalid',
    });
    await teacher.connect();
    await teacher.connect();
    expect(await refusal({ seatToken: old })).toMatchObject({ code: 'seatTokenInvalid' });
  });

  it('answers the one who leaves and closes it for good (S4)', async () => {
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    await pupil.call('leave', {});
    expect(pupil.closedFor).toBe('left');
    await teacher.heardNotice('participantsChanged', ({ left }) => left.includes(pupil.seatId));
    await expect(pupil.connect()).rejects.toMatchObject({ message: 'seatTokenInvalid' });
  });
});
