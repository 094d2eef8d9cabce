import type { RtpCapabilities } from 'mediasoup/types';
import { AppError } from '../protocol/errors.ts';
import type { ProducerId, SeatId } from '../protocol/ids.ts';
import type { TransportPair } from '../protocol/media.ts';
import type { CloseReason, RoomSnapshot } from '../protocol/room.ts';
import { closeTools, toolsPresenceChanged } from './class-tools.ts';
import { Doorway } from './doorway.ts';
import { identityKeyOf, type JoinClaims } from './join-claims.ts';
import { LessonLife } from './lesson-life.ts';
import { createMediaReactions } from './media-reactions.ts';
import type { Connection, MediaNode } from './ports.ts';
import type { Entered, RoomOptions, RoomSummary } from './room-options.ts';
import { createRoomParts, type RoomParts } from './room-parts.ts';
import { createRoomReactions } from './room-reactions.ts';
import { insideSnapshot, waitingSnapshot } from './room-snapshot.ts';
import { savedPlaceOf, type Hold, type RoomState } from './room-state.ts';
import { restoreRoom, saveRoom } from './saved-room.ts';
import { connectionOf, hasJoined, isInside, isOtherGuest, type Seat } from './seat.ts';
import { SeatOrders } from './seat-orders.ts';
import { TeacherOrders } from './teacher-orders.ts';

const MEDIA_OPEN_TIMEOUT_MS = 3_000;

/**
 * The rules of one room: who is in, who waits, who may send, what is recorded. Knows its surroundings only through ports. Orders of
 * seats go through `seatOrders` and `teacherOrders` after `authorizeSeat`.
 */
export class Room {
  readonly parts: RoomParts;
  readonly seatOrders: SeatOrders;
  readonly teacherOrders: TeacherOrders;
  readonly #options: RoomOptions;
  readonly #node: MediaNode;
  readonly #door: Doorway;
  readonly #life: LessonLife;
  #activeSpeaker: SeatId | null = null;
  #lastSfuUrl: string | null = null;
  #isClosed = false;

  constructor(options: RoomOptions) {
    const { lesson, saved, clock } = options;
    this.#options = options;
    this.parts = createRoomParts(
      {
        ...options,
        node: () => this.#node,
        sfuUrl: () => (this.#lastSfuUrl = this.#node.place?.sfuUrl ?? this.#lastSfuUrl),
      },
      createRoomReactions({
        parts: () => this.parts,
        broadcast: options.broadcast,
        onSeatExpired: (seat) => this.#door.sendAway(seat, 'left'),
        tellSnapshot: (seat) => this.#tellSnapshot(seat),
        onSaveNeeded: (atOnce) => this.#save(atOnce),
      }),
    );
    const savedHolds = new Map(Object.entries(saved?.holds ?? {}) as [ProducerId, Hold[]][]);
    this.#node = options.openMedia({
      roomId: lesson.facts.roomId,
      fence: options.fence,
      region: lesson.region,
      ...savedPlaceOf(saved),
      listener: createMediaReactions({
        parts: this.parts,
        broadcast: options.broadcast,
        savedHolds,
        onActiveSpeaker: (seatId) => {
          this.#activeSpeaker = seatId;
        },
        onPlaced: () => this.#save(true),
        tellSnapshot: (seat) => this.#tellSnapshot(seat),
      }),
    });
    const node = (): MediaNode => this.#node;
    this.#door = new Doorway({
      parts: this.parts,
      ...options,
      keep: (writing) => this.#keep(writing),
      tellSnapshot: (seat) => this.#tellSnapshot(seat),
      claimTransports: (seat) => this.#keep(this.#node.claimTransports(seat.seatId)),
      onChanged: () => this.#life.attendanceChanged(),
    });
    this.#life = new LessonLife({
      parts: this.parts,
      ...options,
      door: () => this.#door,
      keep: (writing) => this.#keep(writing),
      closeMedia: () => this.#node.close(),
      onSaveNeeded: (atOnce) => this.#save(atOnce),
    });
    const lessonKind = () => lesson.facts.kind;
    this.seatOrders = new SeatOrders({ parts: this.parts, node, nowMs: () => clock.nowMs(), lessonKind });
    this.teacherOrders = this.#teacherOrdersOf(options);
    if (saved !== null) restoreRoom(this.parts, saved, options.log);
    void this.parts.tools.polls.load();
  }

  #teacherOrdersOf({ broadcast, store, clock }: RoomOptions): TeacherOrders {
    return new TeacherOrders({
      parts: this.parts,
      broadcast,
      letIn: (seat) => this.#door.letIn(seat),
      sendAway: (seat, reason) => this.#door.sendAway(seat, reason),
      reviewWaiting: () => this.#door.reviewAll(),
      onAdmitted: (seat) => this.#keep(store.markAdmitted(seat.seatId, clock.nowMs())),
      onKeptOut: (seat) => this.#keep(store.keepOut(seat.seatId)),
      saveNow: () => this.#save(true),
    });
  }

  get isEnded(): boolean {
    return this.#life.isEnded;
  }

  /** Ended, and nothing is left to be told to the recorder: it may be forgotten. */
  get isSettled(): boolean {
    return this.isEnded && this.parts.recording.isSettled;
  }

  get summary(): RoomSummary {
    const { presence, recording } = this.parts;
    return {
      lessonId: this.#options.lesson.facts.lessonId,
      startedAtMs: this.#life.startedAtMs,
      insideCount: presence.inside().filter(hasJoined).length,
      waitingCount: presence.waiting().length,
      hasTeacher: presence.connectedTeachers() > 0,
      isRecording: recording.state === 'recording' || recording.state === 'paused',
    };
  }

  /** Takes the seat for somebody with valid join claims (SPEC J). @throws AppError `lessonEnded`, `removedFromRoom`, `roomFull`, `lobbyFull`. */
  async enter(claims: JoinClaims): Promise<Entered> {
    const seat = await this.#claimSeat(claims);
    if (seat.state.phase === 'gone') this.#door.place(seat);
    else this.parts.presence.release(seat)?.close('seatTakenOver');
    this.#lineGone(seat);
    seat.tokenIssued += 1;
    seat.tokenFloor = seat.tokenIssued;
    this.#save();
    const isIn = isInside(seat);
    const transports = isIn ? await this.#readyTransports(seat) : null;
    return {
      seatId: seat.seatId,
      seatToken: this.#tokenOf(seat),
      phase: isIn ? 'inside' : 'waiting',
      routerRtpCapabilities: this.#node.routerRtpCapabilities,
      transports,
    };
  }

  /**
   * A socket comes for a seat; whoever had it until now is closed with `seatTakenOver`. Tells the next token and the snapshot (SPEC H).
   *
   * @throws AppError `seatTokenInvalid`, `lessonEnded`
   */
  connect(
    claims: { readonly seatId: SeatId; readonly generation: number },
    connection: Connection,
    rtpCapabilities: RtpCapabilities | null,
  ): Seat {
    const seat = this.assertSeatToken(claims);
    seat.tokenFloor = claims.generation;
    seat.tokenIssued = Math.max(seat.tokenIssued, claims.generation) + 1;
    this.parts.presence.connect(seat, connection)?.close('seatTakenOver');
    this.parts.halfDuplex.setTalking(seat.seatId, false);
    if (rtpCapabilities !== null) this.parts.media.setCapabilities(seat.seatId, rtpCapabilities);
    connection.tell('seatToken', { seatToken: this.#tokenOf(seat) });
    this.#life.teachersChanged();
    this.#door.review(seat);
    if (isInside(seat)) this.#door.arrive(seat, connection);
    this.#life.attendanceChanged();
    this.#tellSnapshot(seat);
    return seat;
  }

  /** Whether the token still opens a seat. @throws AppError `seatTokenInvalid`, `lessonEnded` */
  assertSeatToken(claims: { readonly seatId: SeatId; readonly generation: number }): Seat {
    if (this.isEnded) throw new AppError('lessonEnded');
    const seat = this.parts.presence.find(claims.seatId);
    if (seat === null || claims.generation < seat.tokenFloor) throw new AppError('seatTokenInvalid');
    return seat;
  }

  disconnect(seatId: SeatId, connectionId: string): void {
    const seat = this.parts.presence.find(seatId);
    if (seat === null || !this.parts.presence.disconnect(seat, connectionId)) return;
    this.#lineGone(seat);
    this.#save();
  }

  leave(seat: Seat): void {
    this.#door.sendAway(seat, 'left');
  }

  async snapshotOf(seat: Seat): Promise<RoomSnapshot> {
    const consumers = isInside(seat) ? await this.parts.media.readyMade(seat.seatId) : [];
    const lesson = this.#options.lesson.facts;
    if (seat.state.phase === 'waiting') return waitingSnapshot(seat, seat.state, lesson);
    const nowMs = this.#options.clock.nowMs();
    const startedAtMs = this.#life.startedAtMs ?? nowMs;
    return insideSnapshot(seat, this.parts, {
      lesson,
      startedAtMs,
      nowMs,
      consumers,
      activeSpeaker: this.#activeSpeaker,
    });
  }

  /** Ends the lesson for everybody. Idempotent (SPEC E3). */
  end(): void {
    this.#life.end();
  }

  /** Called now and then: ends a lesson that everybody has left long after the bell. */
  sweep(): void {
    this.#life.sweep();
  }

  save(): RoomState {
    return saveRoom(this.parts, this.#life, this.#options.lesson, this.#node);
  }

  /** Lets go of the room without ending it: another process has it, or this one stops. Idempotent. */
  abandon(reason: CloseReason | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { presence, safeMode, participants, recording, groups, tools } = this.parts;
    if (reason !== null) for (const seat of presence.present()) connectionOf(seat)?.close(reason);
    presence.close();
    safeMode.close();
    participants.close();
    recording.close();
    groups.stop();
    closeTools(tools);
    this.#node.abandon();
  }

  async #claimSeat(joining: JoinClaims): Promise<Seat> {
    const { presence, lobby, tools } = this.parts;
    this.#assertOpenTo(joining);
    const known = presence.seatOf(joining);
    const isRenamed = known !== null && isOtherGuest(known, joining);
    const wanted = tools.lead.claimsOf(joining);
    if (known !== null && known.kind === wanted.seat && !isRenamed) return presence.claim(wanted, known.seatId);
    const { seatId, isAdmitted } = await this.#options.store.claimSeat(wanted, this.#options.clock.nowMs());
    // The lesson may have been handed over, or the seat been removed, while it was written.
    this.#assertOpenTo(joining);
    if (isRenamed) lobby.forgetAdmission(known);
    if (known !== null && known.state.phase !== 'gone') this.#door.sendAway(known, 'seatTakenOver');
    const seat = presence.claim(tools.lead.claimsOf(joining), seatId);
    if (isAdmitted) lobby.admit(seat);
    return seat;
  }

  #assertOpenTo({ identity }: JoinClaims): void {
    if (this.isEnded) throw new AppError('lessonEnded');
    if (this.#isClosed) throw new AppError('unavailable', { message: 'the room has moved' });
    this.parts.lobby.assertNotKeptOut(identityKeyOf(identity));
  }

  /** It has no connection for the moment. */
  #lineGone({ seatId }: Seat): void {
    this.parts.halfDuplex.setTalking(seatId, false);
    this.parts.participants.touch();
    toolsPresenceChanged(this.parts.tools);
    this.#life.teachersChanged();
  }

  /** Resolves when the room is (again) on a media node, or at the latest after the timeout. */
  async mediaKnown(timeoutMs: number): Promise<void> {
    await this.#node.opened(timeoutMs).catch(() => {
      this.#options.log.warn({ timeoutMs }, 'room taken over without its media');
    });
  }

  async #readyTransports(seat: Seat): Promise<TransportPair | null> {
    try {
      await this.#node.opened(MEDIA_OPEN_TIMEOUT_MS);
      return await this.parts.media.createTransports(seat.seatId, this.parts.sending.maySendAnything(seat), false);
    } catch (error) {
      // The page asks for them when its snapshot says that it needs them.
      this.#options.log.warn({ err: error, seatId: seat.seatId }, 'no ready-made transports');
      return null;
    }
  }

  #tokenOf(seat: Seat): string {
    const { roomId } = this.#options.lesson.facts;
    return this.#options.tokens.sign({ roomId, seatId: seat.seatId, generation: seat.tokenIssued });
  }

  #tellSnapshot(seat: Seat): void {
    const connection = connectionOf(seat);
    if (connection === null) return;
    this.snapshotOf(seat)
      .then((snapshot) => {
        if (connectionOf(seat) === connection) connection.tell('snapshot', snapshot);
      })
      .catch((error: unknown) => this.#options.log.error({ err: error, seatId: seat.seatId }, 'no snapshot'));
  }

  /** A write that nobody waits for. */
  #keep(writing: Promise<void>): void {
    writing.catch((error: unknown) => this.#options.log.error({ err: error }, 'room record could not be kept'));
  }

  #save(atOnce = false): void {
    if (!this.#isClosed) this.#options.onSaveNeeded(atOnce);
  }
}
