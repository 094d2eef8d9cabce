import { SINGLE } from './read-icalendar.ts';

/** An occurrence of one event, in the file or made from it before. */
export interface Placed {
  /** As the series names it. */
  readonly occurrence: string;
  /** The local date that the series has it on; of what is none, that of its lesson. */
  readonly date: string;
}

export interface PlacedEvent extends Placed {
  readonly isCancelled: boolean;
}

export interface PlacedLesson extends Placed {
  /** To come, so that it can follow an event that was named anew. */
  readonly isOpen: boolean;
}

const DAY_MS = 86_400_000;
/** The days from a Monday to 1970-01-01. */
const DAYS_TO_EPOCH = 3;

/**
 * Which lesson was made from which occurrence. Names tell it until the series is moved as a whole, which names all of them anew: then it is
 * the one of the same date, else of the same week, in their order. What is left over on either side is new, or missing.
 */
export function pairOccurrences<E extends PlacedEvent, L extends PlacedLesson>(
  events: readonly E[],
  lessons: readonly L[],
): Map<E, L> {
  const pairs = new Map<E, L>();
  const free = new Set(lessons);
  const pair = (candidates: readonly E[], keyOf: (placed: Placed) => string, isAny = false): void => {
    const byKey = Map.groupBy(
      [...free].filter(({ isOpen }) => isAny || isOpen),
      keyOf,
    );
    for (const event of candidates) {
      const lesson = pairs.has(event) ? undefined : byKey.get(keyOf(event))?.shift();
      if (lesson === undefined) continue;
      pairs.set(event, lesson);
      free.delete(lesson);
    }
  };
  const active = events.filter(({ isCancelled }) => !isCancelled);
  pair(active, ({ occurrence }) => occurrence, true);
  pair(events, ({ occurrence }) => occurrence, true);
  pair(active, ({ date }) => date);
  pair(events, ({ date }) => date);
  pair(active, weekOf);
  const rest = active.filter((event) => !pairs.has(event));
  // Of an event that is no series, now or before, there is only one lesson.
  const isOne = rest.length === 1 && free.size === 1;
  if (isOne && [...rest, ...free].some(({ occurrence }) => occurrence === SINGLE)) pair(rest, () => '');
  return pairs;
}

const weekOf = ({ date }: Placed): string =>
  String(Math.floor((Date.parse(`${date}T00:00:00Z`) / DAY_MS + DAYS_TO_EPOCH) / 7));
