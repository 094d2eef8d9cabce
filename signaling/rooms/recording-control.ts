import { randomUUID } from 'node:crypto';
import type { RecordingEvent } from '../../recorder/contract.ts';
import { AppError } from '../protocol/errors.ts';
import { RecordingId, TrackId, type RequestId, type SeatId } from '../protocol/ids.ts';
import type { RecordedSource } from '../protocol/media.ts';
import type { RecordedTakes, RecordingDisk, RecordingState } from '../protocol/room.ts';
import { RecordingClock } from './recording-clock.ts';
import { CaptureOrders, type CaptureOrdersOptions, type RunningRecording } from './capture-orders.ts';
import type { RoomStore } from './ports.ts';
import type { SavedRecording } from './room-state.ts';
import { lastTakeLost, NO_TAKES, takeRedone, takesAt, takeTurned, type SavedTakes } from './takes.ts';

const MANY_WAITING = 200;

type EventType = RecordingEvent['type'];
type EventData<T extends EventType> = Extract<RecordingEvent, { type: T }>['data'];

export interface RoomRecordingOptions extends Omit<
  CaptureOrdersOptions,
  'running' | 'trackOf' | 'heldFromN' | 'onOutcome' | 'store'
> {
  readonly allowsDownload: boolean;
  readonly store: Pick<RoomStore, 'openRecording' | 'leaveOut' | 'endRecording'>;
  readonly clockOffsetUs: () => Promise<number>;
  /** Rejects when the room has no media node for too long. */
  readonly untilPlaced: () => Promise<void>;
  readonly onStateChanged: (state: RecordingState, takes: RecordedTakes | null) => void;
  readonly onDiskChanged: (level: RecordingDisk) => void;
}

/**
 * What of a room is recorded, and what has happened meanwhile, numbered (SPEC R); `CaptureOrders` tells it to capture. Pause and resume
 * are markers: capture goes on, and what lies between is left out of what is played.
 */
export class RoomRecording {
  readonly #options: RoomRecordingOptions;
  readonly #markers = new Set<RequestId>();
  readonly #orders: CaptureOrders;
  readonly #clock: RecordingClock;
  #running: RunningRecording | null = null;
  #isBeginning = false;
  #shownState: RecordingState = 'off';
  #shownTakes: SavedTakes | null = null;
  #shownDisk: RecordingDisk = 'ok';
  /** Null while the lecturer is connected. */
  #unattendedSinceMs: number | null = null;

  constructor(options: RoomRecordingOptions) {
    this.#options = options;
    this.#clock = new RecordingClock({
      log: options.log,
      running: () => this.#running,
      clockOffsetUs: async () => {
        await options.untilPlaced();
        return await options.clockOffsetUs();
      },
      onSettled: (correctionUs) => this.#onClockSettled(correctionUs),
    });
    this.#orders = new CaptureOrders({
      ...options,
      running: () => this.#running,
      heldFromN: () => this.#clock.heldFromN,
      trackOf: (seatId, source) => this.trackOf(seatId, source),
      onOutcome: () => this.#show(),
    });
  }

  get state(): RecordingState {
    const running = this.#running;
    if (running === null) return this.#isBeginning ? 'starting' : 'off';
    if (running.endedAtUs !== null) return 'off';
    if (this.#orders.disk === 'full') return 'failed';
    if (!running.accepted) return 'starting';
    if (running.paused) return 'paused';
    return this.#orders.isMissing ? 'failed' : 'recording';
  }

  /** Of a micro-lesson whose recording has begun, by the server's clock. */
  get takes(): RecordedTakes | null {
    const running = this.#running;
    return running?.takes ? takesAt(running.takes, running.startedAtUnixUs - running.clockOffsetUs) : null;
  }

  /** Of the capture process that holds the running recording. */
  get disk(): RecordingDisk {
    const running = this.#running;
    return running === null || running.endedAtUs !== null ? 'ok' : this.#orders.disk;
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
    if (this.#running !== null || this.#isBeginning || this.#orders.isClosed) return;
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
    this.#orders.work();
  }

  /** The same seat and source keep their track, until it is to be another one. */
  trackOf(seatId: SeatId, source: RecordedSource, isAnother = false): TrackId | null {
    const [tracks, key] = [this.#running?.tracks, `${seatId}:${source}`];
    if (tracks === undefined) return null;
    if (isAnother) delete tracks[key];
    return (tracks[key] ??= TrackId.parse(randomUUID()));
  }

  goalChanged(): void {
    this.#orders.goalChanged();
  }

  /** The room is on a media node now, which may be another one (SPEC R9). To be called before anything that this changes is noted. */
  handlePlaced(): void {
    void this.#clock.lookAgain();
  }

  /** @throws AppError `conflict` when nothing is being recorded. */
  setPaused(paused: boolean): void {
    const running = this.#requireRunning();
    if (running.paused === paused) return;
    const atUs = this.#nowUs(running);
    if (running.takes !== null) running.takes = takeTurned(running.takes, paused, atUs);
    this.#notePaused(running, paused, atUs);
  }

  /** Whether it ran until now. */
  pauseIfRunning(): boolean {
    const running = this.#running;
    if (running === null || running.paused || running.endedAtUs !== null) return false;
    this.setPaused(true);
    return true;
  }

  resumeIfPaused(): void {
    if (this.#running?.endedAtUs === null) this.setPaused(false);
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
    if (isThere) this.#unattendedSinceMs = null;
    else if (this.#running !== null) this.#unattendedSinceMs ??= this.#options.clock.nowMs();
  }

  /** The room is empty. */
  handleEmptied(): void {
    const running = this.#running;
    if (running === null || running.takes === null || running.paused || running.endedAtUs !== null) return;
    const nowUs = this.#nowUs(running);
    const sinceMs = this.#unattendedSinceMs;
    running.takes = lastTakeLost(running.takes, sinceMs === null ? nowUs : this.#sessionUs(running, sinceMs), nowUs);
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
    this.#orders.work();
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
    this.#unattendedSinceMs = this.#options.clock.nowMs();
    // The process before stamped by its own host's clock.
    void this.#clock.lookAgain();
    this.goalChanged();
  }

  close(): void {
    this.#orders.close();
  }

  #notePaused(running: RunningRecording, paused: boolean, atUs: number): void {
    if (running.paused !== paused) {
      running.paused = paused;
      if (paused) this.note('paused', {}, atUs);
      else this.note('resumed', running.takes === null ? {} : { isTake: true }, atUs);
    }
    this.#show();
  }

  #requireRunning(): RunningRecording {
    const running = this.#running;
    if (running === null || running.endedAtUs !== null)
      throw new AppError('conflict', { message: 'nothing is being recorded' });
    return running;
  }

  #nowUs(running: RunningRecording): number {
    return this.#sessionUs(running, this.#options.clock.nowMs());
  }

  #sessionUs({ clockOffsetUs, startedAtUnixUs }: RunningRecording, atMs: number): number {
    return Math.max(0, atMs * 1_000 + clockOffsetUs - startedAtUnixUs);
  }

  #onClockSettled(correctionUs: number): void {
    const takes = this.#running?.takes ?? null;
    // Pages are told of takes by the server's clock, which is another one now.
    if (correctionUs !== 0 && takes !== null) this.#options.onStateChanged(this.state, this.takes);
    this.#options.onSaveNeeded();
    this.#orders.work();
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
}
