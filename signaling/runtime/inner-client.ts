import { WebSocket, type RawData } from 'ws';
import { AppError } from '../protocol/errors.ts';
import { Emitter } from './emitter.ts';
import type {
  InnerContract,
  InnerNotice,
  InnerNoticeName,
  InnerParams,
  InnerRequestName,
  InnerResult,
} from './inner-contract.ts';
import {
  CLIENT_NAME_HEADER,
  fromWireError,
  INNER_PATH,
  InnerMessage,
  MAX_MESSAGE_BYTES,
  parseJson,
} from './inner-wire.ts';
import type { Log } from './log.ts';

const CALL_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 20;
const RETRY_CAP_MS = 1_000;
const HANDSHAKE_TIMEOUT_MS = 2_000;
/** The server pings every 5 s; a link without any sign for longer is dead. */
const SILENCE_LIMIT_MS = 12_000;

export interface InnerClientOptions<C extends InnerContract> {
  readonly contract: C;
  /** `ws://host:port` or `http://host:port`; the path is added when there is none. */
  readonly url: string;
  readonly secret: string;
  readonly log: Log;
  /** What the server calls this client in its log. */
  readonly clientName: string;
}

export type InnerClientState = 'connecting' | 'open' | 'closed';

interface ClientEvents {
  /** Connected, for the first time or again. After every `open` the server knows nothing of this client. */
  readonly open: [];
  /** The connection is lost; it is being made again unless `close()` was called. */
  readonly closed: [];
}

type NoticeEvents<C extends InnerContract> = { readonly [N in InnerNoticeName<C>]: [data: InnerNotice<C, N>] };

/** IP addresses of a connection, as this side sees them. */
export interface ConnectionEnds {
  readonly here: string;
  readonly there: string;
}

interface PendingCall {
  readonly settle: (outcome: { readonly data: unknown } | { readonly error: unknown }) => void;
}

/**
 * Client of a contract over one WebSocket that reconnects by itself (20 ms, doubling to 1 s). A call while there is no connection, and
 * every call pending when it is lost, rejects with `AppError('unavailable')`: nothing is queued or repeated behind the caller's back.
 */
export class InnerClient<C extends InnerContract> {
  readonly events: Emitter<ClientEvents>;
  readonly notices: Emitter<NoticeEvents<C>>;
  readonly url: string;
  readonly #options: InnerClientOptions<C>;
  readonly #pending = new Map<number, PendingCall>();
  #webSocket: WebSocket | null = null;
  #state: InnerClientState = 'connecting';
  #ends: ConnectionEnds | null = null;
  #nextId = 1;
  #failures = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #silenceTimer: NodeJS.Timeout | undefined;

  /** Starts connecting at once; `opened()` waits for the first success. */
  constructor(options: InnerClientOptions<C>) {
    this.#options = options;
    this.url = innerUrlOf(options.url);
    const onListenerError = (error: unknown, event: string): void => {
      options.log.error({ err: error, event }, 'listener of an inner client failed');
    };
    this.events = new Emitter(onListenerError);
    this.notices = new Emitter(onListenerError);
    this.#connect();
  }

  get state(): InnerClientState {
    return this.#state;
  }

  /** Of the connection that is open, or was last. */
  get ends(): ConnectionEnds | null {
    return this.#ends;
  }

  /** Resolves as soon as the connection is open; rejects with `unavailable` after the timeout or when closed. */
  async opened(timeoutMs = CALL_TIMEOUT_MS): Promise<void> {
    if (this.#state === 'open') {
      return;
    }
    if (this.#state === 'closed') {
      throw new AppError('unavailable', { message: 'inner client is closed' });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const off = this.events.once('open', resolve);
    const timer = setTimeout(
      () => reject(new AppError('unavailable', { message: 'no inner connection in time' })),
      timeoutMs,
    );
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      off();
    }
  }

  /** @throws AppError with the server's code, or `unavailable` (no connection, connection lost, no answer in time). */
  async call<N extends InnerRequestName<C>>(
    name: N,
    params: InnerParams<C, N>,
    { timeoutMs = CALL_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
  ): Promise<InnerResult<C, N>> {
    const webSocket = this.#webSocket;
    if (this.#state !== 'open' || webSocket === null) {
      throw new AppError('unavailable', { message: 'no inner connection', details: { request: name } });
    }
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(
      () => reject(new AppError('unavailable', { message: 'no answer in time', details: { request: name } })),
      timeoutMs,
    );
    this.#pending.set(id, {
      settle: (outcome) => ('data' in outcome ? resolve(outcome.data) : reject(outcome.error)),
    });
    try {
      webSocket.send(JSON.stringify({ id, name, params }));
      const answer = await promise;
      const result = this.#options.contract.requests[name]?.result.safeParse(answer);
      if (result?.success !== true) {
        throw new AppError('internal', { message: 'inner answer does not fit the contract', cause: result?.error });
      }
      return result.data as InnerResult<C, N>;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
    }
  }

  /** Ends for good. Idempotent. */
  close(): void {
    if (this.#state === 'closed') {
      return;
    }
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#silenceTimer);
    this.#rejectPending();
    this.#webSocket?.terminate();
    this.#webSocket = null;
    if (wasOpen) {
      this.events.emit('closed');
    }
    this.events.removeAll();
    this.notices.removeAll();
  }

  #connect(): void {
    const webSocket = new WebSocket(this.url, {
      headers: { authorization: `Bearer ${this.#options.secret}`, [CLIENT_NAME_HEADER]: this.#options.clientName },
      maxPayload: 8 * MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#webSocket = webSocket;
    webSocket.on('upgrade', ({ socket: { localAddress, remoteAddress } }) => {
      if (localAddress !== undefined && remoteAddress !== undefined) {
        this.#ends = { here: localAddress, there: remoteAddress };
      }
    });
    webSocket.on('open', () => this.#onOpen(webSocket));
    webSocket.on('message', (data) => this.#onMessage(data));
    webSocket.on('ping', () => this.#heard(webSocket));
    webSocket.on('error', (error) => {
      // The first failure of a row is worth a line; the retries after it are not.
      this.#options.log[this.#failures === 0 ? 'warn' : 'debug'](
        { err: error, url: this.url },
        'inner connection failed',
      );
    });
    webSocket.on('close', () => this.#onClose(webSocket));
  }

  #onOpen(webSocket: WebSocket): void {
    if (webSocket !== this.#webSocket || this.#state === 'closed') {
      return;
    }
    this.#failures = 0;
    this.#state = 'open';
    this.#heard(webSocket);
    this.#options.log.info({ url: this.url }, 'inner connection opened');
    this.events.emit('open');
  }

  #onClose(webSocket: WebSocket): void {
    if (webSocket !== this.#webSocket || this.#state === 'closed') {
      return;
    }
    const wasOpen = this.#state === 'open';
    this.#state = 'connecting';
    this.#webSocket = null;
    clearTimeout(this.#silenceTimer);
    this.#rejectPending();
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 10), RETRY_CAP_MS);
    this.#failures += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), delayMs);
    if (wasOpen) {
      this.#options.log.warn({ url: this.url }, 'inner connection lost');
      this.events.emit('closed');
    }
  }

  #onMessage(data: RawData): void {
    const message = InnerMessage.safeParse(parseJson(Buffer.isBuffer(data) ? data.toString('utf8') : ''));
    if (!message.success) {
      this.#options.log.error({ url: this.url }, 'inner answer is malformed');
      return;
    }
    if ('notice' in message.data) {
      this.#onNotice(message.data.notice, message.data.data);
      return;
    }
    const answer = message.data;
    this.#pending.get(answer.id)?.settle(answer.ok ? { data: answer.data } : { error: fromWireError(answer.error) });
  }

  #onNotice(name: string, rawData: unknown): void {
    const schema = Object.hasOwn(this.#options.contract.notices, name)
      ? this.#options.contract.notices[name]
      : undefined;
    const data = schema?.safeParse(rawData);
    if (data?.success !== true) {
      this.#options.log.error({ notice: name }, 'inner notice does not fit the contract');
      return;
    }
    type Name = InnerNoticeName<C>;
    // `name` was found in the contract and `data` parsed by its schema, which the compiler cannot connect.
    const emit = this.notices.emit.bind(this.notices) as (name: Name, data: unknown) => void;
    emit(name, data.data);
  }

  #heard(webSocket: WebSocket): void {
    clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => webSocket.terminate(), SILENCE_LIMIT_MS);
  }

  #rejectPending(): void {
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) {
      call.settle({ error: new AppError('unavailable', { message: 'inner connection lost' }) });
    }
  }
}

function innerUrlOf(url: string): string {
  const parsed = new URL(url.replace(/^http/, 'ws'));
  if (parsed.pathname === '/') {
    parsed.pathname = INNER_PATH;
  }
  return parsed.href;
}
