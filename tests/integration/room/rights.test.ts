import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FIRST_RULES } from '../../../signaling/protocol/class-order.ts';
import type { ProducerId } from '../../../signaling/protocol/ids.ts';
import { roomRequests } from '../../../signaling/protocol/room.ts';
import type { SeatKind } from '../../../signaling/protocol/seats.ts';
import type { RoomLesson } from '../../../signaling/rooms/ports.ts';
import { claimsOf } from '../../support/rooms/lessons.ts';
import { ManualClock } from '../../support/rooms/manual-clock.ts';
import { COLUMNS, RIGHTS, type RightsState } from './rights.fixture.ts';
import type { RoomClient } from './room-client.ts';
import { RoomStand, type SignalingStand } from './room-stand.ts';

interface Scene {
  readonly subject: RoomClient;
  readonly spare: RoomClient | null;
  readonly atTheDoor: RoomClient[];
  /** On the class wall. */
  readonly picture: ProducerId | null;
}

const requestOf = (row: string): string => row.split(':')[0] ?? row;

describe('rights of seats', () => {
  const clock = new ManualClock();
  let stand: RoomStand;
  let signaling: SignalingStand;

  beforeAll(async () => {
    stand = await RoomStand.create();
    signaling = await stand.signaling({ clock });
  });
  afterEach(() => stand.disconnectAll());
  afterAll(async () => await stand.close());

  /** A teacher's phone beside the screen of a listening classroom, which is in the lesson. */
  const joinPaired = async (lesson: RoomLesson): Promise<RoomClient> => {
    const screen = claimsOf(lesson, 'site', '一教室');
    const phone = claimsOf(lesson, 'coTeacher', '本人');
    if (screen.identity.kind !== 'site' || phone.identity.kind !== 'person') throw new Error('no pair');
    const { siteId } = screen.identity;
    stand.store.phones.add(`${siteId}:${phone.identity.personId}`);
    await stand.joinWith(signaling, screen);
    return await stand.joinWith(signaling, { ...phone, phoneOf: siteId });
  };

  const arrange = async (lesson: RoomLesson, seat: SeatKind, state: RightsState): Promise<Scene> => {
    if (state === 'waiting') {
      return { subject: await stand.join(signaling, lesson, seat, '本人'), spare: null, atTheDoor: [], picture: null };
    }
    const isLecturer = seat === 'lecturer';
    const teacher = await stand.join(signaling, lesson, 'lecturer', isLecturer ? '本人' : '王老师');
    const others = () => (state === 'phone' ? joinPaired(lesson) : stand.join(signaling, lesson, seat, '本人'));
    const subject = isLecturer ? teacher : await others();
    if (subject.snapshot?.phase === 'waiting') await teacher.call('admit', { seatId: subject.seatId });
    await subject.until(() => (subject.snapshot?.phase === 'inside' ? true : null), 'admission');
    if (state === 'onStage') {
      await teacher.call('inviteToStage', { seatId: subject.seatId });
      if (seat !== 'site') await subject.call('answerStageInvitation', { accept: true });
    }
    await teacher.call('setWall', { isOn: true });
    const spare = await stand.join(signaling, lesson, 'pupil', '别人');
    const picture = await spare.produce('wall');
    const atTheDoor = [];
    for (const name of ['甲', '乙', '丙']) atTheDoor.push(await stand.join(signaling, lesson, 'guest', name));
    if (state === 'safeMode') {
      teacher.cut();
      await vi.waitFor(() => expect(signaling.hasTeacher(lesson)).toBe(false));
      await clock.pass(10_001);
      await subject.heardNotice('safeModeChanged', ({ active }) => active);
    }
    return { subject, spare, atTheDoor, picture };
  };

  it('are written down for every request and every seat', () => {
    expect([...new Set(Object.keys(RIGHTS).map(requestOf))].sort()).toEqual(Object.keys(roomRequests).sort());
    for (const [row, columns] of Object.entries(RIGHTS)) {
      for (const [state, seats] of Object.entries(COLUMNS)) {
        expect([row, state, columns[state as RightsState].split(' ').length]).toEqual([row, state, seats.length]);
      }
    }
  });

  for (const [state, seats] of Object.entries(COLUMNS) as [RightsState, readonly SeatKind[]][]) {
    for (const [column, seat] of seats.entries()) {
      it(`of ${seat}, ${state}, are those of the fixture (E5, L5, X1)`, async () => {
        const kind = state === 'meeting' || state === 'live' ? state : 'sky';
        const lesson = stand.lesson(kind, {
          isRecorded: true,
          startsAtMs: clock.nowMs(),
        });
        const scene = await arrange(lesson, seat, state);
        const wrong: string[] = [];
        for (const [row, columns] of Object.entries(RIGHTS)) {
          await clock.pass(1_000);
          const ack = await scene.subject.ask(requestOf(row), paramsOf(row, scene));
          const expected = columns[state].split(' ')[column];
          const found = ack.ok ? 'allowed' : ack.error.code;
          if (found !== expected) wrong.push(`${row}: ${found}, not ${expected}`);
          // The lesson is over for whoever ended it.
          if (row === 'endLesson' && ack.ok) break;
        }
        expect(wrong).toEqual([]);
      });
    }
  }
});

/** Well-formed parameters, so that only rights can refuse. */
function paramsOf(row: string, { subject, spare, atTheDoor, picture }: Scene): object {
  const [name, source] = row.split(':');
  const somebody = { seatId: spare?.seatId ?? randomUUID() };
  const [first, second] = atTheDoor.map(({ seatId }) => ({ seatId }));
  const nothing = { producerId: randomUUID(), transportId: randomUUID(), consumerId: randomUUID() };
  const dtlsParameters = { role: 'client', fingerprints: [] };
  const params: Readonly<Record<string, object>> = {
    createTransports: { rtpCapabilities: subject.capabilities },
    connectTransport: { transportId: nothing.transportId, dtlsParameters },
    restartIce: { transportId: nothing.transportId },
    produce: source === undefined ? {} : subject.newProducer(source as Parameters<RoomClient['newProducer']>[0]),
    setProducerPaused: { producerId: nothing.producerId, paused: false },
    closeProducer: { producerId: nothing.producerId },
    consume: { producerIds: [source === 'wall' ? (picture ?? nothing.producerId) : nothing.producerId] },
    setConsumersPaused: { consumerIds: [nothing.consumerId], paused: false },
    setPreferredLayers: { consumerId: nothing.consumerId, spatialLayer: 0 },
    closeConsumers: { consumerIds: [nothing.consumerId] },
    setHand: { raised: true },
    setTalking: { talking: true },
    sendChat: { requestId: randomUUID(), text: '老师好' },
    openGroups: { requestId: randomUUID(), count: 2, members: [], placesRest: false, durationMs: null },
    moveToGroup: { ...somebody, group: 1 },
    visitGroup: { group: 1 },
    setGroupsTime: { leftMs: 60_000 },
    tellGroups: { requestId: randomUUID(), text: '还有一分钟' },
    setRules: FIRST_RULES,
    openMicrophone: somebody,
    handOver: somebody,
    appointCoTeacher: somebody,
    report: { target: { kind: 'message', messageId: randomUUID(), sentAtMs: 1 } },
    seeReport: { reportId: randomUUID() },
    lowerHand: somebody,
    inviteToStage: somebody,
    removeFromStage: somebody,
    muteSeat: somebody,
    reportEcho: somebody,
    letEchoGo: somebody,
    reportSound: { verdict: 'ok', reachedDb: -20, noiseDb: -60, echoDb: -58 },
    removeSeat: { ...somebody, keepOut: false },
    controlSite: { ...somebody, order: { kind: 'volume', volume: 40 } },
    ...toolParams(),
    setLayout: { layout: 'gallery', pinnedSeatId: null },
    setRecordingPaused: { paused: true },
    addMarker: { requestId: randomUUID(), title: '例题' },
    deny: first ?? somebody,
    admit: second ?? somebody,
    setLocked: { locked: false },
    answerStageInvitation: { accept: true },
  };
  return params[name ?? ''] ?? {};
}

function toolParams(): Readonly<Record<string, object>> {
  const requestId = randomUUID();
  const missing = { pollId: randomUUID() };
  const page = { coursewareId: 'whiteboard', page: 1 };
  const question = {
    ...{ kind: 'single', text: '1 + 1 = ？', options: ['1', '2'] },
    ...{ correctChoices: [1], correctText: null, isAnonymous: false },
  };
  return {
    preparePoll: { requestId, question },
    askPoll: { requestId: randomUUID(), question },
    openPoll: missing,
    closePoll: missing,
    publishPoll: missing,
    removePoll: missing,
    pollAnswers: missing,
    answerPoll: { ...missing, requestId, answer: { choices: [0], text: null } },
    pickSomebody: { requestId },
    setWall: { isOn: true },
    startCountdown: { durationMs: 60_000 },
    setCountdownPaused: { paused: true },
    startRace: { requestId },
    drawInk: { ...page, strokeId: 'stroke', colour: 'red', shape: 'oval', from: 0, points: [1, 2] },
    undoInk: { ...page, strokeId: 'stroke' },
    clearInk: page,
    setInkOpen: { isOpen: false },
    showPage: { coursewareId: 'of-no-lesson', page: 1 },
    pressRace: { raceId: randomUUID() },
    setClassHand: { raised: true },
    setClassSpeaker: { name: '小明' },
    sendTeacherNote: { requestId, toSeatId: null, text: '声音有点小' },
    reportSite: {
      ...{ cameras: ['pupils'], camera: 'pupils', hasMicrophone: true, isMicrophoneOff: false },
      ...{ volume: 80, layout: 'auto', screens: 1 },
    },
  };
}
