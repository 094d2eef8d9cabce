import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import type { SeatId } from '../protocol/ids.ts';
import type { EchoSource, MeasuredSound, RoomSound as Shown } from '../protocol/room-sound.ts';
import { EchoSource as SavedEcho, SiteSound } from '../protocol/room-sound.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { Clock } from './ports.ts';
import { connectionOf, isInside, type Seat } from './seat.ts';

export const SavedSound = z.object({ checks: z.array(SiteSound), echoes: z.array(SavedEcho) });
export type SavedSound = z.infer<typeof SavedSound>;

export interface RoomSoundOptions {
  readonly clock: Clock;
  readonly find: (seatId: SeatId) => Seat | null;
  /** Shuts the seat's microphone for the class, or takes that back. */
  readonly setHeld: (seat: Seat, held: boolean) => void;
  readonly onChanged: () => void;
  /** The seat turns its own microphone down while others are heard there, or does so no more. */
  readonly onDucked: (seat: Seat) => void;
}

/** Until a page has turned its microphone down and what was heard before is forgotten (`echo-watch.ts`: 4.8 s and two looks). */
const DUCKING_HELPS_WITHIN_MS = 12_000;
/** Of one that ducking did not help before: what was heard before is forgotten. */
const HEARD_ANEW_WITHIN_MS = 6_000;

/** What is known of the sound of classrooms, and whose microphone gives the teacher's voice back (SPEC Z). */
export class RoomSound {
  readonly #options: RoomSoundOptions;
  readonly #checks = new Map<SeatId, SiteSound>();
  readonly #echoes = new Map<SeatId, EchoSource>();
  /** Since when its page knows. */
  readonly #duckedAtMs = new Map<SeatId, number>();
  readonly #isUndeterred = new Set<SeatId>();

  constructor(options: RoomSoundOptions) {
    this.#options = options;
  }

  /** To teachers: of those who are here. */
  get shown(): Shown {
    const isHere = ({ seatId }: { readonly seatId: SeatId }): boolean => {
      const seat = this.#options.find(seatId);
      return seat !== null && isInside(seat);
    };
    const [checks, echoes] = [[...this.#checks.values()].filter(isHere), [...this.#echoes.values()].filter(isHere)];
    return { checks, echoes, isDucked: false };
  }

  shownTo({ seatId, kind }: Pick<Seat, 'seatId' | 'kind'>): Shown {
    return isTeacherSeat(kind) ? this.shown : { checks: [], echoes: [], isDucked: this.#isDucked(seatId) };
  }

  /** @throws AppError `forbidden` for everybody but a site (SPEC Z1) */
  report(seat: Seat, measured: MeasuredSound): void {
    if (seat.kind !== 'site') throw new AppError('forbidden', { message: 'only classrooms are checked' });
    this.#checks.set(seat.seatId, { ...measured, seatId: seat.seatId, checkedAtMs: this.#options.clock.nowMs() });
    this.#changed();
  }

  /**
   * Ducked first; muted when it is still heard after that had time to help. Nothing happens to one that a teacher has let go
   * (SPEC Z2, Z3). @throws AppError `notFound`, `forbidden` for a teacher's seat
   */
  handleEcho(seatId: SeatId): void {
    const seat = this.#require(seatId);
    if (isTeacherSeat(seat.kind)) throw new AppError('forbidden', { message: 'teachers mute themselves' });
    const echo = this.#echoes.get(seatId);
    if (echo === undefined) this.#put(seat, 'ducked');
    if (echo?.state !== 'ducked' || !this.#hadTimeToDuck(seat)) return;
    this.#isUndeterred.add(seatId);
    this.#put(seat, 'muted');
  }

  /** @throws AppError `notFound` */
  letGo(seatId: SeatId): void {
    const seat = this.#require(seatId);
    if (this.#echoes.has(seatId)) this.#put(seat, 'letGo');
  }

  /** The seat was called on, or opened its own microphone: it is heard, ducked, and may be found again. */
  lift(seatId: SeatId): void {
    const seat = this.#options.find(seatId);
    if (seat !== null && this.isMuted(seatId)) this.#put(seat, 'ducked');
  }

  isMuted(seatId: SeatId): boolean {
    return this.#echoes.get(seatId)?.state === 'muted';
  }

  save(): SavedSound {
    const { checks, echoes } = this.shown;
    return { checks, echoes };
  }

  restore({ checks, echoes }: SavedSound): void {
    for (const check of checks) this.#checks.set(check.seatId, check);
    for (const echo of echoes) this.#echoes.set(echo.seatId, echo);
  }

  /** Also while it is muted: it is ducked from its first word on when it is heard again. */
  #isDucked(seatId: SeatId): boolean {
    const state = this.#echoes.get(seatId)?.state;
    return state === 'ducked' || state === 'muted';
  }

  /** Where it is not known since when, after a reconnect or a take-over, it counts from the first time that it is heard again. */
  #hadTimeToDuck(seat: Seat): boolean {
    const { seatId } = seat;
    if (connectionOf(seat) === null) {
      this.#duckedAtMs.delete(seatId);
      return false;
    }
    const nowMs = this.#options.clock.nowMs();
    const sinceMs = this.#duckedAtMs.get(seatId) ?? nowMs;
    this.#duckedAtMs.set(seatId, sinceMs);
    return nowMs - sinceMs >= (this.#isUndeterred.has(seatId) ? HEARD_ANEW_WITHIN_MS : DUCKING_HELPS_WITHIN_MS);
  }

  #put(seat: Seat, state: EchoSource['state']): void {
    const { seatId, displayName, schoolName } = seat;
    const before = { isDucked: this.#isDucked(seatId), isMuted: this.isMuted(seatId) };
    this.#echoes.set(seatId, { seatId, displayName, schoolName, state });
    if (state === 'ducked' && connectionOf(seat) !== null) this.#duckedAtMs.set(seatId, this.#options.clock.nowMs());
    if (before.isMuted !== this.isMuted(seatId)) this.#options.setHeld(seat, state === 'muted');
    if (before.isDucked !== this.#isDucked(seatId)) this.#options.onDucked(seat);
    this.#changed();
  }

  #require(seatId: SeatId): Seat {
    const seat = this.#options.find(seatId);
    if (seat === null || !isInside(seat)) throw new AppError('notFound', { message: 'no such seat inside' });
    return seat;
  }

  #changed(): void {
    this.#options.onChanged();
  }
}
