import type { Consumer, RtpCapabilities, WebRtcTransport } from 'mediasoup/types';
import { AppError } from '../../signaling/protocol/errors.ts';
import { ConsumerId, type ProducerId } from '../../signaling/protocol/ids.ts';
import type { ConsumerOffer, Layers } from '../contract.ts';
import { LayerCeiling } from './layer-ceiling.ts';
import { translatingMediaErrors } from './media-error.ts';
import { consumerPriorityOf, type RoomProducer } from './room-producer.ts';

interface SeatConsumer {
  readonly consumerId: ConsumerId;
  readonly producerId: ProducerId;
  readonly source: RoomProducer;
  readonly consumer: Consumer;
  readonly ceiling: LayerCeiling;
}

export interface MemberConsumersOptions {
  /** Several that close together are told together. */
  readonly onClosed: (consumerIds: ConsumerId[]) => void;
  readonly onScore: () => void;
}

/** What one seat receives. */
export class MemberConsumers {
  readonly #options: MemberConsumersOptions;
  readonly #consumers = new Map<ConsumerId, SeatConsumer>();
  /** Producers received already or just being added, so that two requests at once never give two consumers. */
  readonly #received = new Set<ProducerId>();
  #closedNow: ConsumerId[] = [];

  constructor(options: MemberConsumersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#consumers.size;
  }

  get listed(): { consumerId: ConsumerId; producerId: ProducerId }[] {
    return [...this.#consumers.values()].map(({ consumerId, producerId }) => ({ consumerId, producerId }));
  }

  /** Worst score of what is being received; null when that is nothing. */
  get score(): number | null {
    const scores = [...this.#consumers.values()].flatMap(({ consumer }) =>
      consumer.paused || consumer.producerPaused ? [] : [consumer.score.score],
    );
    return scores.length === 0 ? null : Math.min(...scores);
  }

  /** Paused consumers, made together; those already there are left out. */
  async add(
    transport: WebRtcTransport,
    producers: readonly RoomProducer[],
    rtpCapabilities: RtpCapabilities,
  ): Promise<ConsumerOffer[]> {
    const missing = producers.filter(({ producerId }) => !this.#received.has(producerId));
    const offers = await Promise.all(missing.map((producer) => this.#addOne(transport, producer, rtpCapabilities)));
    return offers.flatMap((offer) => (offer === null ? [] : [offer]));
  }

  async setPaused(consumerIds: readonly ConsumerId[], paused: boolean): Promise<void> {
    const known = consumerIds.flatMap((id) => this.#consumers.get(id) ?? []);
    await translatingMediaErrors(() =>
      // Resuming video makes mediasoup ask the sender for a keyframe.
      Promise.all(known.map(({ consumer }) => (paused ? consumer.pause() : consumer.resume()))),
    );
    for (const entry of known) demand(entry);
    this.#options.onScore();
  }

  async setPreferredLayers(consumerId: ConsumerId, layers: Layers): Promise<void> {
    const entry = this.#consumers.get(consumerId);
    if (entry === undefined) {
      throw new AppError('gone', { message: 'no such consumer' });
    }
    await translatingMediaErrors(() => entry.ceiling.want(layers));
    demand(entry);
  }

  /** Closed on request: nobody is told. */
  close(consumerIds: readonly ConsumerId[]): void {
    for (const entry of consumerIds.flatMap((id) => this.#consumers.get(id) ?? [])) {
      this.#forget(entry);
      entry.consumer.close();
    }
  }

  /** Their transport is gone or about to go. */
  closeAll(): void {
    this.close([...this.#consumers.keys()]);
    this.#received.clear();
  }

  async #addOne(
    transport: WebRtcTransport,
    source: RoomProducer,
    rtpCapabilities: RtpCapabilities,
  ): Promise<ConsumerOffer | null> {
    this.#received.add(source.producerId);
    try {
      // Retransmission for sound too: on a long line one round trip is less than the hole it closes.
      const options = { producerId: source.producerId, rtpCapabilities, paused: true, enableRtx: true };
      const consumer = await transport.consume(options);
      if (consumer.closed || transport.closed) {
        this.#received.delete(source.producerId);
        return null;
      }
      return this.#keep(consumer, source);
    } catch (error) {
      this.#received.delete(source.producerId);
      // A producer that closed while it was being consumed is no failure of the batch.
      if (source.producer.closed || transport.closed) {
        return null;
      }
      throw error;
    }
  }

  #keep(consumer: Consumer, source: RoomProducer): ConsumerOffer {
    const { producerId, kind } = source;
    const consumerId = ConsumerId.parse(consumer.id);
    const entry: SeatConsumer = {
      consumerId,
      producerId,
      source,
      consumer,
      ceiling: new LayerCeiling(consumer, source.stops),
    };
    this.#consumers.set(consumerId, entry);
    consumer.on('producerclose', () => {
      this.#forget(entry);
      this.#tellClosed(consumerId);
    });
    consumer.on('transportclose', () => this.#forget(entry));
    consumer.on('score', this.#options.onScore);
    consumer.on('producerpause', this.#options.onScore);
    consumer.on('producerresume', this.#options.onScore);
    if (kind === 'video') {
      // Rejects only when the consumer closed meanwhile, which is told otherwise.
      consumer.setPriority(consumerPriorityOf(source.source)).catch(() => undefined);
    }
    return {
      consumerId,
      producerId,
      kind,
      rtpParameters: consumer.rtpParameters,
      type: consumer.type,
      producerPaused: consumer.producerPaused,
    };
  }

  #forget(entry: SeatConsumer): void {
    this.#consumers.delete(entry.consumerId);
    this.#received.delete(entry.producerId);
    entry.source.demand?.set(entry.consumerId, null);
    this.#options.onScore();
  }

  #tellClosed(consumerId: ConsumerId): void {
    this.#closedNow.push(consumerId);
    if (this.#closedNow.length === 1) {
      setImmediate(() => {
        const consumerIds = this.#closedNow;
        this.#closedNow = [];
        this.#options.onClosed(consumerIds);
      });
    }
  }
}

function demand({ consumerId, consumer, source, ceiling }: SeatConsumer): void {
  source.demand?.set(consumerId, consumer.paused || consumer.closed ? null : ceiling.wanted.spatialLayer);
}
