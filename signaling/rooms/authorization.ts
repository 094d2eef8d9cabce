import { AppError, type ErrorCode } from '../protocol/errors.ts';
import type { SeatId } from '../protocol/ids.ts';
import { isPermitted, WIDEST_RULES, type Permission } from '../protocol/seats.ts';
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
 * @throws AppError `seatTokenInvalid` for a connection that has no seat (any more), `forbidden`, `safeMode`, `closedByTeacher`,
 * `waitingForTeacher`, `roomLocked`
 */
export function authorizeSeat(
  { presence, stage, safeMode, tools }: Pick<RoomParts, 'presence' | 'stage' | 'safeMode' | 'tools'>,
  asking: { readonly seatId: SeatId; readonly connectionId: string },
  needs: Permission | 'seated' | 'waiting',
): Seat {
  const seat = presence.find(asking.seatId);
  if (seat === null || connectionOf(seat)?.connectionId !== asking.connectionId) throw new AppError('seatTokenInvalid');
  if (needs === 'waiting') return seat;
  if (seat.state.phase === 'waiting') throw new AppError(REFUSAL_WHILE_WAITING[seat.state.cause]);
  if (needs === 'seated') return seat;
  const onStage = stage.has(seat.seatId);
  const { rules } = tools.rules;
  if (isPermitted(seat.kind, needs, { onStage, safeMode: safeMode.isActive, rules })) return seat;
  if (isPermitted(seat.kind, needs, { onStage, safeMode: false, rules })) throw new AppError('safeMode');
  const isClosed = isPermitted(seat.kind, needs, { onStage, safeMode: false, rules: WIDEST_RULES });
  throw new AppError(isClosed ? 'closedByTeacher' : 'forbidden');
}
