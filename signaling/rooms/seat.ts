import type { InvitationId, SeatId, SiteId } from '../protocol/ids.ts';
import type { WaitingSnapshot } from '../protocol/room.ts';
import type { SeatKind } from '../protocol/seats.ts';
import type { JoinClaims } from './join-claims.ts';
import type { Connection } from './ports.ts';

export type WaitingCause = WaitingSnapshot['cause'];

/** `away`: entered but not yet, or no longer, connected; the seat is kept until then. */
export type Link =
  | { readonly kind: 'connected'; readonly connection: Connection }
  | { readonly kind: 'away'; readonly untilMs: number };

export type SeatState =
  | { readonly phase: 'waiting'; readonly cause: WaitingCause; readonly sinceMs: number; readonly link: Link }
  /** `joinedAtMs` is null until it has been connected while inside: nobody sees it before. */
  | { readonly phase: 'inside'; readonly joinedAtMs: number | null; readonly link: Link }
  | { readonly phase: 'gone' };

/** One seat of one lesson. It outlives connections and, as its id, even its own going (SPEC S1). */
export interface Seat {
  readonly seatId: SeatId;
  kind: SeatKind;
  /** The lecturer of the timetable, whoever leads now. */
  leadsByTimetable: boolean;
  readonly identityKey: string;
  displayName: string;
  schoolName: string | null;
  wardName: string | null;
  /** Of a guest: its own word, which nobody has checked. */
  isWardClaimed: boolean;
  classGroup: string | null;
  /** Of the school that it comes from; null when it has none or is not known. */
  region: string | null;
  /** Teaches or administers by its roles, whatever its seat is. */
  mayTeach: boolean;
  /** Its own school has the class wall. */
  allowsWall: boolean;
  /** Null for those who need none. */
  invitationId: InvitationId | null;
  /** Of a teacher who stands in a listening classroom with a phone: whose screen it is paired with. */
  phoneOf: SiteId | null;
  state: SeatState;
  /** Lowest generation of its token that is still taken. */
  tokenFloor: number;
  /** Generation of the token given out last. */
  tokenIssued: number;
  lineUp: number | null;
  lineDown: number | null;
}

export const connectionOf = (seat: Seat): Connection | null =>
  seat.state.phase !== 'gone' && seat.state.link.kind === 'connected' ? seat.state.link.connection : null;

export const isInside = (seat: Seat): boolean => seat.state.phase === 'inside';

/** Inside and seen by the others. */
export const hasJoined = (seat: Seat): boolean => seat.state.phase === 'inside' && seat.state.joinedAtMs !== null;

/** A guest's name is its own word: under another one it is somebody whom no teacher has let in (SPEC L3). */
export const isOtherGuest = (seat: Seat, claims: JoinClaims): boolean =>
  claims.identity.kind === 'guest' && (seat.displayName !== claims.displayName || seat.wardName !== claims.wardName);
