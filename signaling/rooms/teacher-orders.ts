import { AppError } from '../protocol/errors.ts';
import type { RequestId, SeatId } from '../protocol/ids.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { LayoutState } from './layout.ts';
import type { Broadcast } from './ports.ts';
import { noteEverything } from './recording-notes.ts';
import type { RoomParts } from './room-parts.ts';
import { connectionOf, isInside, type Seat } from './seat.ts';
import { isVoiceOf } from './sending-rules.ts';

export interface TeacherOrdersOptions {
  readonly parts: RoomParts;
  readonly broadcast: Broadcast;
  /** Lets a waiting seat in. @throws AppError `roomFull` */
  readonly letIn: (seat: Seat) => void;
  readonly sendAway: (seat: Seat, reason: 'removed' | 'denied') => void;
  /** Looks again at everybody who waits. */
  readonly reviewWaiting: () => void;
  readonly onAdmitted: (seat: Seat) => void;
  readonly onKeptOut: (seat: Seat) => void;
  /** Saved at once: losing it in a crash would undo a teacher's word. */
  readonly saveNow: () => void;
}

/** What teachers do with others. That the asking seat is permitted has been checked (`needs`). */
export class TeacherOrders {
  readonly #options: TeacherOrdersOptions;
  readonly #parts: RoomParts;

  constructor(options: TeacherOrdersOptions) {
    this.#options = options;
    this.#parts = options.parts;
  }

  /** @throws AppError `notFound`, `forbidden` (nothing to call up), `stageFull` (SPEC G1). */
  inviteToStage(seatId: SeatId): void {
    const { presence, stage, media, tools } = this.#parts;
    const seat = presence.requireInside(seatId);
    if (isTeacherSeat(seat.kind) || seat.kind === 'observer') {
      throw new AppError('forbidden', { message: 'this seat never comes on stage' });
    }
    if (seat.kind !== 'site') {
      stage.invite(seatId);
      return;
    }
    for (const producer of media.producers.ofSeat(seatId))
      media.producers.setHold(producer.producerId, 'teacher', false);
    tools.sound.lift(seatId);
    stage.enter(seatId);
  }

  /** Whoever has none has been answered already. @throws AppError `notFound` */
  lowerHand(seatId: SeatId): void {
    this.#parts.presence.requireInside(seatId);
    this.#parts.hands.lower(seatId);
    this.#parts.participants.touch();
  }

  removeFromStage(seatId: SeatId): void {
    this.#parts.presence.requireInside(seatId);
    this.#parts.stage.leave(seatId);
  }

  muteSeat(seatId: SeatId): void {
    this.#mute(this.#parts.presence.requireInside(seatId));
  }

  /** What its owner has shut stays shut. @throws AppError `notFound` */
  openMicrophone(seatId: SeatId): void {
    const { presence, media, tools } = this.#parts;
    const seat = presence.requireInside(seatId);
    for (const producer of media.producers.ofSeat(seatId))
      if (isVoiceOf(seat, producer.source)) media.producers.setHold(producer.producerId, 'teacher', false);
    tools.sound.lift(seatId);
    tools.rules.open(seatId);
  }

  /** Nobody gives a voice back who does not hear it: one that was moved elsewhere meanwhile stays as it is (SPEC Z2, N3). @throws AppError `notFound`, `forbidden` */
  reportEcho(by: Seat, seatId: SeatId): void {
    const { groups, presence, tools } = this.#parts;
    presence.requireInside(seatId);
    if (groups.areTogether(by.seatId, seatId)) tools.sound.handleEcho(seatId);
  }

  /** While teachers alone open microphones this is how one does (SPEC Z3, O4). @throws AppError `notFound` */
  letEchoGo(seatId: SeatId): void {
    const { presence, sending, tools } = this.#parts;
    const seat = presence.requireInside(seatId);
    const opens = tools.sound.isMuted(seatId) && sending.isShutByRules(seat);
    tools.sound.letGo(seatId);
    if (opens) tools.rules.open(seatId);
  }

  /** All whom the teacher hears: while groups run, nobody in another one. */
  muteAll(by: Seat): void {
    const { groups, presence } = this.#parts;
    for (const seat of presence.inside())
      if (!isTeacherSeat(seat.kind) && groups.areTogether(by.seatId, seat.seatId)) this.#mute(seat);
  }

  /** The hands of that group were calls to the teacher. @throws AppError `conflict`, `invalidInput` */
  visitGroup(by: Seat, group: number | null): void {
    const { groups, hands } = this.#parts;
    groups.visit(by, group);
    if (group === null) return;
    for (const { seatId } of hands.list()) if (groups.memberOf(seatId) === group) hands.lower(seatId);
  }

  /** Resolves once it is in the class's chat for good. @throws AppError `conflict` when no groups run. */
  async tellGroups(by: Seat, requestId: RequestId, text: string): Promise<void> {
    const { chat, groups, tools } = this.#parts;
    groups.assertRunning();
    await tools.words.assertAllowed(text);
    groups.assertRunning();
    const before = chat.sent(by, requestId);
    const { displayName, sentAtMs } = await (before ?? chat.send(by, requestId, text));
    if (before === null) this.#options.broadcast.toInside('groupsTold', { displayName, text, sentAtMs });
  }

  /** @throws AppError `notFound`, `forbidden` for oneself, the lecturer and the lecturer of the timetable (SPEC S8). */
  removeSeat(by: Seat, seatId: SeatId, keepOut: boolean): void {
    const seat = this.#parts.presence.find(seatId);
    if (seat === null) throw new AppError('notFound', { message: 'no such seat' });
    if (seat === by || seat.kind === 'lecturer' || seat.leadsByTimetable)
      throw new AppError('forbidden', { message: 'this seat cannot be removed' });
    if (keepOut) {
      this.#parts.lobby.keepOut(seat);
      this.#options.onKeptOut(seat);
    } else {
      this.#parts.lobby.forgetAdmission(seat);
    }
    this.#parts.tools.lead.dismiss(seat);
    this.#options.sendAway(seat, 'removed');
    this.#options.saveNow();
  }

  /** Phones of classrooms that are paired no more, and screens that are enrolled no more, lose their seats (SPEC F5). */
  async dropStraySeats(): Promise<void> {
    for (const seat of await this.#parts.tools.sites.straySeats()) {
      if (seat.state.phase === 'gone') continue;
      this.#options.sendAway(seat, 'removed');
      this.#parts.tools.lead.dismiss(seat);
      this.#options.saveNow();
    }
  }

  setLocked(locked: boolean): void {
    if (this.#parts.lobby.isLocked === locked) return;
    this.#parts.lobby.setLocked(locked);
    this.#options.broadcast.toInside('lockChanged', { locked });
    this.#options.reviewWaiting();
    this.#options.saveNow();
  }

  /** @throws AppError `notFound`, `roomFull` */
  admit(seatId: SeatId): void {
    const seat = this.#parts.presence.find(seatId);
    // Two teachers may press at the same moment.
    if (seat !== null && isInside(seat)) return;
    this.#admit(this.#parts.presence.requireWaiting(seatId));
    this.#options.saveNow();
  }

  /** @throws AppError `roomFull` when not everybody found room; the others are in. */
  admitAll(): void {
    for (const seat of this.#parts.presence.waiting()) {
      if (seat.state.phase === 'waiting' && seat.state.cause !== 'teacher') this.#admit(seat);
    }
    this.#options.saveNow();
  }

  deny(seatId: SeatId): void {
    this.#options.sendAway(this.#parts.presence.requireWaiting(seatId), 'denied');
  }

  /** @throws AppError `notFound` when the pinned seat is not inside. */
  setLayout(state: LayoutState): void {
    if (state.pinnedSeatId !== null) this.#parts.presence.requireInside(state.pinnedSeatId);
    this.#parts.layout.set(state);
  }

  /** @throws AppError `conflict` when the lesson is not recorded. */
  async startRecording(): Promise<void> {
    await this.#parts.recording.begin(() => noteEverything(this.#parts));
    this.#options.saveNow();
  }

  redoTake(): void {
    this.#parts.recording.redoTake();
    this.#options.saveNow();
  }

  setRecordingPaused(paused: boolean): void {
    this.#parts.recording.setPaused(paused);
    this.#parts.groups.recordingSetByHand();
  }

  addMarker(requestId: RequestId, title: string): void {
    this.#parts.recording.addMarker(requestId, title);
  }

  #admit(seat: Seat): void {
    this.#options.letIn(seat);
    this.#parts.lobby.admit(seat);
    this.#options.onAdmitted(seat);
  }

  #mute(seat: Seat): void {
    const { producers } = this.#parts.media;
    const voices = producers.ofSeat(seat.seatId).filter(({ source }) => isVoiceOf(seat, source));
    for (const producer of voices) producers.setHold(producer.producerId, 'teacher', true);
    this.#parts.halfDuplex.setTalking(seat.seatId, false);
    this.#parts.tools.rules.shut(seat.seatId);
    tellMuted(this.#parts, seat, 'teacher');
  }
}

/** A half-duplex site goes on sending: the server alone opens and shuts it, and there is nobody who could unmute it. */
export function tellMuted(
  { media, halfDuplex }: Pick<RoomParts, 'media' | 'halfDuplex'>,
  seat: Seat,
  cause: 'teacher' | 'echo',
): void {
  const sounding = media.producers.ofSeat(seat.seatId).filter((producer) => producer.source === 'microphone');
  if (sounding.length === 0 || halfDuplex.applies(seat)) return;
  connectionOf(seat)?.tell('mutedByTeacher', { producerIds: sounding.map(({ producerId }) => producerId), cause });
}
