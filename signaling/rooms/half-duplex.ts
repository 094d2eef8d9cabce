import type { SeatId } from '../protocol/ids.ts';
import type { LessonKind } from '../protocol/seats.ts';
import type { Seat } from './seat.ts';

export interface HalfDuplexOptions {
  readonly lessonKind: () => LessonKind;
  readonly isOnStage: (seatId: SeatId) => boolean;
  readonly onChanged: (seatId: SeatId) => void;
}

/**
 * A listening classroom has loudspeakers and a microphone in one room, so its microphone is shut by the server unless it is called
 * on stage or somebody there holds the button (SPEC G5).
 */
export class HalfDuplex {
  readonly #options: HalfDuplexOptions;
  readonly #talking = new Set<SeatId>();

  constructor(options: HalfDuplexOptions) {
    this.#options = options;
  }

  /** Whether the seat's microphone is under this rule at all. */
  applies(seat: Seat): boolean {
    return seat.kind === 'site' && this.#options.lessonKind() === 'sky';
  }

  isTalking(seatId: SeatId): boolean {
    return this.#talking.has(seatId);
  }

  isOpen(seat: Seat): boolean {
    return !this.applies(seat) || this.#talking.has(seat.seatId) || this.#options.isOnStage(seat.seatId);
  }

  setTalking(seatId: SeatId, talking: boolean): void {
    const changed = talking ? !this.#talking.has(seatId) : this.#talking.has(seatId);
    if (!changed) return;
    if (talking) this.#talking.add(seatId);
    else this.#talking.delete(seatId);
    this.#options.onChanged(seatId);
  }

  silenceAll(): void {
    for (const seatId of this.#talking) this.setTalking(seatId, false);
  }
}
