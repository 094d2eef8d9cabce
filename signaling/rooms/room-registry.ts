import type { Log } from '../runtime/log.ts';
import { AppError } from '../protocol/errors.ts';
import { LessonId, RoomId } from '../protocol/ids.ts';
import { identityKeyOf, type JoinClaims } from './join-claims.ts';
import { ObservedRooms } from './observed-rooms.ts';
import type {
  Broadcast,
  Claim,
  Clock,
  OpenMedia,
  RecordingControl,
  RoomDirectory,
  RoomLesson,
  RoomStore,
} from './ports.ts';
import { Room } from './room.ts';
import type { Entered, RoomSummary } from './room-options.ts';
import { RoomSaver } from './room-saver.ts';
import type { SeatTokenSigner } from './seat-token.ts';

const SWEEP_EVERY_MS = 10_000;
/** How long a room that was taken over may keep its seats waiting for the media node to be found again. */
const ADOPT_TIMEOUT_MS = 2_000;

export interface RoomRegistryOptions {
  readonly directory: RoomDirectory;
  readonly store: RoomStore;
  readonly openMedia: OpenMedia;
  readonly recordingControl: RecordingControl;
  readonly tokens: SeatTokenSigner;
  readonly broadcastFor: (roomId: RoomId) => Broadcast;
  readonly clock: Clock;
  readonly log: Log;
  /** `ROOM_WEBRTC_MAX`. */
  readonly maxInside: number;
}

interface OpenRoom {
  readonly room: Room;
  readonly saver: RoomSaver;
  readonly claim: Extract<Claim, { kind: 'mine' }>;
}

/** The rooms of this process: opened once each, saved as they change, taken over after a crash, forgotten when done (SPEC T). */
export class RoomRegistry {
  readonly #options: RoomRegistryOptions;
  readonly #opening = new Map<RoomId, Promise<OpenRoom>>();
  readonly #open = new Map<RoomId, OpenRoom>();
  readonly #observed = new ObservedRooms();
  readonly #stopListening: () => void;
  #cancelSweep: (() => void) | null = null;
  #isClosed = false;

  constructor(options: RoomRegistryOptions) {
    this.#options = options;
    this.#stopListening = options.directory.onChange((roomId, change) => {
      if (change === 'forgotten') this.#open.get(roomId)?.saver.changed(true);
      else this.#letGo(roomId);
    });
    this.#sweepLater();
  }

  /**
   * Takes a seat. The claims come from a join token that has been checked and used up.
   *
   * @throws AppError `lessonEnded`, `removedFromRoom`, `roomFull`, `notFound`, `unavailable`, `tooManyRequests` (SPEC J7)
   */
  async enter(claims: JoinClaims): Promise<Entered> {
    const { room } = await this.#getOrOpen(roomIdOf(claims.lessonId));
    const enter = (): Promise<Entered> => room.enter(claims);
    if (claims.seat !== 'observer') return await enter();
    return await this.#observed.enter(identityKeyOf(claims.identity), this.#observedBy(claims), enter);
  }

  /** The room a seat token names, also one that the process before held; null when there is none. @throws AppError `unavailable` */
  async find(roomId: RoomId): Promise<Room | null> {
    try {
      return (await this.#getOrOpen(roomId, { onlySaved: true })).room;
    } catch (error) {
      if (error instanceof AppError && (error.code === 'gone' || error.code === 'lessonEnded')) return null;
      throw error;
    }
  }

  liveRooms(): RoomSummary[] {
    return [...this.#open.values()].filter(({ room }) => !room.isEnded).map(({ room }) => room.summary);
  }

  /** How many are inside; null when no room of the lesson is open here. */
  presentCount(lessonId: LessonId): number | null {
    return this.#open.get(roomIdOf(lessonId))?.room.summary.insideCount ?? null;
  }

  /** Ends a lesson from outside its room, also one that has no room. */
  async endLesson(lessonId: LessonId): Promise<void> {
    const open = this.#open.get(roomIdOf(lessonId));
    if (open === undefined) await this.#options.store.markLessonEnded(lessonId, this.#options.clock.nowMs());
    else open.room.end();
  }

  /** Looks at once instead of with the next sweep. */
  async dropStraySeats(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((roomId) => this.#dropStraySeats(roomId)));
  }

  /** Opens again what the process before held, so that its timers, recordings and seats go on before anybody asks (SPEC T1). */
  async restore(): Promise<void> {
    const roomIds = await this.#options.directory.heldHere();
    const restoreOne = async (roomId: RoomId): Promise<void> => {
      await this.find(roomId).catch((error: unknown) => {
        this.#options.log.error({ err: error, roomId }, 'room could not be taken over');
      });
    };
    await Promise.all(roomIds.map(restoreOne));
  }

  /** Lets go of all rooms as they are, for the next process. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelSweep?.();
    this.#stopListening();
    await Promise.allSettled(this.#opening.values());
    for (const { room, saver } of this.#open.values()) {
      saver.changed(true);
      await saver.flush();
      saver.close();
      room.abandon(null);
    }
    this.#open.clear();
    this.#opening.clear();
  }

  /** Other rooms of this process in which this person has an observer's seat. */
  #observedBy(claims: JoinClaims): number {
    const others = [...this.#open.entries()].filter(([roomId]) => roomId !== roomIdOf(claims.lessonId));
    return others.filter(([, { room }]) => {
      const seat = room.parts.presence.seatOf(claims);
      return seat?.kind === 'observer' && seat.state.phase !== 'gone';
    }).length;
  }

  async #getOrOpen(roomId: RoomId, { onlySaved = false } = {}): Promise<OpenRoom> {
    if (this.#isClosed) throw new AppError('unavailable', { message: 'this process is stopping' });
    const known = this.#opening.get(roomId);
    if (known !== undefined) return await known;
    const opening = this.#openRoom(roomId, onlySaved);
    this.#opening.set(roomId, opening);
    // A failed attempt leaves nothing behind: the next one tries anew.
    opening.catch(() => this.#opening.delete(roomId));
    return await opening;
  }

  async #openRoom(roomId: RoomId, onlySaved: boolean): Promise<OpenRoom> {
    const { directory } = this.#options;
    const claim = await directory.claim(roomId);
    if (claim.kind === 'elsewhere') {
      throw new AppError('unavailable', {
        message: 'another process holds the room',
        details: { home: claim.homePath },
      });
    }
    try {
      if (onlySaved && claim.state === null) throw new AppError('gone', { message: 'no such room' });
      const lesson = await this.#lessonOf(roomId, claim);
      const open = this.#start(roomId, claim, lesson);
      // A seat that comes back before its media is known again would be told to make everything anew.
      if (claim.state !== null) await open.room.mediaKnown(ADOPT_TIMEOUT_MS);
      return open;
    } catch (error) {
      if (claim.state === null) await directory.forget(roomId, claim.fence).catch(() => undefined);
      throw error;
    }
  }

  #start(roomId: RoomId, claim: Extract<Claim, { kind: 'mine' }>, lesson: RoomLesson): OpenRoom {
    const { directory, broadcastFor, clock } = this.#options;
    const log = this.#options.log.child({ roomId });
    const saver: RoomSaver = new RoomSaver({
      clock,
      log,
      write: async () => await directory.save(roomId, claim.fence, room.save()),
      onLost: () => this.#letGo(roomId),
    });
    const room: Room = new Room({
      ...this.#options,
      lesson,
      fence: claim.fence,
      saved: claim.state,
      log,
      broadcast: broadcastFor(roomId),
      onSaveNeeded: (atOnce) => saver.changed(atOnce),
    });
    const open: OpenRoom = { room, saver, claim };
    this.#open.set(roomId, open);
    saver.changed(true);
    log.info({ fence: claim.fence, takenOver: claim.state !== null }, 'room opened');
    return open;
  }

  async #lessonOf(roomId: RoomId, claim: Extract<Claim, { kind: 'mine' }>): Promise<RoomLesson> {
    if (claim.state !== null) return claim.state.lesson;
    const lesson = await this.#options.store.lesson(LessonId.parse(roomId));
    if (lesson.state === 'ended' || lesson.state === 'cancelled') throw new AppError('lessonEnded');
    return lesson;
  }

  #letGo(roomId: RoomId): void {
    const open = this.#open.get(roomId);
    if (open === undefined) return;
    this.#options.log.warn({ roomId }, 'another process has taken the room');
    this.#drop(roomId);
    open.room.abandon('roomGone');
  }

  #drop(roomId: RoomId): void {
    this.#open.get(roomId)?.saver.close();
    this.#open.delete(roomId);
    this.#opening.delete(roomId);
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#options.clock.after(SWEEP_EVERY_MS, () => {
      this.#sweep();
      if (!this.#isClosed) this.#sweepLater();
    });
  }

  async #dropStraySeats(roomId: RoomId): Promise<void> {
    await this.#open
      .get(roomId)
      ?.room.teacherOrders.dropStraySeats()
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error, roomId }, 'phones and screens could not be looked up');
      });
  }

  #sweep(): void {
    for (const [roomId, { room, claim }] of this.#open) {
      room.sweep();
      void this.#dropStraySeats(roomId);
      if (!room.isSettled) continue;
      this.#drop(roomId);
      room.abandon(null);
      this.#options.directory.forget(roomId, claim.fence).catch((error: unknown) => {
        this.#options.log.warn({ err: error, roomId }, 'room could not be forgotten');
      });
    }
  }
}

/** A room has its lesson's id. */
const roomIdOf = (lessonId: LessonId): RoomId => RoomId.parse(lessonId);
