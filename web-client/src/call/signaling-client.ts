import type { Socket } from 'socket.io-client';
import * as z from 'zod';
import { isErrorCode } from '../../../signaling/protocol/errors.ts';
import { roomNotices, roomRequests } from '../../../signaling/protocol/room.ts';
import type {
  CloseReason,
  RoomNotice,
  RoomNoticeName,
  RoomParams,
  RoomRequestName,
  RoomResult,
} from '../../../signaling/protocol/room.ts';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import { RequestFailure, asFailure } from '../api/request-failure.ts';
import { Emitter } from './emitter.ts';
import { RoomLine } from './room-line.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** How long a request waits for a lost connection before it is given up with a reason. */
const OFFLINE_PATIENCE_MS = 8_000;
const RETRY_FIRST_MS = 250;
const RETRY_LONGEST_MS = 1_000;
const PROBE_TIMEOUT_MS = 3_000;
/** After this long without the home process, the seat is asked for again: the room may live somewhere else by now. */
const RENEW_AFTER_MS = 6_000;

/** What is needed to take one's seat: where the room lives and the token that opens it. */
export interface SeatPass {
  readonly origin: string;
  /** Socket.IO path of the room's home process. */
  readonly path: string;
  readonly roomId: string;
  readonly seatToken: string;
}

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'reconnecting'; readonly sinceMs: number }
  | { readonly kind: 'closed'; readonly reason: CloseReason };

export interface SignalingClientOptions {
  readonly pass: SeatPass;
  /** Opened ahead to the pass's origin and path. */
  readonly line?: RoomLine;
  /** Asked at each handshake; undefined while waiting or without WebRTC. */
  readonly rtpCapabilities: () => object | undefined;
  /** A fresh pass when the token is no longer good or the home is gone; rejects with the reason when refused. */
  readonly renew: () => Promise<SeatPass>;
  /** The rotated token, to be kept for a reload. */
  readonly onSeatToken: (seatToken: string) => void;
}

type NoticeEvents = { [N in RoomNoticeName]: [data: RoomNotice<N>] };
interface ClientEvents extends NoticeEvents {
  state: [state: ConnectionState];
}

const WireAck = z.union([
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
]);

const HandshakeRefusal = z.object({ data: z.object({ code: z.string() }) });

const noticeNames = Object.keys(roomNotices) as RoomNoticeName[];

/** What the close page says when the server refuses a handshake or a new pass for good. */
function closeReasonFor(code: string): CloseReason | null {
  switch (code) {
    case 'clientTooOld':
      return 'clientTooOld';
    case 'removedFromRoom':
      return 'removed';
    case 'lessonEnded':
      return 'lessonEnded';
    case 'notFound':
    case 'gone':
    case 'invitationExpired':
      return 'roomGone';
    case 'signedOut':
    case 'forbidden':
      return 'seatTokenInvalid';
    default:
      return null;
  }
}

/**
 * The room's socket: typed requests and notices, and a connection that comes back by itself. It ends only when the
 * server says a last word (`closed`), refuses for good, or the page leaves.
 */
export class SignalingClient {
  readonly #options: SignalingClientOptions;
  readonly #events = new Emitter<ClientEvents>();
  #pass: SeatPass;
  #socket: Socket;
  #state: ConnectionState = { kind: 'connecting' };
  #lostAtMs: number | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  #attempt = 0;
  #renewing = false;
  #nextRenewAtMs = 0;

  constructor(options: SignalingClientOptions) {
    this.#options = options;
    this.#pass = options.pass;
    this.#socket = this.#createSocket(options.line);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  connect(): void {
    this.#socket.connect();
  }

  on<E extends keyof ClientEvents>(event: E, listener: (...values: ClientEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Rejects with {@link RequestFailure} only. While the line is away the request waits for it as long as it is worth something. */
  async call<N extends RoomRequestName>(
    name: N,
    params: RoomParams<N>,
    patienceMs = OFFLINE_PATIENCE_MS,
  ): Promise<RoomResult<N>> {
    await this.#untilConnected(patienceMs);
    return this.#send(name, params, REQUEST_TIMEOUT_MS);
  }

  /**
   * Finds out whether the line still works (after a network change or sleep) instead of waiting for the heartbeat,
   * and drops it when it does not, so that the reconnect starts now.
   */
  async probe(): Promise<void> {
    if (this.#state.kind === 'closed') return;
    if (this.#state.kind === 'reconnecting') {
      this.#attempt = 0;
      this.#scheduleRetry(0);
      return;
    }
    if (!this.#socket.connected) return;
    try {
      const snapshot = await this.#send('resync', {}, PROBE_TIMEOUT_MS);
      this.#events.emit('snapshot', snapshot);
    } catch {
      this.#socket.io.engine.close();
    }
  }

  /** Ends the connection from this side; nothing comes back after it. */
  close(reason: CloseReason): void {
    if (this.#state.kind === 'closed') return;
    this.#clearRetry();
    this.#socket.disconnect();
    this.#setState({ kind: 'closed', reason });
    this.#events.clear();
  }

  #createSocket(line = new RoomLine(this.#pass.origin, this.#pass.path)): Socket {
    const socket = line.socket((send) => {
      const rtpCapabilities = this.#options.rtpCapabilities();
      send({
        version: PROTOCOL_VERSION,
        roomId: this.#pass.roomId,
        seatToken: this.#pass.seatToken,
        ...(rtpCapabilities === undefined ? {} : { rtpCapabilities }),
      });
    });
    socket.on('connect', () => this.#handleConnect());
    socket.on('connect_error', (error) => this.#handleRefusal(error));
    socket.on('disconnect', () => this.#handleLoss());
    for (const name of noticeNames) socket.on(name, (data: unknown) => this.#handleNotice(name, data));
    return socket;
  }

  #handleConnect(): void {
    this.#attempt = 0;
    this.#lostAtMs = null;
    this.#clearRetry();
    this.#setState({ kind: 'connected' });
  }

  #handleLoss(): void {
    if (this.#state.kind === 'closed') return;
    this.#markLost();
    this.#scheduleRetry();
  }

  #handleRefusal(error: Error): void {
    if (this.#state.kind === 'closed') return;
    const refusal = HandshakeRefusal.safeParse(error);
    const code = refusal.success ? refusal.data.data.code : null;
    const reason = code === null ? null : closeReasonFor(code);
    if (reason !== null && code !== 'signedOut' && code !== 'forbidden') {
      this.#end(reason);
      return;
    }
    this.#markLost();
    if (code === 'seatTokenInvalid' || code === 'signedOut' || code === 'forbidden') void this.#renew();
    else this.#scheduleRetry();
  }

  #handleNotice<N extends RoomNoticeName>(name: N, data: unknown): void {
    const parsed = roomNotices[name].safeParse(data);
    if (!parsed.success) {
      console.error('notice does not follow the contract', name, parsed.error);
      return;
    }
    const value = parsed.data as RoomNotice<N>;
    if (name === 'seatToken') this.#handleSeatToken(value as RoomNotice<'seatToken'>);
    // The events map has exactly the notices' tuples; the compiler cannot follow that through a generic key.
    (this.#events as unknown as Emitter<Record<N, [RoomNotice<N>]>>).emit(name, value);
    if (name === 'closed') this.#end((value as RoomNotice<'closed'>).reason);
  }

  #handleSeatToken({ seatToken }: RoomNotice<'seatToken'>): void {
    this.#pass = { ...this.#pass, seatToken };
    this.#options.onSeatToken(seatToken);
  }

  #markLost(): void {
    this.#lostAtMs ??= Date.now();
    this.#setState({ kind: 'reconnecting', sinceMs: this.#lostAtMs });
  }

  #scheduleRetry(afterMs = Math.min(RETRY_FIRST_MS * 2 ** this.#attempt, RETRY_LONGEST_MS)): void {
    this.#clearRetry();
    this.#attempt += 1;
    // A little disorder, so that a restarted server is not met by everybody in the same millisecond.
    const jitterMs = afterMs * 0.3 * Math.random();
    this.#retryTimer = setTimeout(() => this.#retry(), afterMs + jitterMs);
  }

  #retry(): void {
    if (this.#state.kind === 'closed' || this.#socket.connected) return;
    const lostForMs = Date.now() - (this.#lostAtMs ?? Date.now());
    if (lostForMs >= RENEW_AFTER_MS && Date.now() >= this.#nextRenewAtMs) void this.#renew();
    else this.#socket.connect();
  }

  async #renew(): Promise<void> {
    if (this.#renewing || this.#state.kind === 'closed') return;
    this.#renewing = true;
    this.#nextRenewAtMs = Date.now() + RENEW_AFTER_MS;
    try {
      const pass = await this.#options.renew();
      if (this.#isClosed()) return;
      this.#pass = pass;
      this.#options.onSeatToken(pass.seatToken);
      this.#replaceSocket();
    } catch (error) {
      const reason = closeReasonFor(asFailure(error).code);
      if (this.#isClosed()) return;
      if (reason !== null) this.#end(reason);
      else this.#scheduleRetry();
    } finally {
      this.#renewing = false;
    }
  }

  #isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  #replaceSocket(): void {
    const old = this.#socket;
    old.removeAllListeners();
    old.disconnect();
    this.#socket = this.#createSocket();
    this.#socket.connect();
  }

  #end(reason: CloseReason): void {
    if (this.#state.kind === 'closed') return;
    this.#clearRetry();
    this.#setState({ kind: 'closed', reason });
    this.#socket.disconnect();
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#events.emit('state', state);
  }

  #clearRetry(): void {
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
  }

  #untilConnected(patienceMs: number): Promise<void> {
    if (this.#socket.connected) return Promise.resolve();
    if (this.#isClosed()) return Promise.reject(new RequestFailure('gone'));
    return new Promise((resolve, reject) => {
      const settle = (failure: RequestFailure | null): void => {
        clearTimeout(timer);
        off();
        if (failure === null) resolve();
        else reject(failure);
      };
      const timer = setTimeout(() => settle(new RequestFailure('offline')), patienceMs);
      const off = this.on('state', (state) => {
        if (state.kind === 'connected') settle(null);
        if (state.kind === 'closed') settle(new RequestFailure('gone'));
      });
    });
  }

  async #send<N extends RoomRequestName>(name: N, params: RoomParams<N>, timeoutMs: number): Promise<RoomResult<N>> {
    const answer: unknown = await this.#socket
      .timeout(timeoutMs)
      .emitWithAck(name, params)
      .catch((error: unknown) => {
        throw new RequestFailure(this.#socket.connected ? 'timedOut' : 'offline', { cause: error });
      });
    const ack = WireAck.safeParse(answer);
    if (!ack.success) throw new RequestFailure('unreadable', { cause: ack.error });
    if (!ack.data.ok) {
      const { code, message, details } = ack.data.error;
      const errorId = typeof details?.['errorId'] === 'string' ? details['errorId'] : undefined;
      throw new RequestFailure(isErrorCode(code) ? code : 'internal', { message, details, errorId });
    }
    const result = roomRequests[name].result.safeParse(ack.data.data);
    if (!result.success) throw new RequestFailure('unreadable', { cause: result.error });
    return result.data as RoomResult<N>;
  }
}
