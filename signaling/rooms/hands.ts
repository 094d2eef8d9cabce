import type { SeatId } from '../protocol/ids.ts';
import type { Hand } from '../protocol/room.ts';

/** Raised hands in the order they went up (SPEC S5). */
export class Hands {
  readonly #raised = new Map<SeatId, Hand>();
  readonly #onChanged: (hands: Hand[]) => void;
  readonly #onRaised: (seatId: SeatId) => void;

  constructor(onChanged: (hands: Hand[]) => void, onRaised: (seatId: SeatId) => void) {
    this.#onChanged = onChanged;
    this.#onRaised = onRaised;
  }

  list(): Hand[] {
    return [...this.#raised.values()];
  }

  has(seatId: SeatId): boolean {
    return this.#raised.has(seatId);
  }

  raise(seatId: SeatId, atMs: number): void {
    if (this.#raised.has(seatId)) return;
    this.#raised.set(seatId, { seatId, raisedAtMs: atMs });
    this.#onRaised(seatId);
    this.#onChanged(this.list());
  }

  lower(seatId: SeatId): void {
    if (this.#raised.delete(seatId)) this.#onChanged(this.list());
  }

  restore(hands: readonly Hand[]): void {
    for (const hand of hands) this.#raised.set(hand.seatId, hand);
  }
}
