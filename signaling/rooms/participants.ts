import type { SeatId } from '../protocol/ids.ts';
import type { Participant, RoomNotice } from '../protocol/room.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { Clock } from './ports.ts';
import { connectionOf, hasJoined, type Seat } from './seat.ts';

/** At most four batches a second (SPEC S6). */
export const BATCH_MS = 250;
/** So many of the audience are told by name; the rest is a count and pages. */
export const AUDIENCE_PAGE = 50;

export interface ParticipantsOptions {
  readonly clock: Clock;
  readonly inside: () => readonly Seat[];
  readonly isOnStage: (seatId: SeatId) => boolean;
  readonly groupOf: (seatId: SeatId) => number | null;
  readonly hasHand: (seatId: SeatId) => boolean;
  readonly tell: (delta: RoomNotice<'participantsChanged'>) => void;
}

/** Who is there, as the others see it: names for those who matter to everybody and a first page, a count for the rest. */
export class Participants {
  readonly #options: ParticipantsOptions;
  /** Seat → what was told last, as JSON. */
  #told = new Map<SeatId, string>();
  #toldAudience = 0;
  readonly #left = new Set<SeatId>();
  #cancel: (() => void) | null = null;

  constructor(options: ParticipantsOptions) {
    this.#options = options;
  }

  /** Something about somebody may have changed; it is told with the next batch. */
  touch(): void {
    this.#cancel ??= this.#options.clock.after(BATCH_MS, () => {
      this.#cancel = null;
      this.#tellChanges();
    });
  }

  /** Told even when its coming was not: a snapshot of the moment in between may have named it. */
  left(seatId: SeatId): void {
    this.#left.add(seatId);
    this.touch();
  }

  visible(): { readonly participants: Participant[]; readonly audienceCount: number } {
    const joined = this.#options.inside().filter(hasJoined);
    const audience = joined.filter((seat) => !this.#isPrincipal(seat));
    const { hasHand, groupOf } = this.#options;
    // A raised hand has a name whatever the page, and so have those with whom one is in a group.
    const named = audience.filter(
      ({ seatId }, index) => index < AUDIENCE_PAGE || hasHand(seatId) || groupOf(seatId) !== null,
    );
    const principals = joined.filter((seat) => this.#isPrincipal(seat));
    return { participants: [...principals, ...named].map((seat) => this.#view(seat)), audienceCount: audience.length };
  }

  page(offset: number, limit: number): { participants: Participant[]; total: number } {
    const joined = this.#options.inside().filter(hasJoined);
    const ordered = [
      ...joined.filter((seat) => this.#isPrincipal(seat)),
      ...joined.filter((seat) => !this.#isPrincipal(seat)),
    ];
    return {
      participants: ordered.slice(offset, offset + limit).map((seat) => this.#view(seat)),
      total: ordered.length,
    };
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #tellChanges(): void {
    const { participants, audienceCount } = this.visible();
    const now = new Map(participants.map((participant) => [participant.seatId, JSON.stringify(participant)]));
    const changed = participants.filter(
      (participant) => now.get(participant.seatId) !== this.#told.get(participant.seatId),
    );
    const left = [...new Set([...this.#told.keys(), ...this.#left])].filter((seatId) => !now.has(seatId));
    this.#left.clear();
    if (changed.length === 0 && left.length === 0 && audienceCount === this.#toldAudience) return;
    this.#told = now;
    this.#toldAudience = audienceCount;
    this.#options.tell({ changed, left, audienceCount });
  }

  /** Whoever inspects is never hidden behind a count (SPEC S6). */
  #isPrincipal({ kind, seatId }: Seat): boolean {
    return isTeacherSeat(kind) || kind === 'site' || kind === 'observer' || this.#options.isOnStage(seatId);
  }

  #view(seat: Seat): Participant {
    return {
      seatId: seat.seatId,
      seat: seat.kind,
      displayName: seat.displayName,
      schoolName: seat.schoolName,
      wardName: seat.wardName,
      isWardClaimed: seat.isWardClaimed,
      onStage: this.#options.isOnStage(seat.seatId),
      group: this.#options.groupOf(seat.seatId),
      connected: connectionOf(seat) !== null,
      lineUp: seat.lineUp,
      lineDown: seat.lineDown,
      isPhone: seat.phoneOf !== null,
    };
  }
}
