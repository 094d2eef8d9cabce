import type { Room } from '../rooms/room.ts';
import type { Seat } from '../rooms/seat.ts';

/** Who asks: a seat in a room. */
export interface RoomPeer {
  readonly room: Room;
  readonly seat: Seat;
}
