import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server, type Namespace, type Socket } from 'socket.io';
import * as z from 'zod';
import { AppError, type ErrorCode } from '../protocol/errors.ts';
import type { RoomId } from '../protocol/ids.ts';
import { Handshake, type CloseReason } from '../protocol/room.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Broadcast } from '../rooms/ports.ts';
import type { Room } from '../rooms/room.ts';
import type { RoomRegistry } from '../rooms/room-registry.ts';
import type { SeatClaims, SeatTokenSigner } from '../rooms/seat-token.ts';
import type { Log } from '../runtime/log.ts';
import { bindRoomRequests } from './bind.ts';
import { toWireError } from './ack.ts';
import { SeatBudgets, type RequestBudget } from './request-budget.ts';
import type { CapabilityCache } from './capability-cache.ts';
import { connectionOver, insideGroup, RoomGateway, roomHandlers, teachersGroup } from './room-gateway.ts';

const MAX_MESSAGE_BYTES = 128 * 1024;
/** A cut line is noticed within 20 s, well inside the 30 s that a seat is kept. */
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;

export interface RoomSocketsOptions {
  readonly httpServer: HttpServer | HttpsServer;
  /** Its origin may open sockets besides the host that was asked for. */
  readonly publicUrl: string | undefined;
  readonly tokens: SeatTokenSigner;
  readonly capabilities: CapabilityCache;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Answers are checked against the contract; on in tests and development. */
  readonly checksOutput: boolean;
}

/** What the handshake has found out. */
interface SocketData {
  readonly room: Room;
  readonly claims: SeatClaims;
  readonly handshake: Handshake;
  readonly budget: RequestBudget;
}

const Version = z.object({ version: z.int() });

/** Why a refused handshake is final; others may be tried again (SPEC H6). */
const CLOSE_REASONS: Partial<Record<ErrorCode, CloseReason>> = {
  clientTooOld: 'clientTooOld',
  seatTokenInvalid: 'seatTokenInvalid',
  lessonEnded: 'lessonEnded',
  gone: 'roomGone',
};

/**
 * The rooms' wire: Socket.IO, namespace `/room`. Notices go to this process's own sockets and never through Redis, so that a Redis
 * restart cannot stall a lesson. State recovery is off: each handshake is answered with one whole snapshot.
 */
export class RoomSockets {
  readonly #options: RoomSocketsOptions;
  readonly #io: Server;
  readonly #namespace: Namespace;
  readonly #budgets = new SeatBudgets();
  #registry: RoomRegistry | null = null;

  constructor(options: RoomSocketsOptions) {
    this.#options = options;
    this.#io = new Server({
      transports: ['websocket', 'polling'],
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      serveClient: false,
      // Other WebSockets live on the same server.
      destroyUpgrade: false,
      perMessageDeflate: false,
      allowRequest: (request, decide) => decide(null, this.#isOwnOrigin(request)),
    });
    this.#namespace = this.#io.of('/room');
    this.#namespace.use((socket, next) => {
      void this.#letIn(socket, next);
    });
    this.#namespace.on('connection', (socket) => this.#serve(socket));
  }

  get connectionCount(): number {
    return this.#namespace.sockets.size;
  }

  readonly broadcastFor = (roomId: RoomId): Broadcast => {
    const { local } = this.#namespace;
    const inside = local.to(insideGroup(roomId));
    const teachers = local.to(teachersGroup(roomId));
    return {
      toInside: (name, data) => {
        inside.emit(name, data);
      },
      toTeachers: (name, data) => {
        teachers.emit(name, data);
      },
    };
  };

  /**
   * Opens the sockets. After the HTTP application has been put on the server: Socket.IO then takes its own path out of the application's
   * sight, or long polling would be answered twice.
   */
  serve(registry: RoomRegistry): void {
    this.#registry = registry;
    this.#io.attach(this.#options.httpServer);
  }

  /** Cuts all sockets off; they come back to the next process. Idempotent. */
  async close(): Promise<void> {
    this.#registry = null;
    this.#namespace.disconnectSockets(true);
    // The engine exists once the sockets have been opened; the HTTP server is closed by whoever made it.
    this.#io.engine?.close();
    await Promise.resolve();
  }

  #isOwnOrigin(request: IncomingMessage): boolean {
    const { origin, host } = request.headers;
    // Programs send none; a browser always does, and cannot be made to lie about it.
    if (origin === undefined) return true;
    if (!URL.canParse(origin)) return false;
    const { publicUrl } = this.#options;
    return new URL(origin).host === host || (publicUrl !== undefined && new URL(publicUrl).origin === origin);
  }

  async #letIn(socket: Socket, next: (error?: Error) => void): Promise<void> {
    try {
      socket.data = await this.#admit(socket);
    } catch (error) {
      next(this.#refusal(error));
      return;
    }
    next();
  }

  async #admit(socket: Socket): Promise<SocketData> {
    const { auth } = socket.handshake;
    const version = Version.safeParse(auth);
    if (!version.success) throw new AppError('invalidInput', { message: 'no protocol version' });
    if (version.data.version < PROTOCOL_VERSION) throw new AppError('clientTooOld');
    if (version.data.version > PROTOCOL_VERSION) throw new AppError('serverTooOld');
    const handshake = Handshake.safeParse(auth);
    if (!handshake.success) throw new AppError('invalidInput', { message: 'malformed handshake' });
    const claims = this.#options.tokens.verify(handshake.data.seatToken);
    if (claims.roomId !== handshake.data.roomId) throw new AppError('seatTokenInvalid');
    if (this.#registry === null) throw new AppError('unavailable');
    const room = await this.#registry.find(claims.roomId);
    if (room === null) throw new AppError('gone');
    const nowMs = this.#options.nowMs();
    // By seat and not by address: a whole class behind one address comes back at once when the server was restarted.
    const budget = this.#budgets.of(room.assertSeatToken(claims), nowMs);
    if (!budget.takeHandshake(nowMs)) throw new AppError('tooManyRequests');
    return { room, claims, handshake: handshake.data, budget };
  }

  #serve(socket: Socket): void {
    const { room, claims, handshake, budget } = socket.data as SocketData;
    const { log, nowMs, checksOutput, capabilities } = this.#options;
    // The parsed handshake with its capabilities would otherwise live as long as the socket.
    socket.data = null;
    const gateway = new RoomGateway(room, socket.id);
    const socketLog = log.child({ roomId: claims.roomId, seatId: claims.seatId });
    bindRoomRequests({
      socket,
      handlers: roomHandlers,
      authorize: (name) => gateway.authorize(name),
      budget,
      log: socketLog,
      nowMs,
      checksOutput,
    });
    socket.on('disconnect', () => gateway.disconnected());
    const connection = connectionOver(socket, claims.roomId);
    try {
      const { rtpCapabilities } = handshake;
      gateway.connect(claims, connection, rtpCapabilities === undefined ? null : capabilities.intern(rtpCapabilities));
    } catch (error) {
      const { code } = toWireError(error, socketLog, 'connect');
      connection.close(CLOSE_REASONS[code] ?? 'seatTokenInvalid');
    }
  }

  /** Socket.IO hands `data` to the browser's `connect_error`. */
  #refusal(error: unknown): Error {
    const { code, message, details } = toWireError(error, this.#options.log, 'handshake');
    const reason = CLOSE_REASONS[code] ?? null;
    return Object.assign(new Error(code), {
      data: { code, message, reason, ...(details === undefined ? {} : { details }) },
    });
  }
}
