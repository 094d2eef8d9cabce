import { Manager } from 'socket.io-client';
import type { Socket } from 'socket.io-client';

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * The connection beneath a room's socket. It is opened before anybody knows which seat will use it, so that the upgrade does not lie between the
 * click and the picture; the seat is named afterwards.
 */
export class RoomLine {
  readonly #manager: Manager;

  constructor(origin: string, path: string) {
    this.#manager = new Manager(origin, {
      path,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      autoConnect: false,
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
    });
  }

  /** A failure is no matter yet: whoever connects a socket tries again, and tells. */
  open(): void {
    this.#manager.open(() => undefined);
  }

  socket(auth: (send: (data: object) => void) => void): Socket {
    return this.#manager.socket('/room', { auth });
  }

  /** For a line that no socket came to use. */
  close(): void {
    this.#manager.engine?.close();
  }
}
