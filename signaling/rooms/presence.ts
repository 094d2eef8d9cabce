import { AppError } from '../protocol/errors.ts';
import type { SeatId } from '../protocol/ids.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import { identityKeyOf, type JoinClaims } from './join-claims.ts';
import type { SeatClaims } from './lesson-lead.ts';
import type { Clock, Connection } from './ports.ts';
import type { SavedSeat } from './room-state.ts';
import { connectionOf, type Link, type Seat, type SeatState, type WaitingCause } from './seat.ts';

/** How long a seat without a connection is kept (SPEC S3). */
export const SEAT_KEPT_MS = 30_000;

export interface PresenceOptions {
  readonly clock: Clock;
  /** Nobody came back for the seat in time. */
  readonly onExpired: (seat: Seat) => void;
}

/** The seats of a room and the connections they have, one at most each (SPEC S). */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #seats = new Map<SeatId, Seat>();
  readonly #byIdentity = new Map<string, Seat>();
  readonly #expiries = new Map<SeatId, () => void>();

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Those that are gone too. */
  everybody(): Seat[] {
    return [...this.#seats.values()];
  }

  /** Every seat that is not gone. */
  present(): Seat[] {
    return [...this.#seats.values()].filter((seat) => seat.state.phase !== 'gone');
  }

  inside(): Seat[] {
    return [...this.#seats.values()].filter((seat) => seat.state.phase === 'inside');
  }

  waiting(): Seat[] {
    return [...this.#seats.values()].filter((seat) => seat.state.phase === 'waiting');
  }

  find(seatId: SeatId): Seat | null {
    const seat = this.#seats.get(seatId);
    return seat === undefined || seat.state.phase === 'gone' ? null : seat;
  }

  /** @throws AppError `notFound` when there is no such seat inside. */
  requireInside(seatId: SeatId): Seat {
    const seat = this.find(seatId);
    if (seat?.state.phase !== 'inside') throw new AppError('notFound', { message: 'no such seat inside' });
    return seat;
  }

  /** @throws AppError `notFound` when there is no such seat waiting. */
  requireWaiting(seatId: SeatId): Seat {
    const seat = this.find(seatId);
    if (seat?.state.phase !== 'waiting') throw new AppError('notFound', { message: 'no such seat waiting' });
    return seat;
  }

  connectedTeachers(): number {
    return this.inside().filter((seat) => isTeacherSeat(seat.kind) && connectionOf(seat) !== null).length;
  }

  /** The seat that these claims had before, gone or not. */
  seatOf(claims: JoinClaims): Seat | null {
    return this.#byIdentity.get(identityKeyOf(claims.identity)) ?? null;
  }

  /** The seat under its id, gone until it is placed; a seat that is known takes over kind and names. */
  claim(claims: SeatClaims, seatId: SeatId): Seat {
    const { seat: kind, displayName, schoolName, wardName, isWardClaimed, classGroup } = claims;
    const { region, phoneOf, mayTeach, allowsWall, leadsByTimetable, identity } = claims;
    const invitationId = identity.kind === 'guest' ? identity.invitationId : null;
    const names = { displayName, schoolName, wardName, isWardClaimed, classGroup };
    const facts = { kind, leadsByTimetable, ...names, region, phoneOf, mayTeach, allowsWall, invitationId };
    const known = this.#seats.get(seatId);
    if (known !== undefined) return Object.assign(known, facts);
    const seat: Seat = {
      seatId,
      identityKey: identityKeyOf(identity),
      ...facts,
      state: { phase: 'gone' },
      tokenFloor: 0,
      tokenIssued: 0,
      lineUp: null,
      lineDown: null,
    };
    this.#add(seat);
    return seat;
  }

  wait(seat: Seat, cause: WaitingCause): void {
    const sinceMs = seat.state.phase === 'waiting' ? seat.state.sinceMs : this.#options.clock.nowMs();
    seat.state = { phase: 'waiting', cause, sinceMs, link: this.#linkOf(seat) };
    this.#watchExpiry(seat);
  }

  letIn(seat: Seat): void {
    seat.state = { phase: 'inside', joinedAtMs: null, link: this.#linkOf(seat) };
    this.#watchExpiry(seat);
  }

  /** True the first time that the seat is both inside and connected. */
  markJoined(seat: Seat): boolean {
    if (seat.state.phase !== 'inside' || seat.state.joinedAtMs !== null || seat.state.link.kind === 'away')
      return false;
    seat.state = { ...seat.state, joinedAtMs: this.#options.clock.nowMs() };
    return true;
  }

  /** The connection that had the seat until now is returned: it is to be closed. */
  connect(seat: Seat, connection: Connection): Connection | null {
    const before = connectionOf(seat);
    this.#setLink(seat, { kind: 'connected', connection });
    return before;
  }

  /** False when the connection does not hold the seat (any more). */
  disconnect(seat: Seat, connectionId: string): boolean {
    if (connectionOf(seat)?.connectionId !== connectionId) return false;
    this.#setLink(seat, this.#away());
    return true;
  }

  /** Takes the seat from its connection, if it has one, which is returned; the 30 s begin again. */
  release(seat: Seat): Connection | null {
    const connection = connectionOf(seat);
    this.#setLink(seat, this.#away());
    return connection;
  }

  remove(seat: Seat): void {
    seat.state = { phase: 'gone' };
    seat.lineUp = null;
    seat.lineDown = null;
    this.#watchExpiry(seat);
  }

  save(): SavedSeat[] {
    return [...this.#seats.values()].map(({ lineUp: _up, lineDown: _down, state, ...seat }) => ({
      ...seat,
      state: savedStateOf(state),
    }));
  }

  /** Every seat that was there is away now and has its 30 s again. */
  restore(saved: readonly SavedSeat[]): void {
    for (const { state, ...seat } of saved) {
      const link = this.#away();
      const restored: Seat = {
        ...seat,
        state: state.phase === 'gone' ? state : { ...state, link },
        lineUp: null,
        lineDown: null,
      };
      this.#add(restored);
      this.#watchExpiry(restored);
    }
  }

  close(): void {
    for (const cancel of this.#expiries.values()) cancel();
    this.#expiries.clear();
  }

  #add(seat: Seat): void {
    this.#seats.set(seat.seatId, seat);
    this.#byIdentity.set(seat.identityKey, seat);
  }

  #away(): Link {
    return { kind: 'away', untilMs: this.#options.clock.nowMs() + SEAT_KEPT_MS };
  }

  #linkOf(seat: Seat): Link {
    return seat.state.phase === 'gone' ? this.#away() : seat.state.link;
  }

  #setLink(seat: Seat, link: Link): void {
    if (seat.state.phase === 'gone') return;
    seat.state = { ...seat.state, link };
    this.#watchExpiry(seat);
  }

  #watchExpiry(seat: Seat): void {
    this.#expiries.get(seat.seatId)?.();
    this.#expiries.delete(seat.seatId);
    if (seat.state.phase === 'gone' || seat.state.link.kind === 'connected') return;
    const delayMs = Math.max(0, seat.state.link.untilMs - this.#options.clock.nowMs());
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#expiries.delete(seat.seatId);
      this.#options.onExpired(seat);
    });
    this.#expiries.set(seat.seatId, cancel);
  }
}

function savedStateOf(state: SeatState): SavedSeat['state'] {
  if (state.phase === 'gone') return state;
  const { link: _link, ...saved } = state;
  return saved;
}
