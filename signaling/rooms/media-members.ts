import type { DtlsParameters, IceParameters, RtpCapabilities } from 'mediasoup/types';
import type { Log } from '../runtime/log.ts';
import { AppError } from '../protocol/errors.ts';
import type { ConsumerId, ProducerId, SeatId, TransportId } from '../protocol/ids.ts';
import {
  isForEverybody,
  type ConsumerOffer,
  type RecordedSource,
  type StageProducer,
  type TransportPair,
  type VideoCodec,
} from '../protocol/media.ts';
import { isTeacherSeat, type SeatKind } from '../protocol/seats.ts';
import { maySee } from './class-wall.ts';
import { Consumers } from './consumers.ts';
import type { MediaDescription, MediaNode } from './ports.ts';
import { Producers, type ProducersOptions } from './producers.ts';
import type { Hold } from './room-state.ts';
import { SharedCodec } from './shared-codec.ts';

/** Consumers made ready in the handshake, the most important ones. */
const READY_MADE_CONSUMERS = 32;

export interface MediaMembersOptions extends Omit<ProducersOptions, 'node'> {
  readonly node: () => MediaNode;
  readonly log: Log;
  readonly seatKindOf: (seatId: SeatId) => SeatKind | null;
  /** Whether the one is where it hears and sees the other (SPEC F4, N3). */
  readonly isWithin: (receiver: SeatId, sender: SeatId) => boolean;
  /** Of the school that the seat belongs to: its transports are near it. */
  readonly regionOf: (seatId: SeatId) => string | null;
  readonly onVideoCodec: (codec: VideoCodec) => void;
}

interface Transports {
  readonly send: TransportId | null;
  readonly recv: TransportId | null;
}

/** Transports, producers and consumers of the seats, as this process knows them (SPEC M). */
export class MediaMembers {
  readonly producers: Producers;
  readonly consumers: Consumers;
  readonly videoCodec: SharedCodec;
  readonly #options: MediaMembersOptions;
  readonly #transports = new Map<SeatId, Transports>();
  readonly #capabilities = new Map<SeatId, RtpCapabilities>();

  constructor(options: MediaMembersOptions) {
    this.#options = options;
    this.videoCodec = new SharedCodec((codec) => options.onVideoCodec(codec));
    this.producers = new Producers({
      ...options,
      onClosed: (producer) => {
        this.consumers.producerClosed(producer.producerId);
        options.onClosed(producer);
      },
    });
    this.consumers = new Consumers({
      node: options.node,
      producer: (producerId) => this.producers.find(producerId),
      mayReceive: (seatId, producer) =>
        options.isWithin(seatId, producer.seatId) && maySee({ seatId, kind: options.seatKindOf(seatId) }, producer),
    });
  }

  setCapabilities(seatId: SeatId, rtpCapabilities: RtpCapabilities): void {
    this.#capabilities.set(seatId, rtpCapabilities);
  }

  needsTransports(seatId: SeatId): boolean {
    return (this.#transports.get(seatId)?.recv ?? null) === null;
  }

  /** Replaces what the seat had, or with `keepRecv` only what it sends with. @throws what the node throws */
  async createTransports(seatId: SeatId, send: boolean, keepRecv: boolean): Promise<TransportPair> {
    const keepsRecv = keepRecv && !this.needsTransports(seatId);
    this.producers.forgetSeat(seatId);
    if (!keepsRecv) this.#forgetReceiving(seatId);
    const pair = await this.#options.node().createTransports(seatId, {
      send,
      keepRecv: keepsRecv,
      region: this.#options.regionOf(seatId),
    });
    this.#transports.set(seatId, { send: pair.send?.transportId ?? null, recv: pair.recv.transportId });
    return pair;
  }

  async connectTransport(seatId: SeatId, transportId: TransportId, dtlsParameters: DtlsParameters): Promise<void> {
    this.#assertOwn(seatId, transportId);
    await this.#options.node().connectTransport(seatId, transportId, dtlsParameters);
  }

  async restartIce(seatId: SeatId, transportId: TransportId): Promise<IceParameters> {
    this.#assertOwn(seatId, transportId);
    return await this.#options.node().restartIce(seatId, transportId);
  }

  /** @throws AppError `conflict` when the seat has no transport to receive on, `forbidden` when all of it is for others (SPEC N3, V3). */
  async consume(seatId: SeatId, producerIds: readonly ProducerId[]): Promise<ConsumerOffer[]> {
    const rtpCapabilities = this.#capabilities.get(seatId);
    if (rtpCapabilities === undefined || this.needsTransports(seatId)) {
      throw new AppError('conflict', { message: 'no transport to receive on' });
    }
    if (this.#hasSharedPicture(producerIds)) this.videoCodec.mustReach(rtpCapabilities);
    return await this.consumers.consume(seatId, rtpCapabilities, producerIds);
  }

  assertCanSend(seatId: SeatId): void {
    if ((this.#transports.get(seatId)?.send ?? null) === null) {
      throw new AppError('conflict', { message: 'no transport to send on' });
    }
  }

  /**
   * Offers for a snapshot: what the seat receives already and what everybody sees at once. A node that is away costs the offers, never
   * the snapshot.
   */
  async readyMade(seatId: SeatId): Promise<ConsumerOffer[]> {
    if (this.needsTransports(seatId) || !this.#capabilities.has(seatId)) return [];
    const wanted = this.producers
      .list()
      // The class wall is asked for page by page.
      .filter(isForEverybody)
      .filter(({ seatId: sender }) => sender !== seatId && this.#options.isWithin(seatId, sender))
      .filter((producer) => !this.consumers.isReceiving(seatId, producer.producerId))
      .sort((a, b) => this.#rank(a) - this.#rank(b))
      .slice(0, READY_MADE_CONSUMERS)
      .map((producer) => producer.producerId);
    try {
      if (wanted.length > 0) await this.consume(seatId, wanted);
    } catch (error) {
      this.#options.log.warn({ err: error, seatId }, 'no ready-made consumers');
    }
    return this.consumers.offers(seatId);
  }

  /** Closes what a seat receives and may not any more; says what that was. */
  dropForbidden(): Map<SeatId, ConsumerId[]> {
    const dropped = this.consumers.forgetForbidden();
    for (const [seatId, consumerIds] of dropped) this.#closeOnNode(seatId, consumerIds);
    return dropped;
  }

  removeSeat(seatId: SeatId): void {
    this.producers.forgetSeat(seatId);
    this.#forgetReceiving(seatId);
    this.#capabilities.delete(seatId);
    this.#options
      .node()
      .removeSeat(seatId)
      .catch((error: unknown) => this.#options.log.warn({ err: error, seatId }, 'media node could not be told'));
  }

  transportClosed(seatId: SeatId, transportId: TransportId): void {
    const known = this.#transports.get(seatId);
    if (known?.recv === transportId) {
      this.consumers.forgetSeat(seatId);
      this.#transports.set(seatId, { ...known, recv: null });
    } else if (known?.send === transportId) {
      this.#transports.set(seatId, { ...known, send: null });
    }
  }

  /** The node has lost the room: nothing of it is left. */
  clear(): void {
    this.producers.clear();
    this.consumers.clear();
    this.#transports.clear();
  }

  /** The node of these seats is gone, the rest of the room is there. */
  clearSeats(seatIds: readonly SeatId[]): void {
    for (const seatId of seatIds) {
      this.producers.forgetSeat(seatId);
      this.#forgetReceiving(seatId);
    }
  }

  adopt(description: MediaDescription, savedHolds: ReadonlyMap<ProducerId, readonly Hold[]>): void {
    const seats = description.seats.filter((seat) => this.#options.seatKindOf(seat.seatId) !== null);
    this.#transports.clear();
    for (const seat of seats) {
      this.#transports.set(seat.seatId, { send: seat.sendTransportId, recv: seat.recvTransportId });
    }
    this.producers.adopt(
      description.producers.filter((producer) => this.#options.seatKindOf(producer.seatId) !== null),
      savedHolds,
    );
    this.consumers.adopt(seats);
    for (const { seatId } of description.seats) if (this.#options.seatKindOf(seatId) === null) this.removeSeat(seatId);
  }

  /** Should the node be away, the room looks again when it has adopted what is there. */
  #closeOnNode(seatId: SeatId, consumerIds: readonly ConsumerId[]): void {
    this.#options
      .node()
      .closeConsumers(seatId, consumerIds)
      .catch((error: unknown) => this.#options.log.warn({ err: error, seatId }, 'consumers could not be closed'));
  }

  /** The class wall is in a codec of its own (SPEC V4). */
  #hasSharedPicture(producerIds: readonly ProducerId[]): boolean {
    return producerIds.some((producerId) => {
      const producer = this.producers.find(producerId);
      return producer !== null && producer.kind === 'video' && isForEverybody(producer);
    });
  }

  #forgetReceiving(seatId: SeatId): void {
    this.consumers.forgetSeat(seatId);
    this.#transports.delete(seatId);
  }

  #assertOwn(seatId: SeatId, transportId: TransportId): void {
    const own = this.#transports.get(seatId);
    if (own?.send !== transportId && own?.recv !== transportId) {
      throw new AppError('notFound', { message: 'no such transport' });
    }
  }

  /** Sound first, then the board, then teachers, then everybody else. */
  #rank(producer: StageProducer): number {
    const bySource: Readonly<Record<RecordedSource, number>> = {
      microphone: 0,
      screenAudio: 0,
      screen: 1,
      visualiser: 1,
      camera: 3,
    };
    const kind = this.#options.seatKindOf(producer.seatId);
    return producer.source === 'camera' && kind !== null && isTeacherSeat(kind) ? 2 : bySource[producer.source];
  }
}
