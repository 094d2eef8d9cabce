import { isOfClass } from '../../../../signaling/protocol/seats.ts';
import type { InsideState } from '../../call/room-state.ts';

/** Whether the rules of the class keep this seat's microphone shut until a teacher opens it; not in a group (SPEC O4). */
export const isShutByRules = ({ self, tools }: InsideState): boolean =>
  tools.order.rules.microphones === 'teachers' &&
  isOfClass(self.seat) &&
  self.group === null &&
  !tools.order.openedSeatIds.includes(self.seatId);
