import type { siteRequests } from '../protocol/sites.ts';
import type { RoomHandlers } from './bind.ts';
import type { RoomPeer } from './room-peer.ts';

const done = {};

/** The screens of listening classrooms, and the phones of the teachers in them. */
export const siteHandlers: Pick<RoomHandlers<RoomPeer>, keyof typeof siteRequests> = {
  reportSite: (setup, { room, seat }) => {
    room.parts.tools.sites.report(seat, setup);
    return done;
  },
  controlSite: ({ seatId, order }, { room }) => {
    room.parts.tools.sites.control(seatId, order);
    return done;
  },
  setClassHand: async ({ raised }, { room, seat }) => {
    room.seatOrders.setHand(await room.parts.tools.sites.classOf(seat), raised);
    return done;
  },
  setClassSpeaker: async ({ name }, { room, seat }) => {
    await room.seatOrders.setClassSpeaker(seat, name);
    return done;
  },
  sendTeacherNote: ({ requestId, toSeatId, text }, { room, seat }) => ({
    note: room.parts.tools.notes.send(seat, requestId, toSeatId, text),
  }),
};
