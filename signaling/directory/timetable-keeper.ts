import type { TimetableStore } from '../../storage/ports.ts';
import type { SchoolId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';

const EVERY_MS = 60_000;

export interface TimetableKeeperOptions {
  readonly timetable: Pick<TimetableStore, 'due' | 'remakeDue'>;
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

  /** That school at once; null: every school, one after the other, behind the answer. Never fails: what was changed is saved already. */
  async changed(schoolId: SchoolId | null): Promise<void> {
    if (schoolId === null) void this.catchUp();
    else await this.#remake(schoolId);
  }

  /** Ends when no school waits but those that failed, which the next round tries again; never fails. */
  catchUp(): Promise<void> {
    this.#round = this.#round.then(() => this.#remakeAll());
    return this.#round;
  }

  async #remakeAll(): Promise<void> {
    const { timetable, log } = this.#options;
    const failed = new Set<SchoolId>();
    try {
      for (;;) {
        const due = (await timetable.due()).filter((schoolId) => !failed.has(schoolId));
        if (due.length === 0) return;
        for (const schoolId of due) {
          if (this.#isClosed) return;
          if (!(await this.#remake(schoolId))) failed.add(schoolId);
        }
      }
    } catch (error) {
      log.warn({ err: error }, 'schools whose calendar has changed could not be looked up, trying again later');
    }
  }

  /** Whether it has worked. */
  async #remake(schoolId: SchoolId): Promise<boolean> {
    const { timetable, nowMs, log } = this.#options;
    try {
      if (await timetable.remakeDue(schoolId, nowMs()))
        log.info({ schoolId }, 'lessons of a school follow its calendar');
      return true;
    } catch (error) {
      log.warn({ err: error, schoolId }, 'lessons could not follow their calendar, trying again later');
      return false;
    }
  }
}
