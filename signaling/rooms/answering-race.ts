import { createHash } from 'node:crypto';
import type { Race } from '../protocol/class-tools.ts';
import { AppError } from '../protocol/errors.ts';
import { RaceId, type RequestId } from '../protocol/ids.ts';
import { answersQuestions, type LessonKind } from '../protocol/seats.ts';
import type { Clock } from './ports.ts';
import type { Seat } from './seat.ts';

export interface AnsweringRaceOptions {
  readonly clock: Clock;
  readonly lessonKind: () => LessonKind;
  readonly onChanged: (race: Race | null) => void;
}

/** Who presses first after the countdown, by arrival here: what a line adds is the same as in any conversation (SPEC A). */
export class AnsweringRace {
  readonly #options: AnsweringRaceOptions;
  #race: Race | null = null;
  #cancelOpening: (() => void) | null = null;

  constructor(options: AnsweringRaceOptions) {
    this.#options = options;
  }

  get shown(): Race | null {
    return this.#race;
  }

  /** Idempotent by `requestId`; takes the place of the race before. */
  start(requestId: RequestId, leadMs: number): RaceId {
    const raceId = RaceId.parse(createHash('sha256').update(requestId).digest('base64url').slice(0, 32));
    if (this.#race?.raceId === raceId) return raceId;
    const opensAtMs = this.#options.clock.nowMs() + leadMs;
    this.#set({ raceId, state: 'ready', opensAtMs, winner: null });
    this.#openAt(opensAtMs);
    return raceId;
  }

  /** @throws AppError `forbidden`, `notFound` when this race is over. */
  press(seat: Seat, raceId: RaceId): 'won' | 'early' | 'late' {
    if (!answersQuestions(seat.kind, this.#options.lessonKind()))
      throw new AppError('forbidden', { message: 'this seat does not answer in such a lesson' });
    const race = this.#race;
    if (race?.raceId !== raceId) throw new AppError('notFound', { message: 'no such race' });
    if (race.state === 'ready') return 'early';
    const { seatId, displayName, schoolName } = seat;
    // A winner who presses again, or whose ack was lost, has still won.
    if (race.winner !== null) return race.winner.seatId === seatId ? 'won' : 'late';
    const afterMs = Math.max(0, this.#options.clock.nowMs() - race.opensAtMs);
    this.#set({ ...race, state: 'won', winner: { seatId, displayName, schoolName, afterMs } });
    return 'won';
  }

  end(): void {
    this.close();
    if (this.#race !== null) this.#set(null);
  }

  restore(race: Race | null): void {
    this.#race = race;
    if (race?.state === 'ready') this.#openAt(race.opensAtMs);
  }

  close(): void {
    this.#cancelOpening?.();
    this.#cancelOpening = null;
  }

  #openAt(opensAtMs: number): void {
    this.close();
    this.#cancelOpening = this.#options.clock.after(Math.max(0, opensAtMs - this.#options.clock.nowMs()), () => {
      this.#cancelOpening = null;
      if (this.#race?.state === 'ready') this.#set({ ...this.#race, state: 'open' });
    });
  }

  #set(race: Race | null): void {
    this.#race = race;
    this.#options.onChanged(race);
  }
}
