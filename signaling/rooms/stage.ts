import { AppError } from '../protocol/errors.ts';
import type { SeatId } from '../protocol/ids.ts';
import { STAGE_SIZE } from '../protocol/seats.ts';

export interface StageOptions {
  readonly onEntered: (seatId: SeatId) => void;
  readonly onLeft: (seatId: SeatId) => void;
  readonly onInvitation: (seatId: SeatId, pending: boolean) => void;
}

/** Who may send media besides the teachers, and who has been asked (SPEC G). */
export class Stage {
  readonly #options: StageOptions;
  readonly #members = new Set<SeatId>();
  readonly #invited = new Set<SeatId>();

  constructor(options: StageOptions) {
    this.#options = options;
  }

  has(seatId: SeatId): boolean {
    return this.#members.has(seatId);
  }

  isInvited(seatId: SeatId): boolean {
    return this.#invited.has(seatId);
  }

  list(): SeatId[] {
    return [...this.#members];
  }

  get hasRoom(): boolean {
    return this.#members.size < STAGE_SIZE;
  }

  /** @throws AppError `stageFull` */
  invite(seatId: SeatId): void {
    if (this.#members.has(seatId) || this.#invited.has(seatId)) return;
    this.#assertRoom();
    this.#invited.add(seatId);
    this.#options.onInvitation(seatId, true);
  }

  /** @throws AppError `forbidden` when nobody asked, `stageFull` (the invitation stays). */
  accept(seatId: SeatId): void {
    if (this.#members.has(seatId)) return;
    if (!this.#invited.has(seatId)) throw new AppError('forbidden', { message: 'not invited on stage' });
    this.enter(seatId);
  }

  decline(seatId: SeatId): void {
    if (this.#invited.delete(seatId)) this.#options.onInvitation(seatId, false);
  }

  /** @throws AppError `stageFull` */
  enter(seatId: SeatId): void {
    if (this.#members.has(seatId)) return;
    this.#assertRoom();
    this.decline(seatId);
    this.#members.add(seatId);
    this.#options.onEntered(seatId);
  }

  /** Takes it off the stage and takes back an invitation. */
  leave(seatId: SeatId): void {
    this.decline(seatId);
    if (this.#members.delete(seatId)) this.#options.onLeft(seatId);
  }

  save(): { readonly stage: SeatId[]; readonly invitations: SeatId[] } {
    return { stage: this.list(), invitations: [...this.#invited] };
  }

  restore(saved: { readonly stage: readonly SeatId[]; readonly invitations: readonly SeatId[] }): void {
    for (const seatId of saved.stage) this.#members.add(seatId);
    for (const seatId of saved.invitations) this.#invited.add(seatId);
  }

  #assertRoom(): void {
    if (!this.hasRoom) throw new AppError('stageFull');
  }
}
