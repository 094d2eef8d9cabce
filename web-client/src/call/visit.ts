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

interface Waiting {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly tracks: RoomCallOptions['tracks'];
}

function stop(tracks: RoomCallOptions['tracks']): void {
  for (const track of Object.values(tracks)) track.stop();
}

/** From the click to the room: tries again while the lesson is not open, and ends what it began. The tracks that it is given are its own from then on. */
export class VisitEntry {
  readonly #onPhase: (phase: VisitPhase) => void;
  readonly #createCall: (options: RoomCallOptions) => Promise<RoomCall>;
  #call: RoomCall | null = null;
  #waiting: Waiting | null = null;
  #closed = false;

  constructor(
    onPhase: (phase: VisitPhase) => void,
    createCall = (options: RoomCallOptions) => RoomCall.create(options),
  ) {
    this.#onPhase = onPhase;
    this.#createCall = createCall;
  }

  async enter(options: RoomCallOptions): Promise<void> {
    const before = this.#call;
    this.#call = null;
    await before?.close();
    this.#say({ kind: 'entering' });
    await this.#try(options);
  }

  async #try(options: RoomCallOptions): Promise<void> {
    this.#waiting = null;
    if (this.#closed) {
      stop(options.tracks);
      return;
    }
    try {
      const call = await this.#createCall(options);
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
    if (this.#waiting !== null) {
      clearTimeout(this.#waiting.timer);
      // The camera's light goes out when nobody waits for the lesson any more.
      stop(this.#waiting.tracks);
      this.#waiting = null;
    }
    void this.#call?.close();
  }

  #handleRefusal(failure: RequestFailure, options: RoomCallOptions): void {
    const isEarly = failure.code === 'lessonNotOpen' || failure.code === 'waitingForTeacher';
    if (isEarly && !this.#closed) {
      this.#waiting = { timer: setTimeout(() => void this.#try(options), NOT_OPEN_RETRY_MS), tracks: options.tracks };
      this.#say({ kind: 'notOpen' });
      return;
    }
    stop(options.tracks);
    this.#say({ kind: 'refused', failure });
  }

  #say(phase: VisitPhase): void {
    if (!this.#closed) this.#onPhase(phase);
  }
}
