import { AppError } from '../protocol/errors.ts';
import { WALL_SIZE } from '../protocol/rest/inspection.ts';

/** Rooms that one person observes at once (SPEC J7): a wall of them in two tabs, or one page of it that goes while the next comes. */
export const MOST_OBSERVED = 2 * WALL_SIZE;

/** How many rooms somebody observes: those it has a seat in, and those it is just now entering. */
export class ObservedRooms {
  readonly #entering = new Map<string, number>();

  /** @param observed other rooms in which that person has an observer's seat. @throws AppError `tooManyRequests` */
  async enter<T>(identityKey: string, observed: number, enter: () => Promise<T>): Promise<T> {
    const entering = this.#entering.get(identityKey) ?? 0;
    if (observed + entering >= MOST_OBSERVED) {
      throw new AppError('tooManyRequests', { message: 'observes too many rooms' });
    }
    this.#entering.set(identityKey, entering + 1);
    try {
      return await enter();
    } finally {
      const left = (this.#entering.get(identityKey) ?? 1) - 1;
      if (left === 0) this.#entering.delete(identityKey);
      else this.#entering.set(identityKey, left);
    }
  }
}
