import { createServer, connect, type Server, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';

const SLICE_BYTES = 1_400;
const BITS_PER_BYTE_MS = 8_000;
/** Timers that are late on a busy machine catch up by as much: a line in use is as fast as it says, not slower. */
const SLACK_MS = 500;
/** After this long without a byte the line was idle, and what it could have carried is gone. */
const IDLE_MS = 50;

/** What the line towards the client carries. The other direction is free. */
export interface TcpLine {
  readonly bitsPerSecond: number;
}

/**
 * A TCP relay with one line that all its connections share, as the devices of a home share theirs: bytes go on as fast as the line allows, and whoever sends is
 * held back by TCP itself. Nothing is lost.
 */
export class TcpRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: { readonly host: string; readonly port: number };
  #line: TcpLine;
  #freeAtMs = 0;
  #passedAtMs = 0;
  #carriedBytes = 0;

  static async open(target: { readonly host: string; readonly port: number }, line: TcpLine): Promise<TcpRelay> {
    const relay = new TcpRelay(target, line);
    await new Promise<void>((done) => relay.#server.listen(0, '127.0.0.1', done));
    return relay;
  }

  private constructor(target: { readonly host: string; readonly port: number }, line: TcpLine) {
    this.#target = target;
    this.#line = line;
    this.#server = createServer((client) => this.#carry(client));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  /** Towards the clients, since the beginning. */
  get carriedBytes(): number {
    return this.#carriedBytes;
  }

  change(line: TcpLine): void {
    this.#line = line;
    this.#freeAtMs = Math.min(this.#freeAtMs, performance.now());
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  #carry(client: Socket): void {
    const server = connect(this.#target);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    const drop = (): void => {
      client.destroy();
      server.destroy();
    };
    pipeline(client, server, () => server.end());
    pipeline(server, this.#shaper(), client, drop);
  }

  /** Lets through slice by slice, in the order in which the connections ask. */
  #shaper(): Transform {
    const shaper = new Transform({
      // As little as can be waits here: the rest waits in the sender's socket.
      highWaterMark: SLICE_BYTES,
      transform: (chunk: Buffer, _encoding, done) => {
        void this.#pass(chunk, (slice) => shaper.push(slice), done);
      },
    });
    return shaper;
  }

  async #pass(chunk: Buffer, pass: (slice: Buffer) => void, done: () => void): Promise<void> {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      const bytes = Math.min(SLICE_BYTES, chunk.length - at);
      const nowMs = performance.now();
      const lineMs = (bytes * BITS_PER_BYTE_MS) / this.#line.bitsPerSecond;
      const isIdle = nowMs - this.#passedAtMs > IDLE_MS && this.#freeAtMs <= this.#passedAtMs;
      this.#freeAtMs = Math.max(isIdle ? nowMs : nowMs - SLACK_MS, this.#freeAtMs) + lineMs;
      this.#carriedBytes += bytes;
      const waitMs = this.#freeAtMs - nowMs;
      if (waitMs > 1) await new Promise((later) => setTimeout(later, waitMs));
      this.#passedAtMs = performance.now();
      pass(chunk.subarray(at, at + bytes));
    }
    done();
  }
}
