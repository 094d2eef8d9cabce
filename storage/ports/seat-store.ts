import type { InvitationId, LessonId, PersonId, SeatId, SiteId } from '../../signaling/protocol/ids.ts';
import type { SeatKind } from '../../signaling/protocol/seats.ts';

/** Seats of lessons: one per holder and lesson, whatever happens to connections and processes. Errors as in `DirectoryStore`. */
export interface SeatStore {
  /**
   * The holder's seat, made at the first call; a later one keeps the id and takes over kind and names. A guest who comes under
   * another name is no longer admitted.
   *
   * @throws AppError `removedFromRoom` when the holder is kept out, `notFound` when there is no such lesson.
   */
  claim(claim: SeatClaim): Promise<Seat>;
  seat(seatId: SeatId): Promise<Seat | undefined>;
  /** In the order of the first claim. */
  list(lessonId: LessonId): Promise<Seat[]>;
  /** Remembers that a teacher let it in, so that it need not wait again. */
  markAdmitted(seatId: SeatId, atMs: number): Promise<void>;
  setKeptOut(seatId: SeatId, isKeptOut: boolean): Promise<void>;
}

export type SeatHolder =
  | { readonly kind: 'person'; readonly personId: PersonId }
  | { readonly kind: 'site'; readonly siteId: SiteId }
  | { readonly kind: 'guest'; readonly guestKeyHash: string; readonly invitationId: InvitationId };

export interface SeatClaim {
  readonly lessonId: LessonId;
  readonly holder: SeatHolder;
  readonly seat: SeatKind;
  readonly displayName: string;
  readonly schoolName: string | null;
  /** Whose guardian. */
  readonly wardName: string | null;
  readonly nowMs: number;
}

export interface Seat {
  readonly seatId: SeatId;
  readonly lessonId: LessonId;
  readonly holder: SeatHolder;
  readonly seat: SeatKind;
  readonly displayName: string;
  readonly schoolName: string | null;
  readonly wardName: string | null;
  readonly createdAtMs: number;
  readonly admittedAtMs: number | null;
  readonly isKeptOut: boolean;
}
