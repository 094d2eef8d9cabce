import type { ProducerId, SeatId } from '../protocol/ids.ts';
import type { Broadcast, MediaListener } from './ports.ts';
import { dropForbidden, tellTogether } from './regrouping.ts';
import type { RoomParts } from './room-parts.ts';
import type { Hold } from './room-state.ts';
import { connectionOf, hasJoined, type Seat } from './seat.ts';
import { reviewSending } from './sending-review.ts';

export interface MediaReactionsOptions {
  readonly parts: RoomParts;
  readonly broadcast: Broadcast;
  /** Why each producer was paused when the process before was lost. */
  readonly savedHolds: ReadonlyMap<ProducerId, readonly Hold[]>;
  readonly onActiveSpeaker: (seatId: SeatId | null) => void;
  /** The room is on a node now, maybe another one. */
  readonly onPlaced: () => void;
  readonly tellSnapshot: (seat: Seat) => void;
}

/** What follows in the room from what the media node reports (SPEC M, closure table). */
export function createMediaReactions(options: MediaReactionsOptions): MediaListener {
  const { parts, broadcast } = options;
  const { media, presence, participants, recording } = parts;
  return {
    onProducerClosed: (producerId) => media.producers.closedByNode(producerId),
    onConsumersClosed: (seatId, consumerIds) => {
      const gone = media.consumers.closedByNode(seatId, consumerIds);
      const seat = presence.find(seatId);
      if (gone.length > 0 && seat !== null) connectionOf(seat)?.tell('consumersClosed', { consumerIds: gone });
    },
    onTransportClosed: (seatId, transportId) => media.transportClosed(seatId, transportId),
    onLineQuality: (seatId, up, down) => {
      const seat = presence.find(seatId);
      if (seat === null) return;
      seat.lineUp = up;
      seat.lineDown = down;
      parts.tools.activity.lineChanged(seat, up, down);
      participants.touch();
    },
    onActiveSpeaker: (seatId) => {
      options.onActiveSpeaker(seatId);
      if (seatId === null) broadcast.toInside('activeSpeaker', { seatId });
      else tellTogether(parts, broadcast, seatId, 'activeSpeaker', { seatId });
      if (seatId === null || parts.groups.placeOf(seatId) === null) recording.note('activeSpeaker', { seatId });
    },
    onTalked: (seats) => parts.tools.activity.talked(seats),
    onAdopted: (description) => {
      recording.handlePlaced();
      media.adopt(description, options.savedHolds);
      // What was being closed when the link, or the process before, was lost.
      for (const seat of presence.inside()) reviewSending(parts, seat);
      dropForbidden(parts);
      parts.groups.mediaKnown();
      recording.goalChanged();
      options.onPlaced();
    },
    onBranchesChanged: () => options.onPlaced(),
    onSeatsReset: (seatIds) => {
      media.clearSeats(seatIds);
      for (const seat of presence.inside().filter((other) => seatIds.includes(other.seatId) && hasJoined(other))) {
        connectionOf(seat)?.tell('mediaReset', {});
        options.tellSnapshot(seat);
      }
    },
    onReset: () => {
      recording.handlePlaced();
      media.clear();
      parts.groups.mediaKnown();
      recording.note('mediaReset', {});
      recording.goalChanged();
      options.onPlaced();
      broadcast.toInside('mediaReset', {});
      for (const seat of presence.inside().filter(hasJoined)) options.tellSnapshot(seat);
    },
  };
}
