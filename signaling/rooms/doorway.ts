import { AppError } from '../protocol/errors.ts';
import type { CloseReason } from '../protocol/room.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { Broadcast, Clock, Connection, RoomLesson, RoomStore } from './ports.ts';
import { noteJoined } from './recording-notes.ts';
import type { RoomParts } from './room-parts.ts';
import { waitingList } from './room-snapshot.ts';
import { connectionOf, hasJoined, type Seat } from './seat.ts';

/** Both parents of a large class fit on one link; a script that makes up names does not fill the teacher's list (SPEC L9). */
const WAITING_PER_INVITATION = 100;

export interface DoorwayOptions {
  readonly parts: RoomParts;
  readonly lesson: RoomLesson;
  readonly clock: Clock;
  readonly broadcast: Broadcast;
  readonly store: Pick<RoomStore, 'recordJoin' | 'recordLeave'>;
  readonly maxInside: number;
  /** A write that may fail without anybody waiting for it. */
  readonly keep: (writing: Promise<void>) => void;
  readonly tellSnapshot: (seat: Seat) => void;
  readonly claimTransports: (seat: Seat) => void;
  /** Somebody has come or gone. */
  readonly onChanged: () => void;
}

/** How a seat comes in, waits, and goes (SPEC L, S). */
export class Doorway {
  readonly #options: DoorwayOptions;
  readonly #parts: RoomParts;

  constructor(options: DoorwayOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  /** A seat that was gone comes back or comes first. @throws AppError `roomFull`, `lobbyFull` */
  place(seat: Seat): void {
    const cause = this.#parts.lobby.causeToWait(seat);
    if (cause !== 'lobby') this.#assertRoomFor(seat);
    else this.#assertMayWait(seat);
    if (cause === null) {
      this.#parts.presence.letIn(seat);
    } else {
      this.#parts.presence.wait(seat, cause);
      this.#tellWaiting();
    }
  }

  /** @throws AppError `roomFull` */
  letIn(seat: Seat): void {
    if (seat.state.phase !== 'waiting') return;
    this.#assertRoomFor(seat);
    this.#parts.presence.letIn(seat);
    this.#tellWaiting();
    this.#options.onChanged();
    const connection = connectionOf(seat);
    if (connection === null) return;
    this.arrive(seat, connection);
    this.#options.tellSnapshot(seat);
  }

  /** What a seat waits for may have come, or something else may be in its way now. */
  review(seat: Seat): void {
    if (seat.state.phase !== 'waiting') return;
    const cause = this.#parts.lobby.causeToWait(seat);
    if (cause === null) {
      this.#letInIfRoom(seat);
    } else if (cause !== seat.state.cause) {
      this.#parts.presence.wait(seat, cause);
      this.#tellWaiting();
      this.#options.tellSnapshot(seat);
    }
  }

  reviewAll(): void {
    for (const seat of this.#parts.presence.waiting()) this.review(seat);
  }

  /** Inside and connected: from now on it hears and is seen. */
  arrive(seat: Seat, connection: Connection): void {
    const { groups, media, participants, presence, roll, stage } = this.#parts;
    connection.enterRoom({ teachers: isTeacherSeat(seat.kind) });
    if (!media.needsTransports(seat.seatId)) this.#options.claimTransports(seat);
    participants.touch();
    if (!presence.markJoined(seat)) return;
    const nowMs = this.#options.clock.nowMs();
    const { lessonId, kind } = this.#options.lesson.facts;
    roll.joined(seat, nowMs);
    this.#options.keep(this.#options.store.recordJoin(lessonId, seat.seatId, nowMs));
    noteJoined(this.#parts, seat);
    groups.arrived(seat);
    const isFamily = seat.kind === 'guardian' || seat.kind === 'guest';
    if (kind === 'meeting' && isFamily && stage.hasRoom) stage.enter(seat.seatId);
  }

  sendAway(seat: Seat, reason: CloseReason): void {
    const { presence, groups, hands, halfDuplex, stage, layout, media, participants } = this.#parts;
    const connection = connectionOf(seat);
    const hadJoined = hasJoined(seat);
    const wasWaiting = seat.state.phase === 'waiting';
    presence.remove(seat);
    hands.lower(seat.seatId);
    halfDuplex.setTalking(seat.seatId, false);
    stage.leave(seat.seatId);
    layout.seatGone(seat.seatId);
    if (!wasWaiting) media.removeSeat(seat.seatId);
    groups.gone(seat.seatId);
    if (hadJoined) this.#noteLeft(seat);
    connection?.close(reason);
    if (hadJoined) participants.left(seat.seatId);
    if (wasWaiting) this.#tellWaiting();
    this.#options.onChanged();
  }

  #noteLeft(seat: Seat): void {
    const { lessonId } = this.#options.lesson.facts;
    this.#parts.roll.left(seat);
    this.#parts.recording.note('left', { seatId: seat.seatId });
    this.#options.keep(this.#options.store.recordLeave(lessonId, seat.seatId, this.#options.clock.nowMs()));
  }

  #letInIfRoom(seat: Seat): void {
    try {
      this.letIn(seat);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'roomFull')) throw error;
    }
  }

  #assertRoomFor(seat: Seat): void {
    if (isTeacherSeat(seat.kind)) return;
    const taken = this.#parts.presence.inside().filter((other) => !isTeacherSeat(other.kind)).length;
    if (taken >= this.#options.maxInside) throw new AppError('roomFull');
  }

  #assertMayWait({ invitationId }: Seat): void {
    if (invitationId === null) return;
    const others = this.#parts.presence.waiting().filter((other) => other.invitationId === invitationId);
    if (others.length >= WAITING_PER_INVITATION) throw new AppError('lobbyFull');
  }

  #tellWaiting(): void {
    this.#options.broadcast.toTeachers('waitingChanged', { waiting: waitingList(this.#parts) });
  }
}
