import { sfuContract } from '../../sfu/contract.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';
import type { NodeRegistry } from '../runtime/node-registry.ts';
import type { OpenMediaOptions } from '../rooms/ports.ts';
import { NodeLinks, type NodeLink } from './node-links.ts';
import { choosePlace } from './placement.ts';
import { SfuRoom } from './sfu-room.ts';

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
  readonly #rooms = new Map<RoomId, SfuRoom>();

  constructor(options: SfuNodesOptions) {
    this.#log = options.log;
    this.#links = new NodeLinks({
      ...options,
      kind: 'sfu',
      contract: sfuContract,
      onAdded: (link) => this.#listen(link),
      onOpen: () => this.#wakeAll(),
      onLost: (link) => this.#eachOn(link, (room) => room.linkLost()),
      onRemoved: () => this.#wakeAll(),
    });
  }

  /** `OpenMedia` of the rooms. */
  readonly openRoom = (options: OpenMediaOptions): SfuRoom => {
    const { roomId } = options;
    const room: SfuRoom = new SfuRoom({
      ...options,
      log: this.#log.child({ roomId }),
      link: (nodeId) => this.#links.get(nodeId),
      choose: () => this.#choose(options.region),
      onClosed: () => {
        if (this.#rooms.get(roomId) === room) this.#rooms.delete(roomId);
      },
    });
    this.#rooms.set(roomId, room);
    return room;
  };

  /** For `/readyz`. */
  get hasNode(): boolean {
    return this.#links.open().length > 0;
  }

  close(): void {
    for (const room of this.#rooms.values()) room.abandon();
    this.#links.close();
  }

  #choose(region: string | null): SfuLink | null {
    const candidates = this.#links.open().map((link) => ({ link, region: link.record.region, load: link.record.load }));
    return choosePlace(candidates, region)?.link ?? null;
  }

  #wakeAll(): void {
    for (const room of this.#rooms.values()) room.wake();
  }

  #eachOn(link: SfuLink, run: (room: SfuRoom) => void): void {
    for (const room of this.#rooms.values()) if (room.isOn(link)) run(room);
  }

  #listen(link: SfuLink): void {
    const { notices } = link.client;
    const roomOn = (roomId: RoomId): SfuRoom | null => {
      const room = this.#rooms.get(roomId);
      return room?.isOn(link) === true ? room : null;
    };
    notices.on('roomClosed', ({ roomId }) => roomOn(roomId)?.lostByNode());
    notices.on('producerClosed', ({ roomId, producerId }) => roomOn(roomId)?.listener.onProducerClosed(producerId));
    notices.on('consumersClosed', ({ roomId, seatId, consumerIds }) => {
      roomOn(roomId)?.listener.onConsumersClosed(seatId, consumerIds);
    });
    notices.on('lineQuality', ({ roomId, seatId, up, down }) =>
      roomOn(roomId)?.listener.onLineQuality(seatId, up, down),
    );
    notices.on('activeSpeaker', ({ roomId, seatId }) => roomOn(roomId)?.listener.onActiveSpeaker(seatId));
    notices.on('transportState', ({ roomId, seatId, transportId, state }) => {
      if (state === 'closed' || state === 'unclaimed') roomOn(roomId)?.listener.onTransportClosed(seatId, transportId);
    });
  }
}
