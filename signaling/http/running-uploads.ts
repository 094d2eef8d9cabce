import { AppError } from '../protocol/errors.ts';
import type { PersonId } from '../protocol/ids.ts';

/** Each holds a part in memory while it waits for the store. */
const MAX_RUNNING = 24;
const MAX_RUNNING_PER_PERSON = 3;

/** How many send at this moment. */
export class RunningUploads {
  readonly #ofPerson = new Map<PersonId, number>();
  #total = 0;

  /** Returns the function that says it is over. @throws AppError `tooManyRequests` */
  begin(personId: PersonId): () => void {
    const own = this.#ofPerson.get(personId) ?? 0;
    if (own >= MAX_RUNNING_PER_PERSON || this.#total >= MAX_RUNNING) {
      throw new AppError('tooManyRequests', { details: { retryAfterSeconds: 5 } });
    }
    this.#count(personId, 1);
    return () => this.#count(personId, -1);
  }

  #count(personId: PersonId, by: number): void {
    this.#total += by;
    const left = (this.#ofPerson.get(personId) ?? 0) + by;
    if (left === 0) this.#ofPerson.delete(personId);
    else this.#ofPerson.set(personId, left);
  }
}
