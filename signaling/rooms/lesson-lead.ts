import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import type { SeatId } from '../protocol/ids.ts';
import { identityKeyOf, type JoinClaims } from './join-claims.ts';
import type { Clock } from './ports.ts';
import type { Presence } from './presence.ts';
import { isTeacherSeat, type SeatKind } from '../protocol/seats.ts';
import { connectionOf, hasJoined, type Seat } from './seat.ts';

/** The line of a lecturer who comes back within this time has not cost anybody the lesson (SPEC O8). */
export const TAKE_OVER_AFTER_MS = 20_000;
/** A lecturer who has not come yet has so long after the bell. */
export const TAKE_OVER_UNBEGUN_AFTER_MS = 5 * 60_000;
/** More helpers than any lesson has; who is named beyond is refused. */
const MOST_APPOINTED = 20;

/** As somebody comes to this lesson: led by another than the timetable's, or not. */
export interface SeatClaims extends JoinClaims {
  readonly leadsByTimetable: boolean;
}

/** By identity, since a seat may go and come back. */
export const SavedLead = z.object({
  leader: z.string().nullable(),
  coTeachers: z.array(z.string()),
  hasLecturerCome: z.boolean(),
});
export type SavedLead = z.infer<typeof SavedLead>;

export interface LessonLeadOptions {
  readonly clock: Clock;
  readonly presence: Presence;
  readonly startsAtMs: () => number;
  readonly onLed: (now: Seat, before: readonly Seat[], cause: 'handedOver' | 'takenOver') => void;
  readonly onAppointed: (seat: Seat) => void;
  /** Whether, and from when on, the lesson may be taken over. */
  readonly onChanged: () => void;
}

/** Who leads the lesson, if it is not the one of the timetable any more, and who was made a co-teacher in it (SPEC O6–O9). */
export class LessonLead {
  readonly #options: LessonLeadOptions;
  readonly #coTeachers = new Set<string>();
  /** Null: the lecturer of the timetable. */
  #leader: string | null = null;
  #hasLecturerCome = false;
  #awaySinceMs: number | null;

  constructor(options: LessonLeadOptions) {
    this.#options = options;
    this.#awaySinceMs = options.clock.nowMs();
  }

  /** Null while a lecturer is connected. */
  get takeOverFromMs(): number | null {
    if (this.#awaySinceMs === null) return null;
    const fromMs = this.#awaySinceMs + TAKE_OVER_AFTER_MS;
    return this.#hasLecturerCome ? fromMs : Math.max(fromMs, this.#options.startsAtMs() + TAKE_OVER_UNBEGUN_AFTER_MS);
  }

  /** Whoever handed the lesson over comes back as a co-teacher, whatever the timetable says. */
  claimsOf(claims: JoinClaims): SeatClaims {
    return { ...claims, seat: this.#kindOf(claims), leadsByTimetable: claims.seat === 'lecturer' };
  }

  /** @throws AppError `notFound`, `forbidden` for whoever is no co-teacher, `conflict` for one who is away */
  handOver(seatId: SeatId): void {
    const seat = this.#options.presence.requireInside(seatId);
    if (seat.kind !== 'coTeacher') throw new AppError('forbidden', { message: 'only a co-teacher can lead' });
    if (connectionOf(seat) === null || !hasJoined(seat))
      throw new AppError('conflict', { message: 'the co-teacher is away' });
    this.#lead(seat, 'handedOver');
  }

  /**
   * The lecturer of the timetable takes the lesson back at any time.
   *
   * @throws AppError `conflict` while a lecturer is there, or has not been away for long enough
   */
  takeOver(seat: Seat): void {
    const fromMs = this.takeOverFromMs;
    const isDue = fromMs !== null && this.#options.clock.nowMs() >= fromMs;
    if (seat.kind !== 'coTeacher' || !(isDue || seat.leadsByTimetable))
      throw new AppError('conflict', { details: { takeOverFromMs: fromMs } });
    this.#lead(seat, 'takenOver');
  }

  /** @throws AppError `notFound`, `forbidden` for everybody but an observer who teaches, `conflict` when there are too many */
  appoint(seatId: SeatId): void {
    const seat = this.#options.presence.requireInside(seatId);
    if (seat.kind === 'coTeacher') return;
    if (seat.kind !== 'observer' || !seat.mayTeach) throw new AppError('forbidden', { message: 'no teacher' });
    if (this.#coTeachers.size >= MOST_APPOINTED) throw new AppError('conflict', { message: 'enough co-teachers' });
    this.#coTeachers.add(seat.identityKey);
    seat.kind = 'coTeacher';
    this.#options.onAppointed(seat);
  }

  /** Whoever is removed is no co-teacher by appointment any more, and the lesson is the timetable's lecturer's again. */
  dismiss(seat: Seat): void {
    this.#coTeachers.delete(seat.identityKey);
    if (this.#leader !== seat.identityKey) return;
    this.#leader = null;
    seat.kind = 'coTeacher';
    const lecturer = this.#options.presence.everybody().find((other) => other.leadsByTimetable && other !== seat);
    if (lecturer === undefined) this.presenceChanged();
    else this.#appointLecturer(lecturer, [], 'handedOver');
  }

  presenceChanged(): void {
    const isHere = this.#options.presence
      .inside()
      .some((seat) => seat.kind === 'lecturer' && connectionOf(seat) !== null);
    if (isHere === (this.#awaySinceMs === null)) return;
    if (isHere) this.#hasLecturerCome = true;
    this.#awaySinceMs = isHere ? null : this.#options.clock.nowMs();
    this.#options.onChanged();
  }

  save(): SavedLead {
    return { leader: this.#leader, coTeachers: [...this.#coTeachers], hasLecturerCome: this.#hasLecturerCome };
  }

  /** Whoever leads has been cut off by the loss of the process before, and has as long as after any other cut. */
  restore({ leader, coTeachers, hasLecturerCome }: SavedLead): void {
    this.#leader = leader;
    for (const key of coTeachers) this.#coTeachers.add(key);
    this.#hasLecturerCome = hasLecturerCome;
    this.#awaySinceMs = this.#options.clock.nowMs();
  }

  #kindOf({ seat, identity }: JoinClaims): SeatKind {
    const key = identityKeyOf(identity);
    const isAppointed = seat === 'observer' && this.#coTeachers.has(key);
    if (!isTeacherSeat(seat) && !isAppointed) return seat;
    if (this.#leader === null) return isAppointed ? 'coTeacher' : seat;
    return key === this.#leader ? 'lecturer' : 'coTeacher';
  }

  #lead(seat: Seat, cause: 'handedOver' | 'takenOver'): void {
    // Seats that are gone too: whoever comes back to one finds what it is now.
    const before = this.#options.presence.everybody().filter((other) => other.kind === 'lecturer');
    for (const other of before) other.kind = 'coTeacher';
    this.#leader = seat.leadsByTimetable ? null : seat.identityKey;
    this.#appointLecturer(seat, before, cause);
  }

  #appointLecturer(seat: Seat, before: readonly Seat[], cause: 'handedOver' | 'takenOver'): void {
    seat.kind = 'lecturer';
    this.#awaySinceMs = connectionOf(seat) === null ? this.#options.clock.nowMs() : null;
    this.#hasLecturerCome = true;
    this.#options.onLed(seat, before, cause);
  }
}
