import type { Countdown } from '../protocol/class-tools.ts';
import { AppError } from '../protocol/errors.ts';
import type { Clock } from './ports.ts';

export interface LessonCountdownOptions {
  readonly clock: Clock;
  readonly onChanged: (countdown: Countdown | null) => void;
}

/** One countdown for everybody, by the server's clock: pages count it down themselves (SPEC K). */
export class LessonCountdown {
  readonly #options: LessonCountdownOptions;
  #countdown: Countdown | null = null;

  constructor(options: LessonCountdownOptions) {
    this.#options = options;
  }

  get shown(): Countdown | null {
    return this.#countdown;
  }

  start(durationMs: number, sounds: boolean): void {
    this.#set({ durationMs, sounds, leftMs: durationMs, endsAtMs: this.#options.clock.nowMs() + durationMs });
  }

  /** @throws AppError `conflict` when there is none, or it is over. */
  setPaused(paused: boolean): void {
    const countdown = this.#countdown;
    const nowMs = this.#options.clock.nowMs();
    const isOver = countdown !== null && countdown.endsAtMs !== null && countdown.endsAtMs <= nowMs;
    if (countdown === null || isOver) throw new AppError('conflict', { message: 'no countdown is running' });
    if (paused === (countdown.endsAtMs === null)) return;
    if (countdown.endsAtMs === null) this.#set({ ...countdown, endsAtMs: nowMs + countdown.leftMs });
    else this.#set({ ...countdown, leftMs: countdown.endsAtMs - nowMs, endsAtMs: null });
  }

  stop(): void {
    if (this.#countdown !== null) this.#set(null);
  }

  restore(countdown: Countdown | null): void {
    this.#countdown = countdown;
  }

  #set(countdown: Countdown | null): void {
    this.#countdown = countdown;
    this.#options.onChanged(countdown);
  }
}
