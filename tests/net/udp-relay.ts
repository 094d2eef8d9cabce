import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { DeliveryQueue } from './delivery-queue.ts';
import { Line, sumOf, type LineConditions, type LineCounters } from './line.ts';

const ADDRESS = '127.0.0.1';
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;
/** Rows of ports are looked for here: below the ports that the kernel gives away. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 30_000;
const MAX_ATTEMPTS = 50;

export interface UdpRelayOptions {
  /** First port of the row that packets are carried to, on this machine. */
  readonly targetPort: number;
  /** Ports in the row; the nth of the relay leads to the nth of the target. */
  readonly ports?: number;
  readonly seed: number;
  /** From clients to the target. */
  readonly up?: LineConditions;
  readonly down?: LineConditions;
}

export interface RelayCounters {
  /** Client addresses that were seen. */
  readonly clients: number;
  readonly up: LineCounters;
  readonly down: LineCounters;
}

/**
 * A bad line in front of a UDP server: clients send to the relay's ports, the server sees a socket of the relay for each client. Every client has a line of its own,
 * seeded by the order in which clients turn up.
 */
export class UdpRelay {
  /** First of the row. */
  readonly port: number;
  readonly #options: UdpRelayOptions;
  readonly #doors: readonly Socket[];
  readonly #clients = new Map<string, RelayedClient>();
  #up: LineConditions;
  #down: LineConditions;
  #isClosed = false;

  static async create(options: UdpRelayOptions): Promise<UdpRelay> {
    const count = options.ports ?? 1;
    for (let attempt = 1; ; attempt += 1) {
      const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
      const doors = await bindRow(port, count);
      if (doors !== undefined) return new UdpRelay(options, port, doors);
      if (attempt === MAX_ATTEMPTS) throw new Error(`no row of ${count} free ports`);
    }
  }

  private constructor(options: UdpRelayOptions, port: number, doors: readonly Socket[]) {
    this.#options = options;
    this.#up = options.up ?? {};
    this.#down = options.down ?? {};
    this.port = port;
    this.#doors = doors;
    for (const [index, door] of doors.entries()) {
      door.on('message', (packet, from) => this.#clientOf(index, door, from.address, from.port).carryUp(packet));
    }
  }

  get counters(): RelayCounters {
    const clients = [...this.#clients.values()];
    return {
      clients: clients.length,
      up: sumOf(clients.map(({ up }) => up.counters)),
      down: sumOf(clients.map(({ down }) => down.counters)),
    };
  }

  /** For all clients from now on; a direction that is left out stays as it is. */
  change(conditions: { readonly up?: LineConditions; readonly down?: LineConditions }): void {
    this.#up = conditions.up ?? this.#up;
    this.#down = conditions.down ?? this.#down;
    for (const { up, down } of this.#clients.values()) {
      up.change(this.#up);
      down.change(this.#down);
    }
  }

  /** What is under way is lost. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const door of this.#doors) door.close();
    for (const client of this.#clients.values()) client.close();
  }

  #clientOf(index: number, door: Socket, address: string, port: number): RelayedClient {
    const key = `${index} ${address}:${port}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const seed = this.#options.seed + 2 * this.#clients.size;
    const client = new RelayedClient({
      up: new Line(seed, this.#up),
      down: new Line(seed + 1, this.#down),
      targetPort: this.#options.targetPort + index,
      answer: (packet) => {
        if (!this.#isClosed) door.send(packet, port, address);
      },
    });
    this.#clients.set(key, client);
    return client;
  }
}

/** One client's two directions and the socket that stands for it at the server. */
class RelayedClient {
  readonly up: Line;
  readonly down: Line;
  readonly #socket: Socket;
  readonly #upQueue: DeliveryQueue<Buffer>;
  readonly #downQueue: DeliveryQueue<Buffer>;
  #isClosed = false;

  constructor(options: {
    readonly up: Line;
    readonly down: Line;
    readonly targetPort: number;
    readonly answer: (packet: Buffer) => void;
  }) {
    this.up = options.up;
    this.down = options.down;
    this.#socket = relaySocket();
    this.#upQueue = new DeliveryQueue((packet) => {
      if (!this.#isClosed) this.#socket.send(packet, options.targetPort, ADDRESS);
    });
    this.#downQueue = new DeliveryQueue(options.answer);
    this.#socket.on('message', (packet, from) => {
      if (from.port === options.targetPort) carry(packet, this.down, this.#downQueue);
    });
    this.#socket.bind(0, ADDRESS);
  }

  carryUp(packet: Buffer): void {
    carry(packet, this.up, this.#upQueue);
  }

  close(): void {
    this.#isClosed = true;
    this.#upQueue.close();
    this.#downQueue.close();
    this.#socket.close();
  }
}

function carry(packet: Buffer, line: Line, queue: DeliveryQueue<Buffer>): void {
  const fate = line.send(performance.now(), packet.length);
  if ('arrivesAtMs' in fate) queue.add(packet, fate.arrivesAtMs);
}

async function bindRow(port: number, count: number): Promise<Socket[] | undefined> {
  const doors: Socket[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      const door = relaySocket();
      door.bind({ port: port + index, address: ADDRESS, exclusive: true });
      await once(door, 'listening');
      doors.push(door);
    }
    return doors;
  } catch {
    for (const door of doors) door.close();
    return undefined;
  }
}

function relaySocket(): Socket {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: SOCKET_BUFFER_BYTES,
    sendBufferSize: SOCKET_BUFFER_BYTES,
  });
  // Nobody may be listening at the other end: to a client that looks like loss, as over a real network.
  socket.on('error', () => undefined);
  return socket;
}
