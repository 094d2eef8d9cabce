import { randomUUID } from 'node:crypto';
import type { DtlsParameters, IceParameters, RtpCapabilities, RtpParameters } from 'mediasoup/types';
import { AppError } from '../../../signaling/protocol/errors.ts';
import { ConsumerId, TransportId, type ProducerId, type SeatId } from '../../../signaling/protocol/ids.ts';
import type { ProducerInfo, TransportOffer, TransportPair } from '../../../signaling/protocol/media.ts';
import type {
  MediaDescription,
  MediaListener,
  MediaNode,
  NodeConsumerOffer,
  OpenMediaOptions,
} from '../../../signaling/rooms/ports.ts';

interface Peer {
  send: TransportId | null;
  recv: TransportId | null;
  readonly consumers: Map<ConsumerId, ProducerId>;
}

const noMedia: RtpParameters = { codecs: [], headerExtensions: [], encodings: [], rtcp: {} };

/** `MediaNode` in memory: what an sfu keeps of a room, without any media. */
export class MemoryMediaNode implements MediaNode {
  readonly routerRtpCapabilities: RtpCapabilities = { codecs: [], headerExtensions: [] };
  readonly branchNodeIds = [];
  readonly place = { nodeId: 'memory', sfuUrl: 'ws://127.0.0.1:1/inner' };
  readonly peers = new Map<SeatId, Peer>();
  readonly producers = new Map<ProducerId, ProducerInfo>();
  readonly listener: MediaListener;
  isAway = false;
  /** How far its clock is ahead of the room's. */
  clockAheadUs = 0;
  isClosed = false;

  constructor(options: Pick<OpenMediaOptions, 'listener'>) {
    this.listener = options.listener;
  }

  async opened(): Promise<void> {
    await this.#answer();
  }

  async createTransports(
    seatId: SeatId,
    { send, keepRecv }: { send: boolean; keepRecv: boolean },
  ): Promise<TransportPair> {
    await this.#answer();
    const peer = this.peers.get(seatId) ?? { send: null, recv: null, consumers: new Map() };
    this.peers.set(seatId, peer);
    for (const producer of this.producers.values())
      if (producer.seatId === seatId) this.producers.delete(producer.producerId);
    if (!keepRecv) peer.consumers.clear();
    peer.send = send ? TransportId.parse(randomUUID()) : null;
    peer.recv = keepRecv && peer.recv !== null ? peer.recv : TransportId.parse(randomUUID());
    return { send: peer.send === null ? null : offerOf(peer.send), recv: offerOf(peer.recv) };
  }

  async claimTransports(): Promise<void> {
    await this.#answer();
  }

  async connectTransport(seatId: SeatId, transportId: TransportId, _dtls: DtlsParameters): Promise<void> {
    await this.#answer();
    const peer = this.#peer(seatId);
    if (peer.send !== transportId && peer.recv !== transportId) throw new AppError('notFound');
  }

  async restartIce(): Promise<IceParameters> {
    await this.#answer();
    return { usernameFragment: 'u', password: 'p' };
  }

  async removeSeat(seatId: SeatId): Promise<void> {
    await this.#answer();
    this.peers.delete(seatId);
    for (const producer of this.producers.values())
      if (producer.seatId === seatId) this.producers.delete(producer.producerId);
  }

  async produce(seatId: SeatId, producer: Parameters<MediaNode['produce']>[1]): Promise<void> {
    await this.#answer();
    if (this.#peer(seatId).send === null) throw new AppError('conflict');
    const { producerId, kind, source, paused } = producer;
    this.producers.set(producerId, { producerId, seatId, kind, source, paused });
  }

  async setProducerPaused(producerId: ProducerId, paused: boolean): Promise<void> {
    await this.#answer();
    const producer = this.producers.get(producerId);
    if (producer !== undefined) this.producers.set(producerId, { ...producer, paused });
  }

  async closeProducer(producerId: ProducerId): Promise<void> {
    await this.#answer();
    this.producers.delete(producerId);
  }

  async consume(
    seatId: SeatId,
    _rtpCapabilities: RtpCapabilities,
    producerIds: readonly ProducerId[],
  ): Promise<readonly NodeConsumerOffer[]> {
    await this.#answer();
    const { consumers } = this.#peer(seatId);
    const received = new Set(consumers.values());
    return producerIds.flatMap((producerId) => {
      const producer = this.producers.get(producerId);
      if (producer === undefined || received.has(producerId)) return [];
      const consumerId = ConsumerId.parse(randomUUID());
      consumers.set(consumerId, producerId);
      const { kind, paused } = producer;
      return [
        { consumerId, producerId, kind, rtpParameters: noMedia, type: 'simple' as const, producerPaused: paused },
      ];
    });
  }

  async setConsumersPaused(): Promise<void> {
    await this.#answer();
  }

  async setPreferredLayers(): Promise<void> {
    await this.#answer();
  }

  async closeConsumers(seatId: SeatId, consumerIds: readonly ConsumerId[]): Promise<void> {
    await this.#answer();
    for (const consumerId of consumerIds) this.peers.get(seatId)?.consumers.delete(consumerId);
  }

  async clockOffsetUs(): Promise<number> {
    await this.#answer();
    return this.clockAheadUs;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.resolve();
  }

  abandon(): void {
    this.isAway = true;
  }

  /** As a worker's death. */
  reset(): void {
    this.peers.clear();
    this.producers.clear();
    this.listener.onReset();
  }

  describe(): MediaDescription {
    return {
      seats: [...this.peers].map(([seatId, peer]) => ({
        seatId,
        sendTransportId: peer.send,
        recvTransportId: peer.recv,
        consumers: [...peer.consumers].map(([consumerId, producerId]) => ({ consumerId, producerId })),
      })),
      producers: [...this.producers.values()],
    };
  }

  #peer(seatId: SeatId): Peer {
    const peer = this.peers.get(seatId);
    if (peer === undefined) throw new AppError('notFound');
    return peer;
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.isAway) throw new AppError('unavailable');
  }
}

function offerOf(transportId: TransportId): TransportOffer {
  return {
    transportId,
    iceParameters: { usernameFragment: 'u', password: 'p' },
    iceCandidates: [],
    dtlsParameters: { fingerprints: [] },
  };
}
