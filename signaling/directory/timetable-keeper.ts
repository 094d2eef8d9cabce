import type { TimetableStore } from '../../storage/ports.ts';
import type { SchoolId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';

const EVERY_MS = 60_000;

export interface TimetableKeeperOptions {
  readonly timetable: Pick<TimetableStore, 'remakeDue'>;
  readonly log: Log;
  readonly nowMs: () => number;
}

/**
 * Brings lessons to come in line with what was changed in a calendar. A change of the district concerns every school, one transaction each, so
 * it goes on behind the answer; what ends in between is gone on with by the next round, here or in another process.
 */
export class TimetableKeeper {
  readonly #options: TimetableKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: TimetableKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.catchUp(), EVERY_MS);
    this.#timer.unref();
    void this.catchUp();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  /** That school at once; null: every school, one after the other, behind the answer. */
  async changed(schoolId: SchoolId | null): Promise<void> {
    const { timetable, nowMs } = this.#options;
    if (schoolId === null) void this.catchUp();
    else await timetable.remakeDue(nowMs(), schoolId);
  }

  /** Ends when no school waits; never fails. */
  catchUp(): Promise<void> {
    this.#round = this.#round.then(() => this.#remakeAll());
    return this.#round;
  }

  async #remakeAll(): Promise<void> {
    const { timetable, nowMs, log } = this.#options;
    try {
      while (!this.#isClosed) {
        const schoolId = await timetable.remakeDue(nowMs());
        if (schoolId === undefined) return;
        log.info({ schoolId }, 'lessons of a school follow its calendar');
      }
    } catch (error) {
      log.warn({ err: error }, 'lessons could not follow their calendar, trying again later');
    }
  }
}
