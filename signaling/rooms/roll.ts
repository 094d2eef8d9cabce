import type { RollEntry } from '../protocol/room.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { ExpectedPerson, RollMark } from './ports.ts';
import type { SavedRollEntry } from './room-state.ts';
import type { Seat } from './seat.ts';

/** Who comes later than this after the bell is late. */
export const LATE_AFTER_MS = 5 * 60_000;

export interface RollOptions {
  readonly startsAtMs: () => number;
  readonly expected: () => readonly ExpectedPerson[];
}

/** Who is there, late, gone again, or has not come at all (SPEC S7). Teachers and observers are not called. */
export class Roll {
  readonly #options: RollOptions;
  readonly #came = new Map<string, SavedRollEntry>();

  constructor(options: RollOptions) {
    this.#options = options;
  }

  joined(seat: Seat, atMs: number): void {
    if (isTeacherSeat(seat.kind) || seat.kind === 'observer') return;
    for (const { rollKey, displayName } of calledAs(seat)) {
      this.#came.set(rollKey, {
        ...{ rollKey, displayName, seatId: seat.seatId, classGroup: seat.classGroup, schoolName: seat.schoolName },
        firstJoinedAtMs: this.#came.get(rollKey)?.firstJoinedAtMs ?? atMs,
        isThere: true,
      });
    }
  }

  left(seat: Seat): void {
    for (const { rollKey } of calledAs(seat)) {
      const known = this.#came.get(rollKey);
      // The other parent may still be there for the child.
      if (known?.seatId === seat.seatId) this.#came.set(rollKey, { ...known, isThere: false });
    }
  }

  /** Of everybody, or of the pupils of one school. */
  entries({ ofSchool }: { readonly ofSchool?: string } = {}): RollEntry[] {
    const isAsked = ({ schoolName }: { readonly schoolName: string | null }): boolean =>
      ofSchool === undefined || schoolName === ofSchool;
    const expected = this.#options
      .expected()
      .filter(isAsked)
      .map((person) => {
        const came = this.#came.get(person.rollKey);
        return came === undefined ? absent(person) : this.#entryOf(came, person.classGroup);
      });
    const listed = new Set(this.#options.expected().map((person) => person.rollKey));
    const others = [...this.#came.values()].filter((entry) => !listed.has(entry.rollKey) && isAsked(entry));
    return [...expected, ...others.map((entry) => this.#entryOf(entry, entry.classGroup))];
  }

  /** The roll as it stands at the end of the lesson, for everybody expected. */
  marks(): RollMark[] {
    return this.#options.expected().map(({ personId, rollKey }) => {
      const came = this.#came.get(rollKey);
      return { personId, state: came === undefined ? 'absent' : this.#arrivalOf(came) };
    });
  }

  save(): SavedRollEntry[] {
    return [...this.#came.values()];
  }

  restore(saved: readonly SavedRollEntry[]): void {
    for (const entry of saved) this.#came.set(entry.rollKey, entry);
  }

  #arrivalOf(entry: SavedRollEntry): 'present' | 'late' {
    return entry.firstJoinedAtMs > this.#options.startsAtMs() + LATE_AFTER_MS ? 'late' : 'present';
  }

  #entryOf(entry: SavedRollEntry, classGroup: string | null): RollEntry {
    return {
      seatId: entry.seatId,
      displayName: entry.displayName,
      classGroup,
      state: entry.isThere ? this.#arrivalOf(entry) : 'left',
      firstJoinedAtMs: entry.firstJoinedAtMs,
    };
  }
}

/** Children that somebody comes for, as a seat names them. */
export const wardNames = ({ wardName }: { readonly wardName: string | null }): readonly string[] =>
  wardName === null ? [] : wardName.split('、');

export const wardKeyOf = (displayName: string): string => `ward:${displayName}`;

/** A guardian stands for its wards, everybody else for itself. */
function calledAs(seat: Seat): { readonly rollKey: string; readonly displayName: string }[] {
  if (seat.wardName === null) return [{ rollKey: seat.identityKey, displayName: seat.displayName }];
  return wardNames(seat).map((ward) => ({ rollKey: wardKeyOf(ward), displayName: ward }));
}

const absent = (person: ExpectedPerson): RollEntry => ({
  seatId: null,
  displayName: person.displayName,
  classGroup: person.classGroup,
  state: 'absent',
  firstJoinedAtMs: null,
});
