import type { RoomParts } from './room-parts.ts';
import { isTalking, permittedTo } from './room-snapshot.ts';
import type { Hold } from './room-state.ts';
import { connectionOf, type Seat } from './seat.ts';

/** Those that come and go by themselves. */
const HOLDS_OF_SERVER = ['safeMode', 'halfDuplex', 'groups', 'rules'] as const satisfies readonly Hold[];

/** Shuts, opens or closes what the seat sends, after its stage, group, talking, safe mode or the rules of the class changed. */
export function reviewSending({ media, sending }: Pick<RoomParts, 'media' | 'sending'>, seat: Seat): void {
  for (const { producerId, source } of media.producers.ofSeat(seat.seatId)) {
    if (sending.isGranted(seat, source)) {
      const held = sending.holdsOf(seat, source);
      for (const hold of HOLDS_OF_SERVER) media.producers.setHold(producerId, hold, held.includes(hold));
    } else {
      media.producers.close(producerId);
    }
  }
}

/** The seat learns what it may do now. */
export function tellSelf(parts: RoomParts, seat: Seat): void {
  const connection = connectionOf(seat);
  if (connection === null || seat.state.phase !== 'inside') return;
  connection.tell('selfChanged', {
    onStage: parts.stage.has(seat.seatId),
    group: parts.groups.placeOf(seat.seatId),
    permitted: permittedTo(seat, parts),
    talking: isTalking(seat, parts),
  });
}
