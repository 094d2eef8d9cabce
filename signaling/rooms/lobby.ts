import { AppError } from '../protocol/errors.ts';
import { isTeacherSeat, waitsInLobby } from '../protocol/seats.ts';
import type { Seat, WaitingCause } from './seat.ts';

export interface LobbyOptions {
  /** Whether a teacher is connected at this moment. */
  readonly isTeacherHere: () => boolean;
}

/** Who waits and who comes in (SPEC L). */
export class Lobby {
  readonly #options: LobbyOptions;
  readonly #admitted = new Set<string>();
  readonly #keptOut = new Set<string>();
  #isLocked = false;

  constructor(options: LobbyOptions) {
    this.#options = options;
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  setLocked(locked: boolean): void {
    this.#isLocked = locked;
  }

  /** Null: comes in now. */
  causeToWait(seat: Seat): WaitingCause | null {
    if (isTeacherSeat(seat.kind)) return null;
    if (waitsInLobby(seat.kind) && !this.#admitted.has(seat.identityKey)) return 'lobby';
    if (!this.#options.isTeacherHere()) return 'teacher';
    // Who was let in by name stays welcome; the lock is for everybody else.
    if (this.#isLocked && !this.#admitted.has(seat.identityKey)) return 'locked';
    return null;
  }

  admit(seat: Seat): void {
    this.#admitted.add(seat.identityKey);
  }

  /** A later attempt waits for a teacher's word again. */
  forgetAdmission(seat: Seat): void {
    this.#admitted.delete(seat.identityKey);
  }

  keepOut(seat: Seat): void {
    this.#admitted.delete(seat.identityKey);
    this.#keptOut.add(seat.identityKey);
  }

  /** @throws AppError `removedFromRoom` */
  assertNotKeptOut(identityKey: string): void {
    if (this.#keptOut.has(identityKey)) throw new AppError('removedFromRoom');
  }

  save(): { readonly admitted: string[]; readonly keptOut: string[]; readonly locked: boolean } {
    return { admitted: [...this.#admitted], keptOut: [...this.#keptOut], locked: this.#isLocked };
  }

  restore(saved: {
    readonly admitted: readonly string[];
    readonly keptOut: readonly string[];
    readonly locked: boolean;
  }): void {
    for (const identityKey of saved.admitted) this.#admitted.add(identityKey);
    for (const identityKey of saved.keptOut) this.#keptOut.add(identityKey);
    this.#isLocked = saved.locked;
  }
}
