import type { RecordedProducer, RecordingEvent } from '../../recorder/contract.ts';
import type { EditionRange } from '../protocol/edition.ts';
import { AppError } from '../protocol/errors.ts';
import type { Fence, RecordingId, SeatId, TrackId } from '../protocol/ids.ts';
import type { RecordedSource, StageProducer } from '../protocol/media.ts';
import type { LessonFacts, RecordingDisk } from '../protocol/room.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { Log } from '../runtime/log.ts';
import type { Clock, RecordingControl, RoomStore } from './ports.ts';
import type { SavedRecording } from './room-state.ts';
import { connectionOf, type Seat } from './seat.ts';
import { redoneOf } from './takes.ts';

const RETRY_MS = 1_000;
const RETRY_WHEN_FULL_MS = 10_000;
/** As many as one order may carry. */
const EVENTS_PER_ORDER = 1_000;

/** The recording of a room while it goes on; `unacknowledged` is what capture has not confirmed. */
export interface RunningRecording extends Omit<SavedRecording, 'fence' | 'unacknowledged'> {
  unacknowledged: RecordingEvent[];
}

export interface CaptureOrdersOptions {
  readonly lesson: () => LessonFacts;
  readonly fence: Fence;
  readonly clock: Clock;
  readonly log: Log;
  readonly control: RecordingControl;
  readonly store: Pick<RoomStore, 'leaveOut' | 'endRecording'>;
  /** Everything that is to be recorded, and by whom it is sent. */
  readonly senders: () => readonly { readonly producer: StageProducer; readonly seat: Seat }[];
  readonly sfuUrl: () => string | null;
  readonly running: () => RunningRecording | null;
  readonly trackOf: (seatId: SeatId, source: RecordedSource) => TrackId | null;
  /** Events from this number on, and the end, wait until it is known when they were; infinite when none do. */
  readonly heldFromN: () => number;
  /** Whether capture has accepted, and the room on its disk, may be other than before. */
  readonly onOutcome: () => void;
  readonly onSaveNeeded: () => void;
}

/** Tells capture the goal, the events and the end of a recording, one order at a time, until it has confirmed (SPEC R2, R3). */
export class CaptureOrders {
  readonly #options: CaptureOrdersOptions;
  readonly #stopListening: (() => void)[];
  #isGoalStated = false;
  #disk: RecordingDisk = 'ok';
  #isWorking = false;
  #isWanted = false;
  #isClosed = false;
  #cancelRetry: (() => void) | null = null;

  constructor(options: CaptureOrdersOptions) {
    this.#options = options;
    this.#stopListening = [
      options.control.onOpen(() => this.goalChanged()),
      options.control.onDiskLevel((level, affected) => {
        const running = options.running();
        if (running !== null && affected.has(running.recordingId)) this.#onDisk(level);
      }),
      options.control.onSilentTracks((recordingId) => {
        if (options.running()?.recordingId === recordingId) options.onOutcome();
      }),
    ];
  }

  /** Of the capture process that holds the recording. */
  get disk(): RecordingDisk {
    return this.#disk;
  }

  /**
   * Whether a teacher's track does not come to capture though it is sent, or nothing at all does (SPEC R10). A pupil's alone is no reason
   * to tell the class that recording has stopped, and whose own line is cut sends nothing.
   */
  get isMissing(): boolean {
    const running = this.#options.running();
    const silent = running === null ? new Set<TrackId>() : this.#options.control.silentTracksOf(running.recordingId);
    if (silent.size === 0) return false;
    const sent = this.#options
      .senders()
      .filter(({ producer, seat }) => !producer.paused && connectionOf(seat) !== null)
      .map(({ producer, seat }) => ({ seat, trackId: this.#options.trackOf(producer.seatId, producer.source) }));
    const missing = sent.filter(({ trackId }) => trackId !== null && silent.has(trackId));
    return (
      missing.some(({ seat }) => isTeacherSeat(seat.kind)) || (missing.length > 0 && missing.length === sent.length)
    );
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  goalChanged(): void {
    this.#isGoalStated = false;
    this.work();
  }

  /** One order at a time; whatever comes up meanwhile is looked at again afterwards. */
  work(): void {
    this.#isWanted = true;
    const running = this.#options.running();
    if (this.#isWorking || running === null || this.#isClosed) return;
    this.#isWorking = true;
    void this.#workOnce(running);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    for (const stop of this.#stopListening) stop();
  }

  /** Room again is not a recording yet: it goes on, and says so, once capture has accepted the goal. */
  #onDisk(level: RecordingDisk): void {
    if (this.#disk === 'full' && level !== 'full') {
      this.goalChanged();
      return;
    }
    this.#disk = level;
    this.#options.onOutcome();
  }

  async #workOnce(running: RunningRecording): Promise<void> {
    // What changes in one turn (a room that is adopted gets its producers one by one) is one goal, never a partial one.
    await Promise.resolve();
    try {
      // The last look and the end of working are one turn: a wish that comes in between would be lost.
      while (this.#isWanted && !this.#isClosed) {
        this.#isWanted = false;
        await this.#stateGoal(running);
        await this.#sendEvents(running);
        await this.#sendEnd(running);
      }
    } catch (error) {
      this.#onRefused(error);
    } finally {
      this.#isWorking = false;
      this.#options.onOutcome();
    }
    // Something has changed while the order was being refused: capture may be back.
    if (this.#isWanted) this.work();
  }

  async #stateGoal(running: RunningRecording): Promise<void> {
    const sfuUrl = this.#options.sfuUrl();
    if (this.#isGoalStated || running.finished || sfuUrl === null) return;
    this.#isGoalStated = true;
    const { lessonId, roomId, title } = this.#options.lesson();
    const { recordingId, startedAtUnixUs } = running;
    const producers = running.endedAtUs === null ? this.#recorded() : [];
    await this.#options.control.setGoal({
      ...{ recordingId, lessonId, roomId, title, startedAtUnixUs, sfuUrl, producers },
      fence: this.#options.fence,
    });
    running.accepted = true;
    this.#disk = this.#options.control.diskLevelOf(recordingId);
    this.#options.onOutcome();
  }

  async #sendEvents(running: RunningRecording): Promise<void> {
    while (running.accepted) {
      const ready = running.unacknowledged.filter((event) => event.n < this.#options.heldFromN());
      if (ready.length === 0) return;
      const events = ready.slice(0, EVENTS_PER_ORDER);
      const upTo = await this.#options.control.appendEvents(running.recordingId, this.#options.fence, events);
      const before = running.unacknowledged.length;
      running.unacknowledged = running.unacknowledged.filter((event) => event.n > upTo);
      this.#options.onSaveNeeded();
      if (running.unacknowledged.length === before)
        throw new AppError('unavailable', { message: 'events were not stored' });
    }
  }

  async #sendEnd(running: RunningRecording): Promise<void> {
    const isHeld = Number.isFinite(this.#options.heldFromN());
    if (running.endedAtUs === null || running.finished || !running.accepted || isHeld) return;
    const { recordingId, endedAtUs, takes } = running;
    const redone = takes === null ? [] : redoneOf(takes, endedAtUs);
    // Before it can be played: nobody ever gets to see a take that was done again.
    if (redone.length > 0) await this.#leaveOut(recordingId, redone);
    await this.#options.control.finish(recordingId, this.#options.fence, endedAtUs);
    running.finished = true;
    this.#options.log.info({ recordingId }, 'recording handed over');
    await this.#options.store.endRecording(recordingId, Math.round((running.startedAtUnixUs + endedAtUs) / 1_000));
    this.#options.onSaveNeeded();
  }

  /** A recording that could not be listed, or is deleted already, is played by nobody: its packets are stored and ended all the same. */
  async #leaveOut(recordingId: RecordingId, ranges: readonly EditionRange[]): Promise<void> {
    await this.#options.store.leaveOut(recordingId, ranges).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === 'notFound')) throw error;
      this.#options.log.warn({ recordingId }, 'nothing is left out of a recording that is not listed');
    });
  }

  #onRefused(error: unknown): void {
    const code = error instanceof AppError ? error.code : 'internal';
    this.#isGoalStated = false;
    if (code === 'staleFence') {
      this.#options.log.warn('recording belongs to another process now');
      return;
    }
    // Capture that is away has not got more room by that.
    if (code === 'storageFull') this.#disk = 'full';
    this.#options.log.warn({ err: error }, 'capture could not be told');
    if (this.#isClosed) return;
    this.#cancelRetry?.();
    this.#cancelRetry = this.#options.clock.after(code === 'storageFull' ? RETRY_WHEN_FULL_MS : RETRY_MS, () => {
      this.#cancelRetry = null;
      this.work();
    });
  }

  #recorded(): RecordedProducer[] {
    return this.#options.senders().flatMap(({ producer, seat }) => {
      const trackId = this.#options.trackOf(producer.seatId, producer.source);
      if (trackId === null) return [];
      const { producerId, seatId, kind, source } = producer;
      const { displayName, schoolName } = seat;
      const who = { seatId, seat: seat.kind, displayName, ...(schoolName === null ? {} : { schoolName }) };
      return [{ producerId, trackId, kind, source, ...who }];
    });
  }
}
