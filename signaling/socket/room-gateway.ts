import type { RtpCapabilities } from 'mediasoup/types';
import { AppError } from '../protocol/errors.ts';
import { roomRequests, type RoomNoticeName, type RoomRequestName } from '../protocol/room.ts';
import { authorizeSeat } from '../rooms/authorization.ts';
import type { Connection } from '../rooms/ports.ts';
import type { Room } from '../rooms/room.ts';
import type { Seat } from '../rooms/seat.ts';
import type { RoomHandlers } from './bind.ts';
import { classToolHandlers } from './class-tool-handlers.ts';
import { groupHandlers } from './group-handlers.ts';
import type { RoomPeer } from './room-peer.ts';

/** As much of a Socket.IO socket as a connection needs. */
export interface GatewaySocket {
  readonly id: string;
  emit(name: string, data: unknown): unknown;
  join(room: string | string[]): unknown;
  disconnect(close: boolean): unknown;
}

export const insideGroup = (roomId: string): string => `inside:${roomId}`;
export const teachersGroup = (roomId: string): string => `teachers:${roomId}`;

/** Makes of a socket what a room speaks to. */
export function connectionOver(socket: GatewaySocket, roomId: string): Connection {
  return {
    connectionId: socket.id,
    tell: (name: RoomNoticeName, data: unknown) => {
      socket.emit(name, data);
    },
    enterRoom: ({ teachers }) => {
      socket.join(teachers ? [insideGroup(roomId), teachersGroup(roomId)] : [insideGroup(roomId)]);
    },
    close: (reason) => {
      socket.emit('closed', { reason });
      // The answer to the request that led here goes out first.
      setImmediate(() => socket.disconnect(true));
    },
  };
}

/** One socket's way into its room, from the handshake to its end. */
export class RoomGateway {
  readonly #room: Room;
  readonly #socketId: string;
  #seat: Seat | null = null;

  constructor(room: Room, socketId: string) {
    this.#room = room;
    this.#socketId = socketId;
  }

  /** @throws AppError `seatTokenInvalid`, `lessonEnded` */
  connect(
    claims: { readonly seatId: Seat['seatId']; readonly generation: number },
    connection: Connection,
    rtpCapabilities: RtpCapabilities | null,
  ): void {
    this.#seat = this.#room.connect(claims, connection, rtpCapabilities);
  }

  authorize(name: RoomRequestName): RoomPeer {
    if (this.#seat === null) throw new AppError('seatTokenInvalid');
    const asking = { seatId: this.#seat.seatId, connectionId: this.#socketId };
    const seat = authorizeSeat(this.#room.parts, asking, roomRequests[name].needs);
    return { room: this.#room, seat };
  }

  disconnected(): void {
    if (this.#seat !== null) this.#room.disconnect(this.#seat.seatId, this.#socketId);
  }
}

const done = {};

/** Every request of the contract, each one call on the room's rules. */
export const roomHandlers: RoomHandlers<RoomPeer> = {
  ...classToolHandlers,
  ...groupHandlers,

  leave: (_params, { room, seat }) => {
    room.leave(seat);
    return done;
  },
  resync: async (_params, { room, seat }) => await room.snapshotOf(seat),

  setHand: ({ raised }, { room, seat }) => {
    room.seatOrders.setHand(seat, raised);
    return done;
  },
  answerStageInvitation: ({ accept }, { room, seat }) => {
    room.seatOrders.answerStageInvitation(seat, accept);
    return done;
  },
  leaveStage: (_params, { room, seat }) => {
    room.seatOrders.leaveStage(seat);
    return done;
  },
  setTalking: ({ talking }, { room, seat }) => {
    room.seatOrders.setTalking(seat, talking);
    return done;
  },
  sendChat: async ({ requestId, text, group }, { room, seat }) => ({
    message: await room.seatOrders.sendChat(seat, requestId, text, group),
  }),
  chatHistory: async ({ beforeMs, limit }, { room }) => await room.parts.chat.history(beforeMs, limit),
  participants: ({ offset, limit }, { room }) => room.parts.participants.page(offset, limit),

  inviteToStage: ({ seatId }, { room }) => {
    room.teacherOrders.inviteToStage(seatId);
    return done;
  },
  lowerHand: ({ seatId }, { room }) => {
    room.teacherOrders.lowerHand(seatId);
    return done;
  },
  removeFromStage: ({ seatId }, { room }) => {
    room.teacherOrders.removeFromStage(seatId);
    return done;
  },
  muteSeat: ({ seatId }, { room }) => {
    room.teacherOrders.muteSeat(seatId);
    return done;
  },
  muteAll: (_params, { room, seat }) => {
    room.teacherOrders.muteAll(seat);
    return done;
  },
  removeSeat: ({ seatId, keepOut }, { room, seat }) => {
    room.teacherOrders.removeSeat(seat, seatId, keepOut);
    return done;
  },
  setLocked: ({ locked }, { room }) => {
    room.teacherOrders.setLocked(locked);
    return done;
  },
  admit: ({ seatId }, { room }) => {
    room.teacherOrders.admit(seatId);
    return done;
  },
  admitAll: (_params, { room }) => {
    room.teacherOrders.admitAll();
    return done;
  },
  deny: ({ seatId }, { room }) => {
    room.teacherOrders.deny(seatId);
    return done;
  },
  setLayout: ({ layout, pinnedSeatId }, { room }) => {
    room.teacherOrders.setLayout({ layout, pinnedSeatId });
    return done;
  },
  endLesson: (_params, { room }) => {
    room.end();
    return done;
  },
  roll: (_params, { room }) => ({ entries: room.parts.roll.entries() }),
  activity: async (_params, { room, seat }) => {
    const { roll, tools } = room.parts;
    const asked = tools.polls
      .forTeachers()
      .filter(({ state, question }) => state !== 'prepared' && !question.isAnonymous);
    return { entries: await tools.activity.entriesFor(seat, roll), asked: asked.length };
  },
  setRecordingPaused: ({ paused }, { room }) => {
    room.teacherOrders.setRecordingPaused(paused);
    return done;
  },
  startRecording: async (_params, { room }) => {
    await room.teacherOrders.startRecording();
    return done;
  },
  redoTake: (_params, { room }) => {
    room.teacherOrders.redoTake();
    return done;
  },
  addMarker: ({ requestId, title }, { room }) => {
    room.teacherOrders.addMarker(requestId, title);
    return done;
  },

  createTransports: async (params, { room, seat }) => await room.seatOrders.createTransports(seat, params),
  connectTransport: async (params, { room, seat }) => {
    await room.seatOrders.connectTransport(seat, params);
    return done;
  },
  restartIce: async ({ transportId }, { room, seat }) => ({
    iceParameters: await room.parts.media.restartIce(seat.seatId, transportId),
  }),
  produce: async (params, { room, seat }) => ({ producerId: await room.seatOrders.produce(seat, params) }),
  setProducerPaused: (params, { room, seat }) => {
    room.seatOrders.setProducerPaused(seat, params);
    return done;
  },
  closeProducer: ({ producerId }, { room, seat }) => {
    room.seatOrders.closeProducer(seat, producerId);
    return done;
  },
  consume: async ({ producerIds }, { room, seat }) => ({
    consumers: await room.parts.media.consume(seat.seatId, producerIds),
  }),
  setConsumersPaused: async ({ consumerIds, paused }, { room, seat }) => {
    await room.parts.media.consumers.setPaused(seat.seatId, consumerIds, paused);
    return done;
  },
  setPreferredLayers: async ({ consumerId, spatialLayer, temporalLayer }, { room, seat }) => {
    await room.parts.media.consumers.setPreferredLayers(seat.seatId, consumerId, { spatialLayer, temporalLayer });
    return done;
  },
  closeConsumers: async ({ consumerIds }, { room, seat }) => {
    await room.parts.media.consumers.close(seat.seatId, consumerIds);
    return done;
  },
};
