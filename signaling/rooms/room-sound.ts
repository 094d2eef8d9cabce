import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import type { SeatId } from '../protocol/ids.ts';
import type { EchoSource, MeasuredSound, RoomSound as Shown } from '../protocol/room-sound.ts';
import { EchoSource as SavedEcho, SiteSound } from '../protocol/room-sound.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { Clock } from './ports.ts';
import { isInside, type Seat } from './seat.ts';

export const SavedSound = z.object({ checks: z.array(SiteSound), echoes: z.array(SavedEcho) });
export type SavedSound = z.infer<typeof SavedSound>;

export interface RoomSoundOptions {
  readonly clock: Clock;
  readonly find: (seatId: SeatId) => Seat | null;
  /** Shuts the seat's microphone for the class, or takes that back. */
  readonly setHeld: (seat: Seat, held: boolean) => void;
  readonly onChanged: () => void;
}

/** What is known of the sound of classrooms, and whose microphone gives the teacher's voice back (SPEC Z). */
export class RoomSound {
  readonly #options: RoomSoundOptions;
  readonly #checks = new Map<SeatId, SiteSound>();
  readonly #echoes = new Map<SeatId, EchoSource>();

  constructor(options: RoomSoundOptions) {
    this.#options = options;
  }

  /** Of those who are here. */
  get shown(): Shown {
    const isHere = ({ seatId }: { readonly seatId: SeatId }): boolean => {
      const seat = this.#options.find(seatId);
      return seat !== null && isInside(seat);
    };
    return { checks: [...this.#checks.values()].filter(isHere), echoes: [...this.#echoes.values()].filter(isHere) };
  }

  /** @throws AppError `forbidden` for everybody but a site (SPEC Z1) */
  report(seat: Seat, measured: MeasuredSound): void {
    if (seat.kind !== 'site') throw new AppError('forbidden', { message: 'only classrooms are checked' });
    this.#checks.set(seat.seatId, { ...measured, seatId: seat.seatId, checkedAtMs: this.#options.clock.nowMs() });
    this.#changed();
  }

  /** Nothing happens to one that a teacher has let go (SPEC Z3). @throws AppError `notFound`, `forbidden` for a teacher's seat */
  mute(seatId: SeatId): void {
    const seat = this.#require(seatId);
    if (isTeacherSeat(seat.kind)) throw new AppError('forbidden', { message: 'teachers mute themselves' });
    if (this.#echoes.has(seatId)) return;
    this.#put(seat, 'muted');
  }

  /** @throws AppError `notFound` */
  letGo(seatId: SeatId): void {
    const seat = this.#require(seatId);
    if (this.#echoes.get(seatId)?.state !== 'muted') return;
    this.#put(seat, 'letGo');
  }

  /** The seat was called on, or opened its own microphone: it is heard, and may be found again. */
  lift(seatId: SeatId): void {
    const seat = this.#options.find(seatId);
    if (seat === null || this.#echoes.get(seatId)?.state !== 'muted') return;
    this.#echoes.delete(seatId);
    this.#options.setHeld(seat, false);
    this.#changed();
  }

  isMuted(seatId: SeatId): boolean {
    return this.#echoes.get(seatId)?.state === 'muted';
  }

  save(): SavedSound {
    return { ...this.shown };
  }

  restore({ checks, echoes }: SavedSound): void {
    for (const check of checks) this.#checks.set(check.seatId, check);
    for (const echo of echoes) this.#echoes.set(echo.seatId, echo);
  }

  #put(seat: Seat, state: EchoSource['state']): void {
    const { seatId, displayName, schoolName } = seat;
    this.#echoes.set(seatId, { seatId, displayName, schoolName, state });
    this.#options.setHeld(seat, state === 'muted');
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
