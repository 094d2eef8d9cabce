import { randomUUID } from 'node:crypto';
import type { RecordedProducer, RecordingEvent } from '../../recorder/contract.ts';
import type { Log } from '../runtime/log.ts';
import type { EditionRange } from '../protocol/edition.ts';
import { AppError } from '../protocol/errors.ts';
import { RecordingId, TrackId, type Fence, type RequestId, type SeatId } from '../protocol/ids.ts';
import type { ProducerInfo, Source } from '../protocol/media.ts';
import type { LessonFacts, RecordedTakes, RecordingDisk, RecordingState } from '../protocol/room.ts';
import type { Clock, RecordingControl, RoomStore } from './ports.ts';
import type { SavedRecording } from './room-state.ts';
import type { Seat } from './seat.ts';
import { lastTakeLost, NO_TAKES, redoneOf, takeRedone, takesAt, takeTurned, type SavedTakes } from './takes.ts';

const RETRY_MS = 1_000;
const RETRY_WHEN_FULL_MS = 10_000;
/** As many as one order may carry. */
const EVENTS_PER_ORDER = 1_000;
const MANY_WAITING = 200;

type EventType = RecordingEvent['type'];
type EventData<T extends EventType> = Extract<RecordingEvent, { type: T }>['data'];

export interface RoomRecordingOptions {
  readonly lesson: () => LessonFacts;
  readonly allowsDownload: boolean;
  readonly fence: Fence;
  readonly clock: Clock;
  readonly log: Log;
  readonly control: RecordingControl;
  readonly store: Pick<RoomStore, 'openRecording' | 'leaveOut' | 'endRecording'>;
  /** Everything that is sent into the room, and by whom. */
  readonly senders: () => readonly { readonly producer: ProducerInfo; readonly seat: Seat }[];
  readonly sfuUrl: () => string | null;
  readonly clockOffsetUs: () => Promise<number>;
  readonly onStateChanged: (state: RecordingState, takes: RecordedTakes | null) => void;
  readonly onDiskChanged: (level: RecordingDisk) => void;
  /** Something that must survive this process has changed. */
  readonly onSaveNeeded: () => void;
}

interface Running extends Omit<SavedRecording, 'fence' | 'unacknowledged'> {
  unacknowledged: RecordingEvent[];
}

/**
 * States to capture what is to be recorded and numbers what happens, and keeps at it until capture has confirmed (SPEC R). Pause and
 * resume are markers: capture goes on, and what lies between is left out of what is played.
 */
export class RoomRecording {
  readonly #options: RoomRecordingOptions;
  readonly #markers = new Set<RequestId>();
  readonly #stopListening: (() => void)[];
  #running: Running | null = null;
  #isBeginning = false;
  #isGoalStated = false;
  #disk: RecordingDisk = 'ok';
  #isWorking = false;
  #isWanted = false;
  #isClosed = false;
  #cancelRetry: (() => void) | null = null;
  #shownState: RecordingState = 'off';
  #shownTakes: SavedTakes | null = null;
  #shownDisk: RecordingDisk = 'ok';
  /** In session time; null while the lecturer is connected. */
  #unattendedSinceUs: number | null = null;

  constructor(options: RoomRecordingOptions) {
    this.#options = options;
    this.#stopListening = [
      options.control.onOpen(() => this.goalChanged()),
      options.control.onDiskLevel((level, affected) => {
        if (this.#running !== null && affected.has(this.#running.recordingId)) this.#onDisk(level);
      }),
    ];
  }

  get state(): RecordingState {
    const running = this.#running;
    if (running === null) return this.#isBeginning ? 'starting' : 'off';
    if (running.endedAtUs !== null) return 'off';
    if (this.#disk === 'full') return 'failed';
    if (!running.accepted) return 'starting';
    return running.paused ? 'paused' : 'recording';
  }

  /** Of a micro-lesson whose recording has begun, by the server's clock. */
  get takes(): RecordedTakes | null {
    const running = this.#running;
    return running?.takes ? takesAt(running.takes, running.startedAtUnixUs - running.clockOffsetUs) : null;
  }

  /** Of the capture process that holds the running recording. */
  get disk(): RecordingDisk {
    const running = this.#running;
    return running === null || running.endedAtUs !== null ? 'ok' : this.#disk;
  }

  /** So much waits for capture that what can wait elsewhere does. */
  get isBehind(): boolean {
    return (this.#running?.unacknowledged.length ?? 0) >= MANY_WAITING;
  }

  /** Whether nothing is left to be told to capture. */
  get isSettled(): boolean {
    return !this.#isBeginning && (this.#running === null || this.#running.finished);
  }

  /**
   * `describe` writes down what is so at this moment. A micro-lesson begins paused: capture runs before the first word. Idempotent.
   *
   * @throws AppError `conflict` when the lesson is not recorded.
   */
  async begin(describe: () => void): Promise<void> {
    const { isRecorded, origin } = this.#options.lesson();
    if (!isRecorded) throw new AppError('conflict', { message: 'this lesson is not recorded' });
    if (this.#running !== null || this.#isBeginning || this.#isClosed) return;
    this.#isBeginning = true;
    this.#show();
    const clockOffsetUs = await this.#options.clockOffsetUs().catch(() => 0);
    const nowMs = this.#options.clock.nowMs();
    this.#running = {
      recordingId: RecordingId.parse(randomUUID()),
      startedAtUnixUs: nowMs * 1_000 + clockOffsetUs,
      clockOffsetUs,
      paused: origin === 'micro',
      takes: origin === 'micro' ? NO_TAKES : null,
      accepted: false,
      nextN: 0,
      unacknowledged: [],
      tracks: {},
      endedAtUs: null,
      finished: false,
    };
    this.#isBeginning = false;
    const { recordingId } = this.#running;
    this.#options.log.info({ recordingId }, 'recording begins');
    this.#options.store
      .openRecording({
        recordingId,
        lessonId: this.#options.lesson().lessonId,
        title: this.#options.lesson().title,
        startedAtUnixUs: this.#running.startedAtUnixUs,
        allowsDownload: this.#options.allowsDownload,
      })
      .catch((error: unknown) => this.#options.log.error({ err: error, recordingId }, 'recording could not be listed'));
    if (this.#running.paused) this.note('paused', {}, 0);
    describe();
    this.#options.onSaveNeeded();
    this.goalChanged();
  }

  /** Writes down what has happened, now or at an instant of session time; nothing while there is no recording. */
  note<T extends EventType>(type: T, data: EventData<T>, atUs?: number): void {
    const running = this.#running;
    if (running === null || running.endedAtUs !== null) return;
    // The compiler does not tie `type` to `data` inside a generic body; the signature does.
    const event = { n: running.nextN, atUs: atUs ?? this.#nowUs(running), type, data } as unknown as RecordingEvent;
    running.nextN += 1;
    running.unacknowledged.push(event);
    this.#options.onSaveNeeded();
    this.#work();
  }

  /** The same seat and source keep their track. */
  trackOf(seatId: SeatId, source: Source): TrackId | null {
    const running = this.#running;
    if (running === null) return null;
    const key = `${seatId}:${source}`;
    return (running.tracks[key] ??= TrackId.parse(randomUUID()));
  }

  goalChanged(): void {
    this.#isGoalStated = false;
    this.#work();
  }

  /** @throws AppError `conflict` when nothing is being recorded. */
  setPaused(paused: boolean): void {
    const running = this.#requireRunning();
    if (running.paused === paused) return;
    const atUs = this.#nowUs(running);
    if (running.takes !== null) running.takes = takeTurned(running.takes, paused, atUs);
    this.#notePaused(running, paused, atUs);
  }

  /** The last take is left out of what is played, and what follows is not recorded until the next one begins. @throws AppError `conflict` without one. */
  redoTake(): void {
    const running = this.#requireRunning();
    const atUs = this.#nowUs(running);
    const { takes, fromUs } = takeRedone(running.takes, atUs);
    running.takes = takes;
    this.note('retaken', { fromUs }, atUs);
    this.#notePaused(running, true, atUs);
  }

  /** Whether the lecturer is there: a micro-lesson is not recorded while nobody is (SPEC W5). */
  handleAttendance(isThere: boolean): void {
    const running = this.#running;
    if (isThere) this.#unattendedSinceUs = null;
    else if (running !== null) this.#unattendedSinceUs ??= this.#nowUs(running);
  }

  /** The room is empty. */
  handleEmptied(): void {
    const running = this.#running;
    if (running === null || running.takes === null || running.paused || running.endedAtUs !== null) return;
    const nowUs = this.#nowUs(running);
    running.takes = lastTakeLost(running.takes, this.#unattendedSinceUs ?? nowUs, nowUs);
    this.#notePaused(running, true, nowUs);
  }

  /** Idempotent by `requestId`. @throws AppError `conflict` when nothing is being recorded. */
  addMarker(requestId: RequestId, title: string): void {
    this.#requireRunning();
    if (this.#markers.has(requestId)) return;
    this.#markers.add(requestId);
    this.note('marker', { title });
  }

  /** The lesson has ended. Idempotent. */
  finish(): void {
    const running = this.#running;
    if (running === null || running.endedAtUs !== null) return;
    running.endedAtUs = this.#nowUs(running);
    this.#options.onSaveNeeded();
    this.#show();
    this.#work();
  }

  save(): SavedRecording | null {
    return this.#running === null ? null : { ...this.#running, fence: this.#options.fence };
  }

  restore(saved: SavedRecording): void {
    const { fence: _fence, ...running } = saved;
    this.#running = running;
    this.#shownState = this.state;
    this.#shownTakes = running.takes;
    // Whoever was there has been cut off by the loss of the process before.
    this.#unattendedSinceUs = this.#nowUs(running);
    this.goalChanged();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    for (const stop of this.#stopListening) stop();
  }

  #notePaused(running: Running, paused: boolean, atUs: number): void {
    if (running.paused !== paused) {
      running.paused = paused;
      if (paused) this.note('paused', {}, atUs);
      else this.note('resumed', running.takes === null ? {} : { isTake: true }, atUs);
    }
    this.#show();
  }

  #requireRunning(): Running {
    const running = this.#running;
    if (running === null || running.endedAtUs !== null)
      throw new AppError('conflict', { message: 'nothing is being recorded' });
    return running;
  }

  #nowUs(running: Running): number {
    return Math.max(0, this.#options.clock.nowMs() * 1_000 + running.clockOffsetUs - running.startedAtUnixUs);
  }

  /** Room again is not a recording yet: it goes on, and says so, once capture has accepted the goal. */
  #onDisk(level: RecordingDisk): void {
    if (this.#disk === 'full' && level !== 'full') {
      this.goalChanged();
      return;
    }
    this.#disk = level;
    this.#show();
  }

  #show(): void {
    const { state, disk } = this;
    const takes = this.#running?.takes ?? null;
    if (state !== this.#shownState || takes !== this.#shownTakes) {
      this.#shownState = state;
      this.#shownTakes = takes;
      this.#options.onStateChanged(state, this.takes);
    }
    if (disk === this.#shownDisk) return;
    this.#shownDisk = disk;
    this.#options.onDiskChanged(disk);
  }

  /** One order at a time; whatever comes up meanwhile is looked at again afterwards. */
  #work(): void {
    this.#isWanted = true;
    if (this.#isWorking || this.#running === null || this.#isClosed) return;
    this.#isWorking = true;
    void this.#workOnce(this.#running);
  }

  async #workOnce(running: Running): Promise<void> {
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
      this.#show();
    }
    // Something has changed while the order was being refused: capture may be back.
    if (this.#isWanted) this.#work();
  }

  async #stateGoal(running: Running): Promise<void> {
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
    this.#show();
  }

  async #sendEvents(running: Running): Promise<void> {
    while (running.accepted && running.unacknowledged.length > 0) {
      const events = running.unacknowledged.slice(0, EVENTS_PER_ORDER);
      const upTo = await this.#options.control.appendEvents(running.recordingId, this.#options.fence, events);
      const before = running.unacknowledged.length;
      running.unacknowledged = running.unacknowledged.filter((event) => event.n > upTo);
      this.#options.onSaveNeeded();
      if (running.unacknowledged.length === before)
        throw new AppError('unavailable', { message: 'events were not stored' });
    }
  }

  async #sendEnd(running: Running): Promise<void> {
    if (running.endedAtUs === null || running.finished || !running.accepted) return;
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
      this.#work();
    });
  }

  #recorded(): RecordedProducer[] {
    return this.#options.senders().flatMap(({ producer, seat }) => {
      const trackId = this.trackOf(producer.seatId, producer.source);
      if (trackId === null) return [];
      const { producerId, seatId, kind, source } = producer;
      const { displayName, schoolName } = seat;
      const who = { seatId, seat: seat.kind, displayName, ...(schoolName === null ? {} : { schoolName }) };
      return [{ producerId, trackId, kind, source, ...who }];
    });
  }
}
