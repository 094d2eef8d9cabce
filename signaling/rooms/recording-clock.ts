import type { Log } from '../runtime/log.ts';
import type { RunningRecording } from './capture-orders.ts';

export interface RecordingClockOptions {
  readonly log: Log;
  readonly running: () => RunningRecording | null;
  /** Microseconds to add to our wall clock to get that of the node that the room is on. Rejects when it cannot be had in time. */
  readonly clockOffsetUs: () => Promise<number>;
  /** Nothing is held any more; by so much our clock was thought to be wrong. */
  readonly onSettled: (correctionUs: number) => void;
}

interface Held {
  readonly fromN: number;
  readonly wasEnded: boolean;
}

/**
 * Keeps the events of a recording on the clock of its packets, which is the media node's, whoever's wall clock they are stamped by (SPEC R9). When the room or
 * its media has come to another host, the difference is looked for again; what happens until it is known is held, and put right.
 */
export class RecordingClock {
  readonly #options: RecordingClockOptions;
  #held: Held | null = null;
  #looks = 0;

  constructor(options: RecordingClockOptions) {
    this.#options = options;
  }

  /** Events from this number on, and the end of the recording, are not to be told yet. */
  get heldFromN(): number {
    return this.#held?.fromN ?? Number.POSITIVE_INFINITY;
  }

  /** Several looks at a time end with the last one. Never rejects. */
  async lookAgain(): Promise<void> {
    const running = this.#options.running();
    if (running === null || running.finished) return;
    this.#held ??= { fromN: running.nextN, wasEnded: running.endedAtUs !== null };
    this.#looks += 1;
    const look = this.#looks;
    let offsetUs: number | undefined;
    try {
      offsetUs = await this.#options.clockOffsetUs();
    } catch (error) {
      // The room gets a place later, and looks again then.
      this.#options.log.warn({ err: error }, 'the clock of the media node is not known');
    }
    if (look === this.#looks) this.#settle(running, offsetUs ?? running.clockOffsetUs);
  }

  #settle(running: RunningRecording, offsetUs: number): void {
    const correctionUs = offsetUs - running.clockOffsetUs;
    const held = this.#held;
    this.#held = null;
    const corrected = (atUs: number): number => Math.max(0, atUs + correctionUs);
    running.clockOffsetUs = offsetUs;
    if (held !== null && correctionUs !== 0) {
      running.unacknowledged = running.unacknowledged.map((event) =>
        event.n < held.fromN ? event : { ...event, atUs: corrected(event.atUs) },
      );
      if (!held.wasEnded && running.endedAtUs !== null) running.endedAtUs = corrected(running.endedAtUs);
    }
    this.#options.onSettled(correctionUs);
  }
}
