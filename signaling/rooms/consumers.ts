import type { RtpCapabilities } from 'mediasoup/types';
import { AppError } from '../protocol/errors.ts';
import type { ConsumerId, ProducerId, SeatId } from '../protocol/ids.ts';
import type { ConsumerOffer, ProducerInfo } from '../protocol/media.ts';
import type { MediaDescription, MediaNode, NodeConsumerOffer } from './ports.ts';

export interface ConsumersOptions {
  readonly node: () => MediaNode;
  readonly producer: (producerId: ProducerId) => ProducerInfo | null;
  readonly mayReceive: (seatId: SeatId, producer: ProducerInfo) => boolean;
}

interface Consumer {
  readonly producerId: ProducerId;
  /** Null when it was taken over from another process, which alone knew the parameters. */
  readonly offer: NodeConsumerOffer | null;
}

/** What each seat receives. Offers are kept, so that a page that lost an answer gets the same consumer again (SPEC M8). */
export class Consumers {
  readonly #options: ConsumersOptions;
  readonly #bySeat = new Map<SeatId, Map<ConsumerId, Consumer>>();

  constructor(options: ConsumersOptions) {
    this.#options = options;
  }

  /** What the seat may not receive is left out. @throws AppError `forbidden` when nothing else was asked for; what the node throws */
  async consume(
    seatId: SeatId,
    rtpCapabilities: RtpCapabilities,
    producerIds: readonly ProducerId[],
  ): Promise<ConsumerOffer[]> {
    const there = [...new Set(producerIds)].filter((producerId) => {
      const producer = this.#options.producer(producerId);
      return producer !== null && producer.seatId !== seatId;
    });
    const others = there.filter((producerId) => this.#mayReceive(seatId, producerId));
    if (there.length > 0 && others.length === 0) throw new AppError('forbidden', { message: 'not for this seat' });
    const consumers = this.#ofSeat(seatId);
    await this.#dropUnknown(seatId, consumers, others);
    const received = new Set([...consumers.values()].map((consumer) => consumer.producerId));
    const wanted = others.filter((producerId) => !received.has(producerId));
    if (wanted.length > 0) {
      const offers = await this.#options.node().consume(seatId, rtpCapabilities, wanted);
      // Transports made anew meanwhile have taken these consumers with them.
      if (this.#bySeat.get(seatId) !== consumers)
        throw new AppError('conflict', { message: 'transports were replaced' });
      for (const offer of offers) consumers.set(offer.consumerId, { producerId: offer.producerId, offer });
      await this.#closeLate(seatId, consumers);
    }
    return this.offers(seatId, new Set(others));
  }

  isReceiving(seatId: SeatId, producerId: ProducerId): boolean {
    return [...(this.#bySeat.get(seatId)?.values() ?? [])].some((consumer) => consumer.producerId === producerId);
  }

  /** Offers of what the seat receives already, of these producers or of all. */
  offers(seatId: SeatId, producerIds?: ReadonlySet<ProducerId>): ConsumerOffer[] {
    return [...this.#ofSeat(seatId).values()].flatMap(({ producerId, offer }) => {
      const producer = this.#options.producer(producerId);
      if (offer === null || producer === null || producerIds?.has(producerId) === false) return [];
      return [{ ...offer, seatId: producer.seatId, source: producer.source, producerPaused: producer.paused }];
    });
  }

  async setPaused(seatId: SeatId, consumerIds: readonly ConsumerId[], paused: boolean): Promise<void> {
    const own = this.#own(seatId, consumerIds);
    if (own.length > 0) await this.#options.node().setConsumersPaused(seatId, own, paused);
  }

  /** @throws AppError `notFound` when the seat has no such consumer. */
  async setPreferredLayers(
    seatId: SeatId,
    consumerId: ConsumerId,
    layers: { readonly spatialLayer: number; readonly temporalLayer?: number | undefined },
  ): Promise<void> {
    if (this.#own(seatId, [consumerId]).length === 0) throw new AppError('notFound', { message: 'no such consumer' });
    await this.#options.node().setPreferredLayers(seatId, consumerId, layers);
  }

  async close(seatId: SeatId, consumerIds: readonly ConsumerId[]): Promise<void> {
    const own = this.#own(seatId, consumerIds);
    for (const consumerId of own) this.#ofSeat(seatId).delete(consumerId);
    if (own.length > 0) await this.#options.node().closeConsumers(seatId, own);
  }

  /** Those of the ids that the seat had: they are gone. */
  closedByNode(seatId: SeatId, consumerIds: readonly ConsumerId[]): ConsumerId[] {
    return consumerIds.filter((consumerId) => this.#bySeat.get(seatId)?.delete(consumerId) === true);
  }

  producerClosed(producerId: ProducerId): void {
    for (const consumers of this.#bySeat.values()) {
      for (const [consumerId, consumer] of consumers)
        if (consumer.producerId === producerId) consumers.delete(consumerId);
    }
  }

  /** Those of all seats that they may not have any more; closing them on the node is the caller's. */
  forgetForbidden(): Map<SeatId, ConsumerId[]> {
    const forgotten = new Map<SeatId, ConsumerId[]>();
    for (const [seatId, consumers] of this.#bySeat) {
      const forbidden = this.#forbiddenOf(seatId, consumers);
      for (const consumerId of forbidden) consumers.delete(consumerId);
      if (forbidden.length > 0) forgotten.set(seatId, forbidden);
    }
    return forgotten;
  }

  forgetSeat(seatId: SeatId): void {
    this.#bySeat.delete(seatId);
  }

  clear(): void {
    this.#bySeat.clear();
  }

  adopt(seats: MediaDescription['seats']): void {
    const before = new Map(this.#bySeat);
    this.#bySeat.clear();
    for (const seat of seats) {
      const consumers = this.#ofSeat(seat.seatId);
      for (const { consumerId, producerId } of seat.consumers) {
        const offer = before.get(seat.seatId)?.get(consumerId)?.offer ?? null;
        consumers.set(consumerId, { producerId, offer });
      }
    }
  }

  /** The seat was moved while the node was making them. */
  async #closeLate(seatId: SeatId, consumers: Map<ConsumerId, Consumer>): Promise<void> {
    const late = this.#forbiddenOf(seatId, consumers);
    for (const consumerId of late) consumers.delete(consumerId);
    if (late.length > 0) await this.#options.node().closeConsumers(seatId, late);
  }

  #forbiddenOf(seatId: SeatId, consumers: ReadonlyMap<ConsumerId, Consumer>): ConsumerId[] {
    return [...consumers].flatMap(([consumerId, { producerId }]) =>
      this.#mayReceive(seatId, producerId) ? [] : [consumerId],
    );
  }

  /** What is not known (any more) is closed by its producer's end. */
  #mayReceive(seatId: SeatId, producerId: ProducerId): boolean {
    const producer = this.#options.producer(producerId);
    return producer === null || this.#options.mayReceive(seatId, producer);
  }

  /** A page that asks for what it should have already does not have it; without parameters it must be made again. */
  async #dropUnknown(
    seatId: SeatId,
    consumers: Map<ConsumerId, Consumer>,
    asked: readonly ProducerId[],
  ): Promise<void> {
    const unknown = [...consumers]
      .filter(([, consumer]) => consumer.offer === null && asked.includes(consumer.producerId))
      .map(([consumerId]) => consumerId);
    if (unknown.length === 0) return;
    for (const consumerId of unknown) consumers.delete(consumerId);
    await this.#options.node().closeConsumers(seatId, unknown);
  }

  #own(seatId: SeatId, consumerIds: readonly ConsumerId[]): ConsumerId[] {
    const consumers = this.#bySeat.get(seatId);
    return consumerIds.filter((consumerId) => consumers?.has(consumerId) === true);
  }

  #ofSeat(seatId: SeatId): Map<ConsumerId, Consumer> {
    const known = this.#bySeat.get(seatId);
    if (known !== undefined) return known;
    const made = new Map<ConsumerId, Consumer>();
    this.#bySeat.set(seatId, made);
    return made;
  }
}
