import type { RequestId, SeatId } from '../protocol/ids.ts';

/** Names a request among those of all seats. */
export const requestKey = (seatId: SeatId, requestId: RequestId): string => `${seatId} ${requestId}`;

/** What the latest requests have led to, so that a repeated one gets the same; a client repeats a request within seconds. */
export class RememberedRequests<T> {
  readonly #most: number;
  readonly #outcomes = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): T | undefined {
    return this.#outcomes.get(key);
  }

  /** The oldest makes room. */
  remember(key: string, outcome: T): void {
    this.#outcomes.set(key, outcome);
    const [oldest] = this.#outcomes.keys();
    if (this.#outcomes.size > this.#most && oldest !== undefined) this.#outcomes.delete(oldest);
  }

  /** It may be tried again. */
  forget(key: string): void {
    this.#outcomes.delete(key);
  }
}
