import { randomUUID } from 'node:crypto';
import type { RtpCapabilities } from 'mediasoup/types';
import { authorizeSeat } from '../../../signaling/rooms/authorization.ts';
import { Fence, RequestId, type ProducerId, type SeatId } from '../../../signaling/protocol/ids.ts';
import type { Source } from '../../../signaling/protocol/media.ts';
import type { CloseReason, RoomNotice, RoomNoticeName, RoomSnapshot } from '../../../signaling/protocol/room.ts';
import type { LessonKind, Permission, SeatKind } from '../../../signaling/protocol/seats.ts';
import type { JoinClaims } from '../../../signaling/rooms/join-claims.ts';
import type { Broadcast, Connection, RoomLesson } from '../../../signaling/rooms/ports.ts';
import { Room } from '../../../signaling/rooms/room.ts';
import { RoomState } from '../../../signaling/rooms/room-state.ts';
import { SeatTokenSigner } from '../../../signaling/rooms/seat-token.ts';
import type { Seat } from '../../../signaling/rooms/seat.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { claimsOf, newLesson } from './lessons.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { MemoryMediaNode } from './memory-media-node.ts';
import { MemoryRecordingControl } from './memory-recording-control.ts';
import { MemoryRoomStore } from './memory-room-store.ts';

const log = createLog('rules', 'silent');

/** One connection of one seat, with everything it was told. */
export class TestPeer implements Connection {
  readonly connectionId = randomUUID();
  readonly heard: { readonly name: RoomNoticeName; readonly data: unknown }[] = [];
  closedFor: CloseReason | null = null;
  hears: 'nothing' | 'inside' | 'teachers' = 'nothing';
  seatId: SeatId | null = null;
  token = '';

  tell(name: RoomNoticeName, data: unknown): void {
    this.heard.push({ name, data });
    if (name === 'seatToken') this.token = (data as RoomNotice<'seatToken'>).seatToken;
  }

  enterRoom({ teachers }: { readonly teachers: boolean }): void {
    this.hears = teachers ? 'teachers' : 'inside';
  }

  close(reason: CloseReason): void {
    this.closedFor = reason;
    this.hears = 'nothing';
  }

  of<N extends RoomNoticeName>(name: N): RoomNotice<N>[] {
    return this.heard.filter((heard) => heard.name === name).map((heard) => heard.data as RoomNotice<N>);
  }

  get snapshot(): RoomSnapshot | null {
    return this.of('snapshot').at(-1) ?? null;
  }
}

export interface RulesStandOptions {
  readonly kind?: LessonKind;
  readonly facts?: Partial<RoomLesson['facts']>;
  readonly lesson?: RoomLesson;
  readonly maxInside?: number;
  readonly saved?: RoomState | null;
  /** Of the process before. */
  readonly before?: RulesStand;
}

/** One room's rules with everything around them in memory and a clock that stands still. */
export class RulesStand {
  readonly clock: ManualClock;
  readonly store: MemoryRoomStore;
  readonly control: MemoryRecordingControl;
  readonly lesson: RoomLesson;
  readonly room: Room;
  readonly tokens = new SeatTokenSigner('a secret of the test');
  readonly peers: TestPeer[] = [];
  node: MemoryMediaNode;
  saves = 0;
  savesAtOnce = 0;

  constructor(options: RulesStandOptions = {}) {
    const { before } = options;
    const around = before ?? newSurroundings();
    this.clock = around.clock;
    this.store = around.store;
    this.control = around.control;
    this.lesson = before?.lesson ?? lessonOf(options, this.clock);
    this.store.lessons.set(this.lesson.facts.lessonId, this.lesson);
    let node: MemoryMediaNode | null = null;
    this.room = new Room({
      lesson: this.lesson,
      fence: Fence.parse(1),
      saved: options.saved ?? null,
      clock: this.clock,
      log,
      openMedia: ({ listener }) => (node = new MemoryMediaNode({ listener })),
      recordingControl: this.control,
      store: this.store,
      tokens: this.tokens,
      broadcast: this.#broadcast(),
      maxInside: options.maxInside ?? 300,
      onSaveNeeded: (atOnce) => {
        this.saves += 1;
        if (atOnce) this.savesAtOnce += 1;
      },
    });
    // The compiler does not see that the room calls `openMedia` in its constructor.
    this.node = (node as MemoryMediaNode | null) ?? missing();
  }

  /** What Redis would give the next process. */
  saved(): RoomState {
    return RoomState.parse(JSON.parse(JSON.stringify(this.room.save())));
  }

  claims(seat: SeatKind, name: string): JoinClaims {
    return claimsOf(this.lesson, seat, name);
  }

  async join(seat: SeatKind, name: string): Promise<TestPeer> {
    const entered = await this.room.enter(this.claims(seat, name));
    return await this.connect(entered.seatToken);
  }

  /** With claims as no other test has them. */
  async joinAs(claims: JoinClaims): Promise<TestPeer> {
    return await this.connect((await this.room.enter(claims)).seatToken);
  }

  /** @param receives what its page can receive; null for one that has not said so. */
  async connect(token: string, receives: RtpCapabilities | null = { codecs: [] }): Promise<TestPeer> {
    const peer = new TestPeer();
    peer.seatId = this.room.connect(this.tokens.verify(token), peer, receives).seatId;
    this.peers.push(peer);
    await settle();
    return peer;
  }

  cut(peer: TestPeer): void {
    peer.hears = 'nothing';
    this.room.disconnect(idOf(peer), peer.connectionId);
  }

  /** The seat, as an order of this peer would be authorized. */
  seat(peer: TestPeer, needs: Permission | 'seated' | 'waiting' = 'seated'): Seat {
    return authorizeSeat(this.room.parts, { seatId: idOf(peer), connectionId: peer.connectionId }, needs);
  }

  async produce(peer: TestPeer, source: Source, requestId: string = randomUUID()): Promise<ProducerId> {
    const kind = source === 'microphone' || source === 'screenAudio' ? 'audio' : 'video';
    const rtpParameters = { codecs: [], headerExtensions: [], encodings: [], rtcp: {} };
    return await this.room.seatOrders.produce(this.seat(peer), {
      requestId: RequestId.parse(requestId),
      ...{ kind, source, rtpParameters, paused: false },
    });
  }

  async onStage(peer: TestPeer): Promise<void> {
    this.room.teacherOrders.inviteToStage(idOf(peer));
    if (this.room.parts.stage.isInvited(idOf(peer))) this.room.seatOrders.answerStageInvitation(this.seat(peer), true);
    await this.room.seatOrders.createTransports(this.seat(peer), { rtpCapabilities: {}, sendOnly: true });
  }

  isPaused(producerId: ProducerId): boolean | undefined {
    return this.node.producers.get(producerId)?.paused;
  }

  #broadcast(): Broadcast {
    return {
      toInside: (name, data) => {
        for (const peer of this.peers) if (peer.hears !== 'nothing') peer.tell(name, data);
      },
      toTeachers: (name, data) => {
        for (const peer of this.peers) if (peer.hears === 'teachers') peer.tell(name, data);
      },
    };
  }
}

const newSurroundings = () => ({
  clock: new ManualClock(),
  store: new MemoryRoomStore(),
  control: new MemoryRecordingControl(),
});

function lessonOf({ lesson, kind, facts }: RulesStandOptions, clock: ManualClock): RoomLesson {
  return lesson ?? newLesson(kind ?? 'live', { startsAtMs: clock.nowMs(), ...facts });
}

function missing(): never {
  throw new Error('the room opens its media at once');
}

export function idOf(peer: TestPeer): SeatId {
  if (peer.seatId === null) throw new Error('not connected');
  return peer.seatId;
}
