import { sfuContract } from '../../sfu/contract.ts';
import type { RtpCapabilities } from 'mediasoup/types';
import type { RoomId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';
import type { NodeRegistry } from '../runtime/node-registry.ts';
import type { OpenMediaOptions } from '../rooms/ports.ts';
import { NodeLinks, type NodeLink } from './node-links.ts';
import { choosePlace } from './placement.ts';
import type { RoomPart } from './room-branch.ts';
import { SpreadRoom } from './spread-room.ts';

export type SfuLink = NodeLink<typeof sfuContract>;

export interface SfuNodesOptions {
  readonly registry: NodeRegistry;
  readonly secret: string;
  readonly log: Log;
}

/** The sfu nodes as signaling sees them: which are there, which room is on which, and what they report about it. */
export class SfuNodes {
  readonly #log: Log;
  readonly #links: NodeLinks<typeof sfuContract>;
  readonly #rooms = new Map<RoomId, SpreadRoom>();
  #roomCapabilities: RtpCapabilities | null = null;

  constructor(options: SfuNodesOptions) {
    this.#log = options.log;
    this.#links = new NodeLinks({
      ...options,
      kind: 'sfu',
      contract: sfuContract,
      onAdded: (link) => this.#listen(link),
      onOpen: (link) => {
        this.#wakeAll();
        void this.#learn(link);
      },
      onLost: (link) => {
        for (const room of this.#rooms.values()) room.linkLost(link);
      },
      onRemoved: () => this.#wakeAll(),
    });
  }

  /** `OpenMedia` of the rooms. */
  readonly openRoom = (options: OpenMediaOptions): SpreadRoom => {
    const { roomId } = options;
    const room: SpreadRoom = new SpreadRoom({
      ...options,
      log: this.#log.child({ roomId }),
      link: (nodeId) => this.#links.get(nodeId),
      choose: () => this.#choose(options.region),
      nearest: (region) => {
        const link = this.#choose(region);
        return link?.record.region === region ? link : null;
      },
      onClosed: () => {
        if (this.#rooms.get(roomId) === room) this.#rooms.delete(roomId);
      },
    });
    this.#rooms.set(roomId, room);
    return room;
  };

  regionOf(url: string): string | null {
    return this.#links.open().find(({ record }) => record.url === url)?.record.region ?? null;
  }

  /** How many can take rooms now. */
  get openCount(): number {
    return this.#links.open().length;
  }

  /** What any room can do: all nodes of a district have the same codecs. Null until the first node was there. */
  get roomCapabilities(): RtpCapabilities | null {
    return this.#roomCapabilities;
  }

  close(): void {
    for (const room of this.#rooms.values()) room.abandon();
    this.#links.close();
  }

  #choose(region: string | null): SfuLink | null {
    const candidates = this.#links.open().map((link) => ({ link, region: link.record.region, load: link.record.load }));
    return choosePlace(candidates, region)?.link ?? null;
  }

  async #learn(link: SfuLink): Promise<void> {
    try {
      this.#roomCapabilities = (await link.client.call('capabilities', {})).routerRtpCapabilities;
    } catch (error) {
      this.#log.warn({ err: error }, 'a media node did not tell what its rooms can do');
    }
  }

  #wakeAll(): void {
    for (const room of this.#rooms.values()) room.wake();
  }

  #listen(link: SfuLink): void {
    const { notices } = link.client;
    const on = (roomId: RoomId): RoomPart | null => this.#rooms.get(roomId)?.partOn(link) ?? null;
    notices.on('roomClosed', ({ roomId }) => on(roomId)?.lostByNode());
    notices.on('pipeWanted', ({ roomId, producerId, layer }) => on(roomId)?.pipeWanted(producerId, layer));
    notices.on('producerClosed', ({ roomId, producerId }) => on(roomId)?.listener.onProducerClosed(producerId));
    notices.on('consumersClosed', ({ roomId, seatId, consumerIds }) => {
      on(roomId)?.listener.onConsumersClosed(seatId, consumerIds);
    });
    notices.on('lineQuality', ({ roomId, seatId, up, down }) => on(roomId)?.listener.onLineQuality(seatId, up, down));
    notices.on('activeSpeaker', ({ roomId, seatId }) => on(roomId)?.listener.onActiveSpeaker(seatId));
    notices.on('talked', ({ roomId, seats }) => on(roomId)?.listener.onTalked(seats));
    notices.on('transportState', ({ roomId, seatId, transportId, state }) => {
      if (state === 'closed' || state === 'unclaimed') on(roomId)?.listener.onTransportClosed(seatId, transportId);
    });
  }
}
