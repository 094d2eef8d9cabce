import { asFailure } from '../api/request-failure.ts';
import type { RequestFailure } from '../api/request-failure.ts';
import { RoomCall } from './room-call.ts';
import type { RoomCallOptions } from './room-call.ts';

const NOT_OPEN_RETRY_MS = 4_000;

export type VisitPhase =
  | { readonly kind: 'outside' }
  | { readonly kind: 'entering' }
  /** The lesson opens later; it is tried again by itself. */
  | { readonly kind: 'notOpen' }
  | { readonly kind: 'inside'; readonly call: RoomCall }
  | { readonly kind: 'refused'; readonly failure: RequestFailure };

/** From the click to the room: tries again while the lesson is not open, and ends what it began. */
export class VisitEntry {
  readonly #onPhase: (phase: VisitPhase) => void;
  #call: RoomCall | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(onPhase: (phase: VisitPhase) => void) {
    this.#onPhase = onPhase;
  }

  async enter(options: RoomCallOptions): Promise<void> {
    const before = this.#call;
    this.#call = null;
    await before?.close();
    this.#say({ kind: 'entering' });
    await this.#try(options);
  }

  async #try(options: RoomCallOptions): Promise<void> {
    try {
      const call = await RoomCall.create(options);
      if (this.#closed) {
        await call.close();
        return;
      }
      this.#call = call;
      await call.store.whenShowable();
      this.#say({ kind: 'inside', call });
    } catch (error) {
      this.#handleRefusal(asFailure(error), options);
    }
  }

  /** Idempotent. The seat is kept for a reload. */
  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    void this.#call?.close();
  }

  #handleRefusal(failure: RequestFailure, options: RoomCallOptions): void {
    if (this.#closed) return;
    if (failure.code === 'lessonNotOpen' || failure.code === 'waitingForTeacher') {
      this.#say({ kind: 'notOpen' });
      this.#retry = setTimeout(() => void this.#try(options), NOT_OPEN_RETRY_MS);
      return;
    }
    for (const track of Object.values(options.tracks)) track.stop();
    this.#say({ kind: 'refused', failure });
  }

  #say(phase: VisitPhase): void {
    if (!this.#closed) this.#onPhase(phase);
  }
}
