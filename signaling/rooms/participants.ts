import type { SeatId } from '../protocol/ids.ts';
import type { Participant, RoomNotice } from '../protocol/room.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { Clock } from './ports.ts';
import { connectionOf, hasJoined, type Seat } from './seat.ts';

/** At most four batches a second (SPEC S6). */
export const BATCH_MS = 250;
/** Of batches that concern nobody but the audience, so many apart: while a school comes in, each is drawn by everybody who is there. */
export const AUDIENCE_BATCH_MS = 2_000;
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
  /** Seat → what was told last. */
  #told = new Map<SeatId, { readonly json: string; readonly isPrincipal: boolean }>();
  #toldAudience = 0;
  #toldAtMs = 0;
  readonly #left = new Set<SeatId>();
  #cancel: (() => void) | null = null;

  constructor(options: ParticipantsOptions) {
    this.#options = options;
  }

  /** Something about somebody may have changed; it is told with the next batch. */
  touch(): void {
    this.#cancel ??= this.#tellAfter(BATCH_MS);
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

  #tellAfter(delayMs: number): () => void {
    return this.#options.clock.after(delayMs, () => {
      this.#cancel = null;
      this.#tellChanges();
    });
  }

  #tellChanges(): void {
    const { participants, audienceCount } = this.visible();
    const now = new Map(participants.map((participant) => [participant.seatId, this.#asTold(participant)]));
    const changed = participants.filter(({ seatId }) => now.get(seatId)?.json !== this.#told.get(seatId)?.json);
    const left = [...new Set([...this.#told.keys(), ...this.#left])].filter((seatId) => !now.has(seatId));
    if (changed.length === 0 && left.length === 0 && audienceCount === this.#toldAudience) {
      this.#left.clear();
      return;
    }
    const nowMs = this.#options.clock.nowMs();
    const waitMs = this.#toldAtMs + AUDIENCE_BATCH_MS - nowMs;
    const concerns = [...changed.map(({ seatId }) => seatId), ...left];
    // Also who has just left the stage or a group, where the others still see that one.
    const isUrgent = concerns.some(
      (seatId) => now.get(seatId)?.isPrincipal === true || this.#told.get(seatId)?.isPrincipal === true,
    );
    // A clock that was set back says nothing.
    if (!isUrgent && waitMs > 0 && waitMs <= AUDIENCE_BATCH_MS) {
      // Somebody who matters to everybody may come in between: it is looked at as often as ever.
      this.#cancel = this.#tellAfter(Math.min(waitMs, BATCH_MS));
      return;
    }
    this.#left.clear();
    this.#told = now;
    this.#toldAudience = audienceCount;
    this.#toldAtMs = nowMs;
    this.#options.tell({ changed, left, audienceCount });
  }

  #asTold(participant: Participant): { readonly json: string; readonly isPrincipal: boolean } {
    const { seatId, seat, group } = participant;
    const isPrincipal = this.#isPrincipal({ kind: seat, seatId }) || group !== null || this.#options.hasHand(seatId);
    return { json: JSON.stringify(participant), isPrincipal };
  }

  /** Whoever inspects is never hidden behind a count (SPEC S6). */
  #isPrincipal({ kind, seatId }: Pick<Seat, 'kind' | 'seatId'>): boolean {
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
