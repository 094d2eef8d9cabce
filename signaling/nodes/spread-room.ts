import type { DtlsParameters, IceParameters, RtpCapabilities } from 'mediasoup/types';
import type { ConsumerId, ProducerId, SeatId, TransportId } from '../protocol/ids.ts';
import type { TransportPair } from '../protocol/media.ts';
import type { MediaNode, NodeConsumerOffer, OpenMediaOptions } from '../rooms/ports.ts';
import { planAdoption } from './room-adoption.ts';
import { RoomBranch, type RoomPart } from './room-branch.ts';
import { SfuRoom, type RoomDescription, type SfuRoomOptions } from './sfu-room.ts';
import type { SfuLink } from './sfu-nodes.ts';
import { orderInBatches } from './sfu-order.ts';

/** A node that has just failed takes no seats for this long. */
const AVOID_AFTER_LOSS_MS = 30_000;

export interface SpreadRoomOptions
  extends OpenMediaOptions, Pick<SfuRoomOptions, 'log' | 'link' | 'choose' | 'onClosed'> {
  /** A node of this region that has room, null when there is none. */
  readonly nearest: (region: string) => SfuLink | null;
}

/**
 * One room on its home node and on a branch node in each further region that has seats in it. A seat's transports are on the node of its
 * region, or at home where there is none; what it sends is at home too, under the same id, so that recorder, observers and other regions
 * find everything there. A room on one node only is its home and nothing else.
 */
export class SpreadRoom implements MediaNode {
  readonly #options: SpreadRoomOptions;
  readonly #home: SfuRoom;
  readonly #partAtHome: RoomPart;
  readonly #branches = new Map<string, RoomBranch>();
  /** Seats that are not at home. */
  readonly #seats = new Map<SeatId, RoomBranch>();
  /** Streams that come from a branch. */
  readonly #origins = new Map<ProducerId, RoomBranch>();
  readonly #avoidUntilMs = new Map<string, number>();
  #adopting: Promise<void> | null = null;

  constructor(options: SpreadRoomOptions) {
    this.#options = options;
    for (const nodeId of options.wasOnBranches) this.#addBranch(nodeId, true);
    this.#home = new SfuRoom({
      ...options,
      listener: {
        onReset: () => {
          this.#dropBranches();
          options.listener.onReset();
        },
        onAdopted: (description) => {
          if (this.#branches.size === 0) options.listener.onAdopted(description);
          else this.#adopt(async () => description);
        },
      },
    });
    this.#partAtHome = this.#listenAtHome();
  }

  get routerRtpCapabilities(): RtpCapabilities | null {
    return this.#home.routerRtpCapabilities;
  }

  get place(): MediaNode['place'] {
    return this.#home.place;
  }

  get branchNodeIds(): readonly string[] {
    return [...this.#branches.keys()];
  }

  async opened(timeoutMs: number): Promise<void> {
    await this.#home.opened(timeoutMs);
    await this.#adopting;
  }

  /** What hears the notices of this node about the room. */
  partOn(link: SfuLink): RoomPart | null {
    if (this.#home.isOn(link)) return this.#partAtHome;
    const branch = this.#branches.get(link.record.id);
    if (branch?.isOn(link) !== true) return null;
    return {
      listener: branch.listener,
      lostByNode: () => branch.lostByNode(),
      pipeWanted: (producerId, layer) => this.#tellSender(this.#home, branch.nodeId, producerId, layer),
    };
  }

  linkLost(link: SfuLink): void {
    if (this.#home.isOn(link)) this.#home.linkLost();
    for (const branch of this.#branches.values()) if (branch.isOn(link)) branch.linkLost();
  }

  /** Links have changed. */
  wake(): void {
    this.#home.wake();
    const isBack = [...this.#branches.values()].map((branch) => branch.wake()).includes(true);
    if (isBack && this.#adopting === null) this.#adoptAgain();
  }

  async createTransports(
    seatId: SeatId,
    { send, keepRecv, region }: { send: boolean; keepRecv: boolean; region: string | null },
  ): Promise<TransportPair> {
    const before = this.#seats.get(seatId) ?? null;
    const branch = keepRecv ? before : this.#branchFor(region);
    if (before !== branch) this.#leave(seatId);
    if (branch === null) return await this.#home.order('createTransports', { seatId, send, keepRecv });
    branch.seats.add(seatId);
    this.#seats.set(seatId, branch);
    // What the seat had at home: transports of an earlier time, and what it sent from here.
    this.#tell(this.#home.order('removePeer', { seatId }));
    try {
      await branch.ready;
      return await branch.order('createTransports', { seatId, send, keepRecv });
    } catch (error) {
      if (keepRecv || this.#home.place === null) throw error;
      this.#options.log.warn({ err: error, nodeId: branch.nodeId, seatId }, 'far node did not take the seat');
      this.#leave(seatId);
      return await this.#home.order('createTransports', { seatId, send, keepRecv });
    }
  }

  async claimTransports(seatId: SeatId): Promise<void> {
    await this.#at(seatId).order('claimTransports', { seatId });
  }

  async connectTransport(seatId: SeatId, transportId: TransportId, dtlsParameters: DtlsParameters): Promise<void> {
    await this.#at(seatId).order('connectTransport', { seatId, transportId, dtlsParameters });
  }

  async restartIce(seatId: SeatId, transportId: TransportId): Promise<IceParameters> {
    return (await this.#at(seatId).order('restartIce', { seatId, transportId })).iceParameters;
  }

  async removeSeat(seatId: SeatId): Promise<void> {
    const isFar = this.#leave(seatId);
    await this.#home.order('removePeer', { seatId });
    if (isFar) this.#closeEmpty();
  }

  async produce(seatId: SeatId, producer: Parameters<MediaNode['produce']>[1]): Promise<void> {
    const branch = this.#seats.get(seatId);
    if (branch === undefined) {
      await this.#home.order('produce', { seatId, ...producer });
      return;
    }
    const { producerId } = producer;
    await branch.order('produce', { seatId, ...producer });
    this.#origins.set(producerId, branch);
    try {
      await branch.raise(producerId);
    } catch (error) {
      this.#origins.delete(producerId);
      this.#tell(branch.order('closeProducer', { producerId }));
      this.#tell(this.#home.order('closeProducer', { producerId }));
      throw error;
    }
  }

  async setProducerPaused(producerId: ProducerId, paused: boolean): Promise<void> {
    const order = { producerId, paused };
    const origin = this.#origins.get(producerId);
    await Promise.all([
      this.#home.order('setProducerPaused', order),
      origin?.order('setProducerPaused', order),
      ...[...this.#branches.values()].map((branch) => branch.setBroughtPaused(producerId, paused)),
    ]);
  }

  async closeProducer(producerId: ProducerId): Promise<void> {
    const origin = this.#origins.get(producerId);
    this.#forgetStream(producerId);
    await Promise.all([
      this.#home.order('closeProducer', { producerId }),
      origin?.order('closeProducer', { producerId }),
    ]);
  }

  async consume(
    seatId: SeatId,
    rtpCapabilities: RtpCapabilities,
    producerIds: readonly ProducerId[],
  ): Promise<readonly NodeConsumerOffer[]> {
    const branch = this.#seats.get(seatId);
    if (branch !== undefined) {
      const foreign = producerIds.filter((producerId) => this.#origins.get(producerId) !== branch);
      // One that closed meanwhile is left out by the node.
      await Promise.allSettled(foreign.map((producerId) => branch.bring(producerId)));
    }
    const order = { seatId, rtpCapabilities, producerIds: [...producerIds] };
    return (await this.#at(seatId).order('consume', order)).consumers;
  }

  async setConsumersPaused(seatId: SeatId, consumerIds: readonly ConsumerId[], paused: boolean): Promise<void> {
    await this.#at(seatId).order('setConsumersPaused', { seatId, consumerIds: [...consumerIds], paused });
  }

  async setPreferredLayers(
    seatId: SeatId,
    consumerId: ConsumerId,
    { spatialLayer, temporalLayer }: { readonly spatialLayer: number; readonly temporalLayer?: number | undefined },
  ): Promise<void> {
    const layers = { spatialLayer, ...(temporalLayer === undefined ? {} : { temporalLayer }) };
    await this.#at(seatId).order('setPreferredLayers', { seatId, consumerId, layers });
  }

  async closeConsumers(seatId: SeatId, all: readonly ConsumerId[]): Promise<void> {
    const node = this.#at(seatId);
    await orderInBatches(all, (consumerIds) => node.order('closeConsumers', { seatId, consumerIds }));
  }

  async clockOffsetUs(): Promise<number> {
    return await this.#home.clockOffsetUs();
  }

  async close(): Promise<void> {
    this.#dropBranches();
    await this.#home.close();
  }

  abandon(): void {
    for (const branch of this.#branches.values()) branch.abandon();
    this.#home.abandon();
  }

  #at(seatId: SeatId): SfuRoom | RoomBranch {
    return this.#seats.get(seatId) ?? this.#home;
  }

  /** The branch for seats of a region; null means home. */
  #branchFor(region: string | null): RoomBranch | null {
    const home = this.#home.place;
    if (region === null || home === null || home.region === region) return null;
    // One for a region, however many nodes it has: every stream crosses to it once.
    const known = [...this.#branches.values()].find((on) => this.#options.link(on.nodeId)?.record.region === region);
    if (known !== undefined) return known;
    const nodeId = this.#options.nearest(region)?.record.id ?? home.nodeId;
    if (nodeId === home.nodeId || (this.#avoidUntilMs.get(nodeId) ?? 0) > Date.now()) return null;
    return this.#addBranch(nodeId, false);
  }

  #addBranch(nodeId: string, isThere: boolean): RoomBranch {
    const { roomId, fence, link, listener, log } = this.#options;
    const branch: RoomBranch = new RoomBranch(
      {
        room: { roomId, fence },
        nodeId,
        link,
        home: () => this.#home,
        listener: {
          ...listener,
          onProducerClosed: (producerId) => this.#closedOnBranch(branch, producerId),
          // Every microphone is heard at home.
          onActiveSpeaker: () => undefined,
          onTalked: () => undefined,
        },
        onLost: (cause) => this.#branchLost(branch, cause),
      },
      { isThere },
    );
    this.#branches.set(nodeId, branch);
    if (isThere) return branch;
    log.info({ nodeId }, 'room has a branch on a far node');
    listener.onBranchesChanged();
    return branch;
  }

  /** True when the seat was on a branch. */
  #leave(seatId: SeatId): boolean {
    const branch = this.#seats.get(seatId);
    if (branch === undefined) return false;
    this.#seats.delete(seatId);
    branch.seats.delete(seatId);
    if (!branch.isClosed) this.#tell(branch.order('removePeer', { seatId }));
    return true;
  }

  #closeEmpty(): void {
    for (const [nodeId, branch] of this.#branches) {
      if (branch.seats.size > 0) continue;
      this.#branches.delete(nodeId);
      branch.close();
      this.#options.listener.onBranchesChanged();
    }
  }

  /** Nobody is to have the stream any more, but for the node that it is closed on. */
  #forgetStream(producerId: ProducerId): void {
    this.#origins.delete(producerId);
    for (const branch of this.#branches.values()) branch.closeBrought(producerId);
  }

  #closedOnBranch(branch: RoomBranch, producerId: ProducerId): void {
    if (this.#origins.get(producerId) !== branch) {
      branch.forget(producerId);
      return;
    }
    this.#forgetStream(producerId);
    this.#tell(this.#home.order('closeProducer', { producerId }));
    this.#options.listener.onProducerClosed(producerId);
  }

  #listenAtHome(): RoomPart {
    const { listener } = this.#options;
    const onProducerClosed = (producerId: ProducerId): void => {
      const origin = this.#origins.get(producerId);
      this.#forgetStream(producerId);
      if (origin !== undefined) this.#tell(origin.order('closeProducer', { producerId }));
      listener.onProducerClosed(producerId);
    };
    return {
      listener: { ...listener, onProducerClosed },
      lostByNode: () => this.#home.lostByNode(),
      pipeWanted: (producerId, layer) => {
        const [origin, home] = [this.#origins.get(producerId), this.#home.place];
        if (origin !== undefined && home !== null) this.#tellSender(origin, home.nodeId, producerId, layer);
      },
    };
  }

  #tellSender(sender: SfuRoom | RoomBranch, nodeId: string, producerId: ProducerId, layer: number | null): void {
    this.#tell(sender.order('setPipedLayer', { nodeId, producerId, layer }));
  }

  #dropBranches(): void {
    for (const branch of this.#branches.values()) {
      // The room may have found its new home where a branch of it was.
      if (branch.nodeId === this.#home.place?.nodeId) branch.abandon();
      else branch.close();
    }
    this.#branches.clear();
    this.#seats.clear();
    this.#origins.clear();
  }

  /** Its seats make everything anew, at home; what they sent is gone. */
  #branchLost(branch: RoomBranch, cause: unknown): void {
    const { log, listener } = this.#options;
    log.warn({ err: cause, nodeId: branch.nodeId }, 'far node lost');
    this.#branches.delete(branch.nodeId);
    this.#avoidUntilMs.set(branch.nodeId, Date.now() + AVOID_AFTER_LOSS_MS);
    const seatIds = [...this.#seats].filter(([, on]) => on === branch).map(([seatId]) => seatId);
    for (const seatId of seatIds) this.#seats.delete(seatId);
    for (const [producerId, origin] of this.#origins) {
      if (origin !== branch) continue;
      this.#forgetStream(producerId);
      this.#tell(this.#home.order('closeProducer', { producerId }));
      listener.onProducerClosed(producerId);
    }
    listener.onBranchesChanged();
    if (seatIds.length > 0) listener.onSeatsReset(seatIds);
  }

  #adoptAgain(): void {
    if (this.#home.place === null) return;
    this.#adopt(async () => await this.#home.order('describeRoom', {}));
  }

  #adopt(describeHome: () => Promise<RoomDescription>): void {
    const adopting = this.#adoptAll(describeHome)
      // The home node went meanwhile: its return adopts again.
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'room was not adopted'))
      .finally(() => {
        if (this.#adopting === adopting) this.#adopting = null;
      });
    this.#adopting = adopting;
  }

  async #adoptAll(describeHome: () => Promise<RoomDescription>): Promise<void> {
    const branches = [...this.#branches.values()];
    const held = await Promise.all(branches.map(async (branch) => ({ branch, on: await branch.describe() })));
    const home = await describeHome();
    const alive = held.flatMap(({ branch, on }) => (on === null || branch.isClosed ? [] : [{ branch, on }]));
    this.#seats.clear();
    this.#origins.clear();
    for (const { branch, on } of alive) this.#takeOver(branch, on, home);
    const orphans = home.producers.filter(({ producerId, piped }) => piped !== null && !this.#origins.has(producerId));
    for (const { producerId } of orphans) this.#tell(this.#home.order('closeProducer', { producerId }));
    this.#options.listener.onAdopted({
      seats: [...home.seats, ...alive.flatMap(({ on }) => on.seats)],
      producers: home.producers.filter((producer) => !orphans.includes(producer)),
    });
  }

  #takeOver(branch: RoomBranch, on: RoomDescription, home: RoomDescription): void {
    const plan = planAdoption(home, on);
    for (const { seatId } of on.seats) this.#seats.set(seatId, branch);
    for (const producerId of plan.origins) this.#origins.set(producerId, branch);
    for (const producerId of plan.strays) {
      branch.forget(producerId);
      this.#tell(branch.order('closeProducer', { producerId }));
    }
    for (const pause of plan.pauses) this.#tell(branch.order('setProducerPaused', pause));
    const homeNodeId = this.#home.place?.nodeId ?? '';
    for (const { producerId, layer } of plan.wantedOfBranch) this.#tellSender(branch, homeNodeId, producerId, layer);
    for (const { producerId, layer } of plan.wantedOfHome)
      this.#tellSender(this.#home, branch.nodeId, producerId, layer);
  }

  #tell(telling: Promise<unknown>): void {
    telling.catch((error: unknown) => this.#options.log.debug({ err: error }, 'media node could not be told'));
  }
}
