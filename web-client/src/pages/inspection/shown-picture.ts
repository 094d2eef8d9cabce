import type { ProducerInfo } from '../../../../signaling/protocol/media.ts';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import type { InsideState } from '../../call/room-state.ts';

type View = Pick<InsideState, 'producers' | 'participants'>;

/** The lecturer first, then other teachers, then what is on the board, then anybody. */
function rankOf({ participants }: View, { seatId, source }: ProducerInfo): number {
  if (source !== 'camera') return 2;
  const seat = participants.find((one) => one.seatId === seatId)?.seat;
  if (seat === 'lecturer') return 0;
  return seat !== undefined && isTeacherSeat(seat) ? 1 : 3;
}

/** The one picture of a lesson that a tile shows; null while nobody sends any. */
export function shownPicture(view: View): ProducerInfo | null {
  const pictures = view.producers.filter(({ kind, paused }) => kind === 'video' && !paused);
  return pictures.toSorted((a, b) => rankOf(view, a) - rankOf(view, b))[0] ?? null;
}
