import type { DtlsParameters } from 'mediasoup/types';
import { AppError } from '../protocol/errors.ts';
import type { ProducerId, RequestId } from '../protocol/ids.ts';
import type { ChatMessage, RoomParsedParams, RoomResult } from '../protocol/room.ts';
import { answersQuestions, isTeacherSeat, type LessonKind } from '../protocol/seats.ts';
import { assertSmall } from './class-wall.ts';
import type { MediaNode } from './ports.ts';
import type { RoomParts } from './room-parts.ts';
import { isVoiceOf } from './sending-rules.ts';
import { isInside, type Seat } from './seat.ts';

export interface SeatOrdersOptions {
  readonly parts: RoomParts;
  readonly node: () => MediaNode;
  readonly nowMs: () => number;
  readonly lessonKind: () => LessonKind;
}

/** What a seat does for itself. Whether it may do it at all by its seat has been checked (`needs`); the rest is checked here. */
export class SeatOrders {
  readonly #parts: RoomParts;
  readonly #node: () => MediaNode;
  readonly #nowMs: () => number;
  readonly #lessonKind: () => LessonKind;

  constructor(options: SeatOrdersOptions) {
    this.#parts = options.parts;
    this.#node = options.node;
    this.#nowMs = options.nowMs;
    this.#lessonKind = options.lessonKind;
  }

  setHand(seat: Seat, raised: boolean): void {
    if (raised) this.#parts.hands.raise(seat.seatId, this.#nowMs());
    else this.#parts.hands.lower(seat.seatId);
    this.#parts.participants.touch();
  }

  /**
   * Who speaks in a group is told to nobody outside it, and is in no recording (SPEC F6).
   *
   * @throws AppError `forbidden`, `notFound` (SPEC F4), `conflict` while the class is in a group
   */
  async setClassSpeaker(phone: Seat, name: string | null): Promise<void> {
    const { groups, tools } = this.#parts;
    const { seatId } = await tools.sites.classOf(phone);
    if (groups.placeOf(seatId) !== null) throw new AppError('conflict', { message: 'the class is in a group' });
    tools.sites.setSpeaker(seatId, name);
  }

  /** @throws AppError `forbidden`, `safeMode`, `stageFull` (SPEC G2). */
  answerStageInvitation(seat: Seat, accept: boolean): void {
    if (!accept) {
      this.#parts.stage.decline(seat.seatId);
      return;
    }
    if (this.#parts.sending.isLocked(seat)) throw new AppError('safeMode');
    this.#parts.stage.accept(seat.seatId);
  }

  leaveStage(seat: Seat): void {
    this.#parts.stage.leave(seat.seatId);
  }

  /** @throws AppError `forbidden` for everybody but the site of a sky lesson, `safeMode` (SPEC G5). */
  setTalking(seat: Seat, talking: boolean): void {
    const { halfDuplex, sending, media } = this.#parts;
    if (!halfDuplex.applies(seat)) throw new AppError('forbidden', { message: 'not a half-duplex seat' });
    if (talking && sending.isLocked(seat)) throw new AppError('safeMode');
    if (talking) {
      // Nobody there can undo a teacher's mute but by pressing the button.
      for (const producer of media.producers.ofSeat(seat.seatId)) {
        if (producer.source === 'microphone') media.producers.setHold(producer.producerId, 'teacher', false);
      }
      this.#parts.tools.sound.lift(seat.seatId);
    }
    halfDuplex.setTalking(seat.seatId, talking);
  }

  /** @throws AppError `wordRefused` (SPEC Y1), and what `assertMayWrite` throws once the list is there */
  async assertMayWriteWords(seat: Seat, text: string): Promise<void> {
    this.assertMayWrite(seat);
    await this.#parts.tools.words.assertAllowed(text);
    if (!isInside(seat)) throw new AppError('conflict', { message: 'left meanwhile' });
    this.assertMayWrite(seat);
  }

  /** Teachers always; whoever answers questions while the class may write (SPEC I1). @throws AppError `forbidden`, `safeMode` */
  assertMayWrite(seat: Seat): void {
    if (isTeacherSeat(seat.kind)) return;
    const isOfClass = answersQuestions(seat.kind, this.#lessonKind());
    if (!isOfClass || !this.#parts.tools.ink.isOpen) throw new AppError('forbidden');
    if (this.#parts.sending.isLocked(seat)) throw new AppError('safeMode');
  }

  /**
   * To the whole class; from within a group to the group alone (SPEC N7).
   *
   * @throws AppError `wordRefused` (SPEC Y1), `conflict` for one who was moved elsewhere meanwhile: it was not meant for those who are there
   */
  async sendChat(
    seat: Seat,
    requestId: RequestId,
    text: string,
    writtenIn = this.#parts.groups.placeOf(seat.seatId),
  ): Promise<ChatMessage> {
    const { chat, groupChat, groups, tools } = this.#parts;
    await tools.words.assertAllowed(text);
    const earlier = groupChat.sent(seat, requestId);
    if (earlier !== null) return earlier;
    if (!isInside(seat) || groups.placeOf(seat.seatId) !== writtenIn)
      throw new AppError('conflict', { message: 'moved elsewhere' });
    if (writtenIn !== null) return groupChat.send(seat, writtenIn, requestId, text);
    return await chat.send(seat, requestId, text);
  }

  async createTransports(
    seat: Seat,
    { rtpCapabilities, sendOnly }: RoomParsedParams<'createTransports'>,
  ): Promise<RoomResult<'createTransports'>> {
    const { media, sending } = this.#parts;
    media.setCapabilities(seat.seatId, rtpCapabilities);
    const transports = await media.createTransports(seat.seatId, sending.maySendAnything(seat), sendOnly);
    await this.#node().claimTransports(seat.seatId);
    const routerRtpCapabilities = this.#node().routerRtpCapabilities;
    if (routerRtpCapabilities === null) throw new AppError('unavailable', { message: 'no media node' });
    return { transports, routerRtpCapabilities };
  }

  async connectTransport(
    seat: Seat,
    { transportId, dtlsParameters }: RoomParsedParams<'connectTransport'>,
  ): Promise<void> {
    await this.#parts.media.connectTransport(seat.seatId, transportId, dtlsParameters satisfies DtlsParameters);
  }

  /** @throws AppError `forbidden`, `safeMode`, `conflict` (no sending transport), `invalidInput`. */
  async produce(seat: Seat, wanted: RoomParsedParams<'produce'>): Promise<ProducerId> {
    const { media, sending, tools } = this.#parts;
    // Whoever opens another microphone is heard, as by unmuting; a site does so by itself, so there the mute stays.
    const opens = wanted.source === 'microphone' && seat.kind !== 'site' && !sending.isShutByRules(seat);
    if (opens && sending.isGranted(seat, wanted.source)) tools.sound.lift(seat.seatId);
    return await media.producers.add(seat.seatId, wanted, {
      check: () => {
        sending.assertMaySend(seat, wanted.source);
        if (wanted.source === 'wall') assertSmall(wanted.rtpParameters);
        media.assertCanSend(seat.seatId);
      },
      holds: () => sending.holdsOf(seat, wanted.source),
    });
  }

  /** @throws AppError `notFound`, `forbidden`, `safeMode`, `closedByTeacher` while teachers alone open microphones (SPEC M6, M7, O4). */
  setProducerPaused(seat: Seat, { producerId, paused }: RoomParsedParams<'setProducerPaused'>): void {
    const { media, sending } = this.#parts;
    const producer = media.producers.requireOwn(seat.seatId, producerId);
    if (paused) {
      media.producers.setHold(producerId, 'self', true);
      return;
    }
    sending.assertMaySend(seat, producer.source);
    if (producer.source === 'microphone' && sending.isShutByRules(seat)) throw new AppError('closedByTeacher');
    media.producers.release(producerId, ['self', 'teacher']);
    if (producer.source !== 'microphone') return;
    this.#parts.tools.sound.lift(seat.seatId);
    for (const other of media.producers.ofSeat(seat.seatId))
      if (isVoiceOf(seat, other.source)) media.producers.release(other.producerId, ['teacher']);
  }

  closeProducer(seat: Seat, producerId: ProducerId): void {
    const { producers } = this.#parts.media;
    if (producers.find(producerId) === null) return;
    producers.requireOwn(seat.seatId, producerId);
    producers.close(producerId);
  }
}
