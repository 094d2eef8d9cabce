import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { Fence, RecordingId, TrackId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { RecordingEvent, RecordingGoal } from '../contract.ts';
import type { ReceiveClock } from '../packet-log/receive-clock.ts';
import type { EpochHeader } from '../packet-log/track-log.ts';
import { EventLog, isNoSpace } from './event-log.ts';
import type { MuxQueue } from './mux-queue.ts';
import type { RecordingFile, RecordingState, TrackFacts } from './recording-file.ts';
import { RecordingOutbox } from './recording-outbox.ts';
import { RecordingTracks } from './recording-tracks.ts';
import type { SfuLinks } from './sfu-link.ts';
import type { CaptureTotals, Tap } from './tap.ts';
import { findStrays } from './stray-chunks.ts';
import type { Uploader } from './uploader.ts';

const TICK_MS = 100;
const FLUSH_EVERY_MS = 200;
const SYNC_EVERY_MS = 1_000;
/** Below the 10 s of DESIGN §6.1, since sealing takes a moment too. All tracks roll together, so that the manifest is written once for all. */
const ROLL_EVERY_MS = 9_000;
/** A timer is now and then early. */
const TIMER_SLACK_MS = 20;
/** An answer must leave before the caller's own timeout of 5 s. */
const FINISH_ANSWER_MS = 4_000;
/** Beside the recordings' folders, which do not start with a dot. */
const REFUSED_FOLDER = '.refused';
const STRAYS_RETRY_MS = 2_000;

export interface SessionParts {
  readonly links: SfuLinks;
  readonly clock: ReceiveClock;
  readonly address: string | undefined;
  readonly uploader: Uploader;
  readonly manifests: ManifestStore;
  readonly objects: ObjectStore;
  readonly mux: Pick<MuxQueue, 'wish'>;
  readonly log: Log;
  readonly isDiskFull: () => boolean;
  readonly totals: CaptureTotals;
  readonly onNoSpace: () => void;
  readonly onSilent: (recordingId: RecordingId, trackId: TrackId, isSilent: boolean) => void;
  readonly onStored: (recordingId: RecordingId) => void;
}

/** `dormant`: taken over from an earlier process and waiting to hear whether it goes on. */
type SessionState = 'dormant' | 'capturing' | 'finishing' | 'superseded' | 'closed';

/**
 * One recording in this process: reconciles the taps with the goal, keeps the clock of flushing, syncing and rolling, and brings everything out at the end.
 */
export class RecordingSession {
  readonly recordingId: RecordingId;
  readonly outbox: RecordingOutbox;
  readonly tracks: RecordingTracks;
  /** Resolves when nothing of the recording is left in this process. */
  readonly ended: Promise<void>;
  readonly #parts: SessionParts;
  readonly #file: RecordingFile;
  readonly #events: EventLog;
  readonly #log: Log;
  readonly #stored = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<void>();
  #away = Promise.withResolvers<void>();
  #leftovers: Promise<void> = Promise.resolve();
  #state: SessionState = 'dormant';
  #rolledAtMs = performance.now();
  #flushedAtMs = 0;
  #syncedAtMs = 0;
  readonly #ticker: NodeJS.Timeout;

  constructor(file: RecordingFile, parts: SessionParts, events: { readonly upTo: number; readonly nextN: number }) {
    this.#file = file;
    this.#parts = parts;
    this.recordingId = file.state.goal.recordingId;
    this.ended = this.#gone.promise;
    this.#log = parts.log.child({ recordingId: this.recordingId });
    this.#events = new EventLog({ folder: file.eventsFolder, ...events });
    const { uploader, manifests, clock, links, address } = parts;
    const onSuperseded = (): void => this.#detach(this.#supersede());
    this.outbox = new RecordingOutbox({
      recordingId: this.recordingId,
      goal: () => file.state.goal,
      trackFacts: (header) => this.#trackFacts(header),
      refusedFolder: join(dirname(file.folder), REFUSED_FOLDER),
      uploader,
      manifests,
      log: this.#log,
      nowUnixUs: () => clock.nowUnixUs(),
      onMediaStored: () => this.#detach(parts.mux.wish(this.recordingId, false)),
      onAway: () => this.handleStoreAway(),
      onSuperseded,
    });
    this.tracks = new RecordingTracks({
      file,
      outbox: this.outbox,
      links,
      clock,
      address,
      totals: parts.totals,
      log: this.#log,
      onSilent: (trackId, isSilent) => parts.onSilent(this.recordingId, trackId, isSilent),
      onNoSpace: parts.onNoSpace,
      onSuperseded,
    });
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  get fence(): Fence {
    return this.#file.state.goal.fence;
  }

  get state(): SessionState {
    return this.#state;
  }

  get taps(): readonly Tap[] {
    return this.tracks.taps;
  }

  /** @throws AppError `staleFence`, `gone` (it is finishing), `storageFull` (kept, and followed as soon as there is room). */
  async setGoal(goal: RecordingGoal): Promise<void> {
    this.#refuseStale(goal.fence);
    this.#refuseEnded();
    const before = this.#file.state.goal;
    if (goal.fence > before.fence) this.#events.allowJump();
    await this.#remember((state) => ({ ...state, goal, tracks: withFactsOf(goal, state.tracks) }));
    if (this.#state === 'dormant' || goal.fence !== before.fence || goal.title !== before.title) {
      this.outbox.note({ type: 'goal' });
    }
    this.#state = 'capturing';
    this.follow();
    if (this.#parts.isDiskFull()) throw new AppError('storageFull');
  }

  /** What an earlier process left is still being added: until then nothing of the recording may end. */
  waitFor(leftovers: Promise<void>): void {
    this.#leftovers = leftovers;
  }

  /** Goes on by itself after a restart: signaling may need longer to be back than a gap may be. */
  goOn(): void {
    this.#state = 'capturing';
    this.follow();
  }

  /** Follows the goal, as far as the disk allows. */
  follow(): void {
    if (this.#state !== 'capturing') return;
    if (this.#parts.isDiskFull()) this.tracks.suspend(this.#file.state.goal);
    else this.tracks.reconcile(this.#file.state.goal);
  }

  /** @throws AppError `staleFence`, `gone`, `storageFull`, `unavailable`. */
  async appendEvents(fence: Fence, events: readonly RecordingEvent[]): Promise<number> {
    this.#refuseStale(fence);
    this.#refuseEnded();
    this.tracks.handleEvents(events);
    return this.#events.append(events);
  }

  /** True when everything is in the store; false when the store is away: the rest happens by itself. @throws AppError `staleFence`. */
  async finish(fence: Fence, endedAtUs: number): Promise<boolean> {
    this.#refuseStale(fence);
    if (this.#state === 'capturing' || this.#state === 'dormant') {
      this.#state = 'finishing';
      await this.#remember((state) => ({ ...state, phase: { state: 'finishing', endedAtUs } }));
      this.#detach(this.bringOut(endedAtUs));
    }
    const away = this.#away.promise;
    if (this.#parts.uploader.isAway) this.handleStoreAway();
    const tooLong = sleep(FINISH_ANSWER_MS, undefined, { ref: false });
    return Promise.race([this.#stored.promise.then(() => true), away.then(() => false), tooLong.then(() => false)]);
  }

  /** The end of a recording: everything stored, the manifest `captured`, the muxer asked for the rest, the folder removed. */
  async bringOut(endedAtUs: number): Promise<void> {
    this.#state = 'finishing';
    await this.tracks.close();
    await this.#rollEvents();
    await this.#leftovers;
    await this.outbox.settled();
    if (this.#file.state.isTakenOver) await this.#adoptStrays();
    this.outbox.note({ type: 'captured', endedAtUs });
    await this.outbox.settled();
    if (this.#isOver()) return;
    this.#log.info('recording is stored');
    this.#stored.resolve();
    this.#parts.onStored(this.recordingId);
    await this.#parts.mux.wish(this.recordingId, true);
    await this.#end();
  }

  handleStoreAway(): void {
    this.#away.resolve();
    this.#away = Promise.withResolvers();
  }

  /** Everything that arrived is sealed on disk, for the next process. Idempotent. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearInterval(this.#ticker);
    await this.tracks.close();
    await this.#rollEvents();
    this.outbox.close();
    this.#gone.resolve();
  }

  /** By the clock, not by counting: on a busy machine ticks come late. */
  #tick(): void {
    const nowMs = performance.now() + TIMER_SLACK_MS;
    this.tracks.check();
    if (nowMs - this.#rolledAtMs >= ROLL_EVERY_MS) {
      this.#rolledAtMs = nowMs;
      this.tracks.roll();
      this.#detach(this.#rollEvents());
    } else if (nowMs - this.#flushedAtMs >= FLUSH_EVERY_MS) {
      this.#flushedAtMs = nowMs;
      const isDurable = nowMs - this.#syncedAtMs >= SYNC_EVERY_MS;
      if (isDurable) this.#syncedAtMs = nowMs;
      this.#detach(this.tracks.flush(isDurable));
    }
  }

  async #rollEvents(): Promise<void> {
    const sealed = await this.#events.roll();
    if (sealed === undefined) return;
    await this.#remember((state) => ({ ...state, eventsUpTo: sealed.upTo, nextEventsN: sealed.n + 1 }));
    this.outbox.addEvents(sealed);
  }

  /**
   * A disk that refuses the note must keep nothing from being stored or ended: what it says is known in memory, and after a crash signaling says it again (an event
   * may then come twice).
   */
  async #remember(change: (state: RecordingState) => RecordingState): Promise<void> {
    try {
      await this.#file.update(change);
    } catch (error) {
      this.#log.error({ err: error }, 'the state of a recording cannot be written');
      if (isNoSpace(error)) this.#parts.onNoSpace();
    }
  }

  /** Work that nobody waits for must not end the process, and with it all other recordings. */
  #detach(work: Promise<void>): void {
    work.catch((error: unknown) => this.#log.error({ err: error }, 'work on a recording failed'));
  }

  #refuseStale(fence: Fence): void {
    const isOld = fence < this.fence || (this.#state === 'superseded' && fence === this.fence);
    if (isOld) throw new AppError('staleFence', { details: { highest: this.fence } });
  }

  #refuseEnded(): void {
    if (this.#state === 'capturing' || this.#state === 'dormant') return;
    throw new AppError('gone', { message: 'the recording has ended' });
  }

  /** Another capture has the recording: what was captured here goes out, nothing more is taken. */
  async #supersede(): Promise<void> {
    if (this.#state === 'superseded' || this.#isOver()) return;
    this.#state = 'superseded';
    this.#log.warn({ fence: this.fence }, 'another capture has taken over');
    await this.tracks.leave();
    await this.#rollEvents();
    await this.#leftovers;
    await this.outbox.settled();
    if (!this.#isOver()) await this.#end();
  }

  /** What an earlier owner stored and could not write into the manifest any more. */
  async #adoptStrays(): Promise<void> {
    const { manifests, objects } = this.#parts;
    for (let failures = 0; !this.#isOver(); failures += 1) {
      try {
        const notes = await findStrays(objects, manifests, this.recordingId, (header) => this.#trackFacts(header));
        for (const note of notes) this.outbox.note(note);
        return;
      } catch (error) {
        if (failures === 0) this.#log.warn({ err: error }, 'strays cannot be looked for');
        this.handleStoreAway();
        await sleep(STRAYS_RETRY_MS);
      }
    }
  }

  async #end(): Promise<void> {
    this.#state = 'closed';
    clearInterval(this.#ticker);
    this.outbox.close();
    await this.#file.remove();
    this.#gone.resolve();
  }

  #isOver(): boolean {
    return this.#state === 'closed';
  }

  #trackFacts({ trackId, seatId, kind, source }: EpochHeader): TrackFacts {
    const known = this.#file.state.tracks.find(({ facts }) => facts.trackId === trackId)?.facts;
    return known ?? { trackId, seatId, kind, source, seat: 'unknown', displayName: seatId };
  }
}

export function withFactsOf(
  goal: RecordingGoal,
  tracks: readonly { readonly facts: TrackFacts; readonly epoch: number }[],
): { facts: TrackFacts; epoch: number }[] {
  const all = new Map(tracks.map((track) => [track.facts.trackId, track]));
  for (const { producerId: _producerId, ...facts } of goal.producers) {
    all.set(facts.trackId, { facts, epoch: all.get(facts.trackId)?.epoch ?? 0 });
  }
  return [...all.values()];
}
