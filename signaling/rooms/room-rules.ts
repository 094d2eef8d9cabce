import { FIRST_RULES, type ClassRules } from '../protocol/class-order.ts';
import type { SeatId } from '../protocol/ids.ts';
import { isOfClass } from '../protocol/seats.ts';
import type { Seat } from './seat.ts';

export interface RoomRulesOptions {
  /** Whose microphones are open at this moment. */
  readonly openMicrophones: () => readonly SeatId[];
  /** Of everybody, or of one seat's microphone alone. */
  readonly onChanged: (seatId: SeatId | null) => void;
}

/** What the class may do by itself, as a teacher has set it (SPEC O1–O5). */
export class RoomRules {
  readonly #options: RoomRulesOptions;
  readonly #opened = new Set<SeatId>();
  #rules: ClassRules = FIRST_RULES;

  constructor(options: RoomRulesOptions) {
    this.#options = options;
  }

  get rules(): ClassRules {
    return this.#rules;
  }

  get opened(): SeatId[] {
    return [...this.#opened];
  }

  /** False when nothing is different by it. Whoever is heard when teachers take the microphones goes on until a teacher mutes it. */
  set(rules: ClassRules): boolean {
    const before = this.#rules;
    if (rules.chat === before.chat && rules.microphones === before.microphones && rules.screens === before.screens)
      return false;
    if (rules.microphones === 'themselves') this.#opened.clear();
    else if (before.microphones === 'themselves')
      for (const seatId of this.#options.openMicrophones()) this.#opened.add(seatId);
    this.#rules = rules;
    this.#options.onChanged(null);
    return true;
  }

  /** Whether the rules keep its microphone shut. */
  shuts(seat: Seat): boolean {
    return this.#rules.microphones === 'teachers' && isOfClass(seat.kind) && !this.#opened.has(seat.seatId);
  }

  open(seatId: SeatId): void {
    if (this.#rules.microphones === 'themselves' || this.#opened.has(seatId)) return;
    this.#opened.add(seatId);
    this.#options.onChanged(seatId);
  }

  /** A teacher has muted it, or it has left the stage. */
  shut(seatId: SeatId): void {
    if (this.#opened.delete(seatId)) this.#options.onChanged(seatId);
  }

  restore(rules: ClassRules, opened: readonly SeatId[]): void {
    this.#rules = rules;
    for (const seatId of opened) this.#opened.add(seatId);
  }
}
