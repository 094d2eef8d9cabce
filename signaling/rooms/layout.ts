import type { SeatId } from '../protocol/ids.ts';
import type { Layout } from '../protocol/room.ts';

export interface LayoutState {
  readonly layout: Layout;
  readonly pinnedSeatId: SeatId | null;
}

/** The layout that the teacher proposes to everybody. */
export class RoomLayout {
  readonly #onChanged: (state: LayoutState) => void;
  #state: LayoutState = { layout: 'board', pinnedSeatId: null };

  constructor(onChanged: (state: LayoutState) => void) {
    this.#onChanged = onChanged;
  }

  get state(): LayoutState {
    return this.#state;
  }

  set(state: LayoutState): void {
    if (state.layout === this.#state.layout && state.pinnedSeatId === this.#state.pinnedSeatId) return;
    this.#state = state;
    this.#onChanged(state);
  }

  seatGone(seatId: SeatId): void {
    if (this.#state.pinnedSeatId === seatId) this.set({ ...this.#state, pinnedSeatId: null });
  }

  restore(state: LayoutState): void {
    this.#state = state;
  }
}
