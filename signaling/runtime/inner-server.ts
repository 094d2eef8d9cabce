import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { AppError } from '../protocol/errors.ts';
import type { InnerContract, InnerHandlers, InnerNotice, InnerNoticeName } from './inner-contract.ts';
import {
  CLIENT_NAME_HEADER,
  INNER_PATH,
  InnerRequest,
  MAX_MESSAGE_BYTES,
  parseJson,
  toWireError,
} from './inner-wire.ts';
import type { Log } from './log.ts';
import { hasBearer, refuseUpgrade, type ProcessServer } from './process-server.ts';

const PING_INTERVAL_MS = 5_000;
/** A client that reads nothing while this much waits for it is cut off: it will reconnect and ask for the whole state. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;

/** One client of an inner server. */
export interface InnerConnection<C extends InnerContract> {
  readonly id: string;
  /** What the client calls itself, e.g. `signaling`. */
  readonly clientName: string;
  readonly isOpen: boolean;
  notify<N extends InnerNoticeName<C>>(name: N, data: InnerNotice<C, N>): void;
  close(): void;
}

export interface ServeInnerOptions<C extends InnerContract, Peer> {
  readonly server: ProcessServer;
  readonly contract: C;
  readonly handlers: InnerHandlers<C, Peer>;
  readonly secret: string;
  readonly log: Log;
  /** Makes the connection's own state, which each handler gets as its second argument. */
  readonly onConnect: (connection: InnerConnection<C>) => Peer;
  readonly onClose?: (peer: Peer) => void;
  /** Results and notices are checked against the contract too; on in tests and development. */
  readonly checksOutput?: boolean;
  readonly path?: string;
}

export interface InnerServer<C extends InnerContract> {
  readonly connectionCount: number;
  /** Broadcast. */
  notify<N extends InnerNoticeName<C>>(name: N, data: InnerNotice<C, N>): void;
  /** Cuts every client off and takes no more. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves a contract over WebSocket (RFC 6455, JSON text frames): `{id,name,params}` → `{id,ok:true,data}` or
 * `{id,ok:false,error:{code,message,details}}`; notices are `{notice,data}`. Requests of one connection may be answered out of order.
 */
export function serveInner<C extends InnerContract, Peer>(options: ServeInnerOptions<C, Peer>): InnerServer<C> {
  return new InnerSocketServer(options);
}

class InnerSocketServer<C extends InnerContract, Peer> implements InnerServer<C> {
  readonly #options: ServeInnerOptions<C, Peer>;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  readonly #links = new Set<InnerLink<C, Peer>>();
  readonly #pinger: NodeJS.Timeout;
  #closing: Promise<void> | null = null;

  constructor(options: ServeInnerOptions<C, Peer>) {
    this.#options = options;
    options.server.onUpgrade(options.path ?? INNER_PATH, (request, socket, head) => {
      if (this.#closing !== null) {
        refuseUpgrade(socket, 503, 'Service Unavailable');
      } else if (!hasBearer(request, options.secret)) {
        options.log.warn({ from: request.socket.remoteAddress }, 'inner connection refused');
        refuseUpgrade(socket, 401, 'Unauthorized');
      } else {
        this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, request));
      }
    });
    this.#pinger = setInterval(() => {
      for (const link of this.#links) {
        link.ping();
      }
    }, PING_INTERVAL_MS);
    this.#pinger.unref();
  }

  get connectionCount(): number {
    return this.#links.size;
  }

  notify<N extends InnerNoticeName<C>>(name: N, data: InnerNotice<C, N>): void {
    for (const link of this.#links) {
      link.notify(name, data);
    }
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      clearInterval(this.#pinger);
      for (const link of this.#links) {
        link.close();
      }
      this.#sockets.close(() => resolve());
    });
    return this.#closing;
  }

  #accept(webSocket: WebSocket, request: IncomingMessage): void {
    const header = request.headers[CLIENT_NAME_HEADER];
    const clientName = typeof header === 'string' ? header.slice(0, 64) : 'unnamed';
    const link: InnerLink<C, Peer> = new InnerLink(webSocket, clientName, this.#options, () => {
      this.#links.delete(link);
    });
    this.#links.add(link);
  }
}

class InnerLink<C extends InnerContract, Peer> implements InnerConnection<C> {
  readonly id = randomUUID();
  readonly clientName: string;
  readonly #webSocket: WebSocket;
  readonly #options: ServeInnerOptions<C, Peer>;
  readonly #log: Log;
  readonly #peer: Peer;
  #isAlive = true;

  constructor(webSocket: WebSocket, clientName: string, options: ServeInnerOptions<C, Peer>, onGone: () => void) {
    this.clientName = clientName;
    this.#webSocket = webSocket;
    this.#options = options;
    this.#log = options.log.child({ connectionId: this.id, clientName });
    this.#peer = options.onConnect(this);
    this.#log.info('inner connection opened');
    webSocket.on('message', (data, isBinary) => {
      this.#isAlive = true;
      this.#take(data, isBinary).catch((error: unknown) => this.#log.error({ err: error }, 'inner message failed'));
    });
    webSocket.on('pong', () => {
      this.#isAlive = true;
    });
    webSocket.on('error', (error) => this.#log.warn({ err: error }, 'inner connection broke'));
    webSocket.on('close', (code) => {
      onGone();
      this.#log.info({ code }, 'inner connection closed');
      options.onClose?.(this.#peer);
    });
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }

  notify<N extends InnerNoticeName<C>>(name: N, data: InnerNotice<C, N>): void {
    if (this.#options.checksOutput === true) {
      this.#options.contract.notices[name]?.parse(data);
    }
    this.#send({ notice: name, data });
  }

  close(): void {
    this.#webSocket.close(1001);
    // A peer that does not answer the close frame must not hold the process.
    setTimeout(() => this.#webSocket.terminate(), 200).unref();
  }

  ping(): void {
    if (!this.#isAlive) {
      this.#log.warn('inner connection is silent');
      this.#webSocket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#webSocket.ping();
  }

  async #take(data: RawData, isBinary: boolean): Promise<void> {
    const request = InnerRequest.safeParse(isBinary ? undefined : parseJson(textOf(data)));
    if (!request.success) {
      this.#log.warn('inner message is malformed');
      this.#webSocket.close(1008, 'malformed');
      return;
    }
    const { id, name, params } = request.data;
    try {
      this.#send({ id, ok: true, data: await this.#handle(name, params) });
    } catch (error) {
      this.#send({ id, ok: false, error: toWireError(error, this.#log, name) });
    }
  }

  async #handle(name: string, rawParams: unknown): Promise<unknown> {
    const { contract, handlers } = this.#options;
    const request = Object.hasOwn(contract.requests, name) ? contract.requests[name] : undefined;
    if (request === undefined) {
      throw new AppError('invalidInput', { message: 'unknown request', details: { name } });
    }
    const params = request.params.safeParse(rawParams);
    if (!params.success) {
      const problems = params.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
      throw new AppError('invalidInput', { details: { problems } });
    }
    // The mapped type of `handlers` ties name and parameters; a lookup by string loses the tie, so it is restated here.
    const handler = handlers[name as keyof typeof handlers] as (params: unknown, peer: Peer) => unknown;
    const result = await handler(params.data, this.#peer);
    return this.#options.checksOutput === true ? request.result.parse(result) : result;
  }

  #send(message: object): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) {
      return;
    }
    if (this.#webSocket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.#log.warn('inner connection does not read');
      this.#webSocket.terminate();
      return;
    }
    this.#webSocket.send(JSON.stringify(message));
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) {
    return Buffer.concat(data).toString('utf8');
  }
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
