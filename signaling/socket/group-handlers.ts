import type { groupRequests } from '../protocol/groups.ts';
import type { RoomHandlers } from './bind.ts';
import type { RoomPeer } from './room-peer.ts';

const done = {};

export const groupHandlers: Pick<RoomHandlers<RoomPeer>, keyof typeof groupRequests> = {
  openGroups: (params, { room }) => {
    room.parts.groups.open(params);
    return done;
  },
  moveToGroup: ({ seatId, group }, { room }) => {
    room.parts.groups.move(seatId, group);
    return done;
  },
  visitGroup: ({ group }, { room, seat }) => {
    room.teacherOrders.visitGroup(seat, group);
    return done;
  },
  setGroupsTime: ({ leftMs }, { room }) => {
    room.parts.groups.setTime(leftMs);
    return done;
  },
  tellGroups: async ({ requestId, text }, { room, seat }) => {
    await room.teacherOrders.tellGroups(seat, requestId, text);
    return done;
  },
  closeGroups: (_params, { room }) => {
    room.parts.groups.close();
    return done;
  },
};
