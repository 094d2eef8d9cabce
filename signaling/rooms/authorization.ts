import { AppError, type ErrorCode } from '../protocol/errors.ts';
import type { SeatId } from '../protocol/ids.ts';
import { isPermitted, type Permission } from '../protocol/seats.ts';
import type { RoomParts } from './room-parts.ts';
import { connectionOf, type Seat, type WaitingCause } from './seat.ts';

const REFUSAL_WHILE_WAITING = {
  teacher: 'waitingForTeacher',
  lobby: 'forbidden',
  locked: 'roomLocked',
} as const satisfies Record<WaitingCause, ErrorCode>;

/**
 * The seat of a connection, if it may ask for this now (SPEC E5).
 *
 * @throws AppError `seatTokenInvalid` for a connection that has no seat (any more), `forbidden`, `safeMode`, `waitingForTeacher`,
 * `roomLocked`
 */
export function authorizeSeat(
  { presence, stage, safeMode }: Pick<RoomParts, 'presence' | 'stage' | 'safeMode'>,
  asking: { readonly seatId: SeatId; readonly connectionId: string },
  needs: Permission | 'seated' | 'waiting',
): Seat {
  const seat = presence.find(asking.seatId);
  if (seat === null || connectionOf(seat)?.connectionId !== asking.connectionId) throw new AppError('seatTokenInvalid');
  if (needs === 'waiting') return seat;
  if (seat.state.phase === 'waiting') throw new AppError(REFUSAL_WHILE_WAITING[seat.state.cause]);
  if (needs === 'seated') return seat;
  const onStage = stage.has(seat.seatId);
  if (isPermitted(seat.kind, needs, { onStage, safeMode: safeMode.isActive })) return seat;
  const isOnlyLocked = isPermitted(seat.kind, needs, { onStage, safeMode: false });
  throw new AppError(isOnlyLocked ? 'safeMode' : 'forbidden');
}
