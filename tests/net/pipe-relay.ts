import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { DeliveryQueue } from './delivery-queue.ts';
import { Line, type LineConditions, type LineCounters } from './line.ts';

const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/** A node, where it really is and where the others believe it to be. */
export interface RelayedNode {
  readonly address: string;
  /** Of this machine; the relay listens here in the node's place. */
  readonly standIn: string;
}

export interface PipeRelayOptions {
  readonly nodes: readonly RelayedNode[];
  /** The same on every node, first and last. */
  readonly ports: readonly [number, number];
  readonly seed: number;
}

interface Door {
  readonly socket: Socket;
  readonly node: RelayedNode;
  readonly port: number;
}

interface Way {
  readonly line: Line;
  readonly queue: DeliveryQueue<{ readonly from: Door; readonly to: Door; readonly packet: Buffer }>;
}

/**
 * The long lines between nodes that all send to each other under addresses of this machine: what one node sends to another's stand-in
 * arrives there from its own stand-in, port for port. Each direction between two nodes is a line of its own.
 */
export class PipeRelay {
  readonly #doors: readonly Door[];
  readonly #byAddress = new Map<string, Door>();
  readonly #ways = new Map<string, Way>();
  readonly #seed: number;
  #conditions: LineConditions = {};

  static async create({ nodes, ports: [first, last], seed }: PipeRelayOptions): Promise<PipeRelay> {
    const doors = nodes.flatMap((node) =>
      Array.from({ length: last - first + 1 }, (_, index) => {
        const buffers = { recvBufferSize: SOCKET_BUFFER_BYTES, sendBufferSize: SOCKET_BUFFER_BYTES };
        return { socket: createSocket({ type: 'udp4', ...buffers }), node, port: first + index };
      }),
    );
    const bound = doors.map(async ({ socket, node, port }) => {
      socket.bind(port, node.standIn);
      await once(socket, 'listening');
    });
    await Promise.all(bound);
    return new PipeRelay(doors, seed);
  }

  private constructor(doors: readonly Door[], seed: number) {
    this.#doors = doors;
    this.#seed = seed;
    for (const door of doors) {
      this.#byAddress.set(`${door.node.address}:${door.port}`, door);
      door.socket.on('message', (packet, from) => this.#carry(packet, `${from.address}:${from.port}`, door));
      // A node that was killed answers with "port unreachable": the line goes on.
      door.socket.on('error', () => undefined);
    }
  }

  /** Of every line, from now on. */
  change(conditions: LineConditions): void {
    this.#conditions = conditions;
    for (const { line } of this.#ways.values()) line.change(conditions);
  }

  counters(from: RelayedNode, to: RelayedNode): LineCounters {
    return this.#way(from, to).line.counters;
  }

  close(): void {
    for (const { queue } of this.#ways.values()) queue.close();
    for (const { socket } of this.#doors) socket.close();
  }

  #carry(packet: Buffer, sender: string, to: Door): void {
    const from = this.#byAddress.get(sender);
    if (from === undefined) return;
    const { line, queue } = this.#way(from.node, to.node);
    const fate = line.send(performance.now(), packet.length);
    if ('arrivesAtMs' in fate) queue.add({ from, to, packet }, fate.arrivesAtMs);
  }

  #way(from: RelayedNode, to: RelayedNode): Way {
    const name = `${from.address} ${to.address}`;
    const known = this.#ways.get(name);
    if (known !== undefined) return known;
    const way: Way = {
      line: new Line(this.#seed + this.#ways.size, this.#conditions),
      queue: new DeliveryQueue((under) => {
        under.from.socket.send(under.packet, under.to.port, under.to.node.address);
      }),
    };
    this.#ways.set(name, way);
    return way;
  }
}
