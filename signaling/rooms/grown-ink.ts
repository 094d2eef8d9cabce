import type { CoursewareId, StrokeId } from '../protocol/ids.ts';
import type { Clock } from './ports.ts';

export interface PagePlace {
  readonly coursewareId: CoursewareId;
  readonly page: number;
}

/** A stroke of which everything behind `from` has not been passed on. */
export interface GrownStroke extends PagePlace {
  readonly strokeId: StrokeId;
  readonly from: number;
}

export interface GrownInkOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  readonly onDue: () => void;
}

export const placeKey = ({ coursewareId, page }: PagePlace): string => `${coursewareId} ${page}`;
const strokeKey = (place: PagePlace, strokeId: StrokeId): string => `${placeKey(place)} ${strokeId}`;

/** Which strokes have grown since they were last passed on: the points themselves are on the page, once. */
export class GrownInk {
  readonly #options: GrownInkOptions;
  readonly #strokes = new Map<string, GrownStroke>();
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(options: GrownInkOptions) {
    this.#options = options;
  }

  list(): GrownStroke[] {
    return [...this.#strokes.values()];
  }

  /** From the first part that has not been passed on. */
  grew(grown: GrownStroke): void {
    const key = strokeKey(grown, grown.strokeId);
    if (!this.#strokes.has(key)) this.#strokes.set(key, grown);
    this.wait();
  }

  /** Passed on as far as `upTo`; null: all of it, or it is gone. */
  passed(grown: GrownStroke, upTo: number | null): void {
    const key = strokeKey(grown, grown.strokeId);
    if (upTo === null) this.#strokes.delete(key);
    else this.#strokes.set(key, { ...grown, from: upTo });
  }

  /** Takes a stroke off that is gone. False when nothing of it was ever passed on. */
  forget(place: PagePlace, strokeId: StrokeId): boolean {
    const key = strokeKey(place, strokeId);
    const wasPassedOn = this.#strokes.get(key)?.from !== 0;
    this.#strokes.delete(key);
    return wasPassedOn;
  }

  wait(): void {
    if (this.#isClosed) return;
    this.#cancel ??= this.#options.clock.after(this.#options.everyMs, () => {
      this.#cancel = null;
      this.#options.onDue();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#cancel = null;
  }
}
