import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A keyframe of a screen is a burst of hundreds of packets; the kernel's default of 208 KiB loses some of it (research, pitfall 12). */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** A bound UDP socket that hears one sender only. */
export class UdpPort {
  readonly #socket: Socket;

  static async bind(address: string, onPacket: (packet: Buffer) => void): Promise<UdpPort> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.on('message', onPacket);
    socket.bind({ address, port: 0, exclusive: true });
    await once(socket, 'listening');
    // Nothing is ever sent, so an error says nothing about what arrives.
    socket.on('error', () => undefined);
    return new UdpPort(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** From here on the kernel drops what anybody else sends. */
  async hearOnly(ip: string, port: number): Promise<void> {
    const isUnspecified = ip === '0.0.0.0' || ip === '::';
    if (isUnspecified) return;
    this.#socket.connect(port, ip);
    await once(this.#socket, 'connect');
  }

  /** Idempotent. */
  close(): void {
    try {
      this.#socket.close();
    } catch {
      // It was closed before.
    }
  }
}
