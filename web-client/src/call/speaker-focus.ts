import type { SeatId } from '../../../signaling/protocol/ids.ts';

/** Somebody has to speak this long before the large picture changes: a cough is no speech. */
const HYSTERESIS_MS = 2_000;

/** Who is shown large. The ring around a speaking tile follows at once; this follows calmly. */
export class SpeakerFocus {
  readonly #onFocus: (seatId: SeatId) => void;
  #focus: SeatId | null = null;
  #candidate: SeatId | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(onFocus: (seatId: SeatId) => void) {
    this.#onFocus = onFocus;
  }

  handleActiveSpeaker(seatId: SeatId | null): void {
    // Silence keeps the last speaker.
    if (seatId === null || seatId === this.#focus) {
      this.#clear();
      return;
    }
    if (this.#focus === null) {
      this.#settle(seatId);
      return;
    }
    if (seatId === this.#candidate) return;
    this.#clear();
    this.#candidate = seatId;
    this.#timer = setTimeout(() => this.#settle(seatId), HYSTERESIS_MS);
  }

  close(): void {
    this.#clear();
  }

  #settle(seatId: SeatId): void {
    this.#clear();
    this.#focus = seatId;
    this.#onFocus(seatId);
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#candidate = null;
  }
}
