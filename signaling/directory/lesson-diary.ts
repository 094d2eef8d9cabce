import type { LessonId, SchoolId } from '../protocol/ids.ts';
import type { Need } from '../../storage/ports.ts';

/** A time that somebody or something is needed at, and what for. */
export interface Slot {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly needs: readonly Need[];
  readonly title: string;
  readonly lecturerName: string;
  readonly schoolId: SchoolId;
  readonly schoolName: string;
}

/** A lesson that is to be held then; `lessonId` is null for one that is not there yet. */
export interface Wish extends Slot {
  readonly lessonId: LessonId | null;
}

const DAY_MS = 86_400_000;

/** Who and what is needed when: asking costs what is planned on that day, not what is planned at all. */
class LessonDiary<S extends Slot> {
  readonly #days = new Map<number, S[]>();

  constructor(slots: Iterable<S>) {
    for (const slot of slots) this.add(slot);
  }

  add(slot: S): void {
    for (const day of daysOf(slot)) {
      const planned = this.#days.get(day);
      if (planned === undefined) this.#days.set(day, [slot]);
      else planned.push(slot);
    }
  }

  /** What needs the same at the same time. */
  clashing(wanted: Slot): S[] {
    const sameDays = daysOf(wanted).flatMap((day) => this.#days.get(day) ?? []);
    return [...new Set(sameDays)].filter(
      (slot) =>
        slot.startsAtMs < wanted.endsAtMs &&
        slot.endsAtMs > wanted.startsAtMs &&
        slot.needs.some((need) => wanted.needs.includes(need)),
    );
  }
}

function daysOf({ startsAtMs, endsAtMs }: Slot): number[] {
  const first = Math.floor(startsAtMs / DAY_MS);
  const last = Math.floor((endsAtMs - 1) / DAY_MS);
  return Array.from({ length: last - first + 1 }, (_unused, index) => first + index);
}

/**
 * Which wishes clash, and with what. Lessons that are moved leave their place to others, unless they clash themselves; of two that want the
 * same the first in order gets it.
 *
 * @param planned - Lessons as they are now, without those that will not be held.
 */
export function settleWishes<W extends Wish>(
  wishes: readonly W[],
  planned: readonly (Slot & { readonly lessonId: LessonId })[],
): Map<W, Slot> {
  const refused = new Map<W, Slot>();
  for (;;) {
    const leaving = new Set(wishes.filter((wish) => !refused.has(wish)).map(({ lessonId }) => lessonId));
    const diary = new LessonDiary<Slot>(planned.filter(({ lessonId }) => !leaving.has(lessonId)));
    let isSettled = true;
    for (const wish of wishes) {
      if (refused.has(wish)) continue;
      const [clash] = diary.clashing(wish);
      if (clash === undefined) diary.add(wish);
      else {
        refused.set(wish, clash);
        // It stays where it was, which somebody else may have been given.
        if (wish.lessonId !== null) isSettled = false;
      }
    }
    if (isSettled) return refused;
  }
}

/** Lessons that go where others of them are now, as in an exchange, can only be moved together. */
export function movedTogether<W extends Wish>(wishes: readonly W[], before: ReadonlyMap<W, Slot>): W[][] {
  const places = new LessonDiary([...before].map(([wish, slot]) => ({ ...slot, wish })));
  const groupOf = new Map<W, W[]>(wishes.map((wish) => [wish, [wish]]));
  for (const wish of wishes) {
    for (const { wish: other } of places.clashing(wish)) {
      const [group, theirs] = [groupOf.get(wish), groupOf.get(other)];
      if (group === undefined || theirs === undefined || group === theirs) continue;
      group.push(...theirs);
      for (const member of theirs) groupOf.set(member, group);
    }
  }
  return [...new Set(groupOf.values())];
}
