import type { Pick as Picked, PickAmong } from '../protocol/class-tools.ts';
import { AppError } from '../protocol/errors.ts';
import type { RequestId, SeatId } from '../protocol/ids.ts';
import type { Clock } from './ports.ts';
import type { Seat } from './seat.ts';
import { RememberedRequests } from './remembered-requests.ts';

const REMEMBERED_REQUESTS = 50;

export interface RandomPickOptions {
  readonly clock: Clock;
  /** Who is there and may be picked. */
  readonly present: (among: PickAmong) => readonly Pick<Seat, 'seatId' | 'displayName' | 'schoolName'>[];
  /** 0 to below `count`, each as likely. */
  readonly random: (count: number) => number;
  readonly onChanged: (pick: Picked | null) => void;
}

/** Picks somebody who is there; nobody twice until all had their turn (SPEC P). */
export class RandomPick {
  readonly #options: RandomPickOptions;
  readonly #requests = new RememberedRequests<Picked>(REMEMBERED_REQUESTS);
  /** Since when everybody had a turn, in order. */
  #hadTurn: SeatId[] = [];
  #pick: Picked | null = null;

  constructor(options: RandomPickOptions) {
    this.#options = options;
  }

  get shown(): Picked | null {
    return this.#pick;
  }

  /** Idempotent by `requestId`. @throws AppError `notFound` when nobody is there. */
  pick(requestId: RequestId, among: PickAmong): Picked {
    const earlier = this.#requests.get(requestId);
    if (earlier !== undefined) return earlier;
    const candidates = this.#candidates(among);
    const chosen = candidates[this.#options.random(candidates.length)];
    if (chosen === undefined) throw new AppError('notFound', { message: 'nobody to pick' });
    const { seatId, displayName, schoolName } = chosen;
    const pick = { seatId, displayName, schoolName, pickedAtMs: this.#options.clock.nowMs() };
    this.#hadTurn = [...this.#hadTurn.filter((other) => other !== seatId), seatId];
    this.#requests.remember(requestId, pick);
    this.#show(pick);
    return pick;
  }

  clear(): void {
    if (this.#pick !== null) this.#show(null);
  }

  save(): { readonly hadTurn: SeatId[]; readonly pick: Picked | null } {
    return { hadTurn: this.#hadTurn, pick: this.#pick };
  }

  restore({ hadTurn, pick }: ReturnType<RandomPick['save']>): void {
    this.#hadTurn = [...hadTurn];
    this.#pick = pick;
  }

  #candidates(among: PickAmong): ReturnType<RandomPickOptions['present']> {
    const present = this.#options.present(among);
    const had = new Set(this.#hadTurn);
    const waiting = present.filter(({ seatId }) => !had.has(seatId));
    if (waiting.length > 0) return waiting;
    // All of these had their turn: a new round, which does not begin with whom the last one ended.
    const last = this.#hadTurn.at(-1);
    const ids = new Set(present.map(({ seatId }) => seatId));
    this.#hadTurn = this.#hadTurn.filter((seatId) => !ids.has(seatId));
    return present.length > 1 ? present.filter(({ seatId }) => seatId !== last) : present;
  }

  #show(pick: Picked | null): void {
    this.#pick = pick;
    this.#options.onChanged(pick);
  }
}
