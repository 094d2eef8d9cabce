import { createHash, timingSafeEqual } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Registry } from 'prom-client';
import type { Log } from './log.ts';

const READY_CHECK_TIMEOUT_MS = 2_000;

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ProcessServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Who watches the process reads there where it answers, in the form of Prometheus's `file_sd_configs`. */
  readonly targetFile?: string | undefined;
  readonly log: Log;
  /** What `/metrics` shows. */
  readonly metrics: Registry;
  /** Usually `lifecycle.isReady`. */
  readonly isReady: () => boolean;
  /** Named questions of `/readyz`; one that rejects, or takes longer than 2 s, makes the process not ready. */
  readonly checks?: Readonly<Record<string, () => Promise<void>>>;
  /** Everything that is none of the process's own paths; 404 without it. */
  readonly onRequest?: RequestHandler;
}

/**
 * The one HTTP server of a process: `/healthz` (the event loop turns), `/readyz` (it may be given work), `/metrics` (Prometheus), and
 * WebSocket upgrades by path.
 */
export class ProcessServer {
  readonly #server: Server;
  readonly #options: ProcessServerOptions;
  readonly #upgrades = new Map<string, UpgradeHandler>();
  #closing: Promise<void> | null = null;

  static async create(options: ProcessServerOptions): Promise<ProcessServer> {
    const server = new ProcessServer(options);
    await server.#listen();
    server.#writeTarget();
    return server;
  }

  private constructor(options: ProcessServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        options.log.error({ err: error }, 'process request failed');
        response.destroy();
      });
    });
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    const host = this.#options.host.includes(':') ? `[${this.#options.host}]` : this.#options.host;
    return `http://${host}:${this.port}`;
  }

  onUpgrade(path: string, handler: UpgradeHandler): void {
    this.#upgrades.set(path, handler);
  }

  /** Stops listening and ends what is left of connections. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    if (this.#options.targetFile !== undefined) rmSync(this.#options.targetFile, { force: true });
    return this.#closing;
  }

  #writeTarget(): void {
    const { targetFile: file, log } = this.#options;
    log.info({ url: this.url }, 'health and metrics are served');
    if (file === undefined) return;
    const target = { targets: [new URL(this.url).host], labels: { process: basename(file, '.json') } };
    // Renamed into place: whoever watches the folder never reads half of it.
    writeFileSync(`${file}.draft`, `${JSON.stringify([target])}\n`);
    renameSync(`${file}.draft`, file);
  }

  async #listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(this.#options.port, this.#options.host, () => {
      this.#server.off('error', reject);
      resolve();
    });
    await promise;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (pathOf(request)) {
      case '/healthz':
        return answerJson(response, 200, { ok: true });
      case '/readyz':
        return this.#answerReadiness(response);
      case '/metrics':
        response.writeHead(200, { 'content-type': this.#options.metrics.contentType });
        response.end(await this.#options.metrics.metrics());
        return undefined;
      default:
        if (this.#options.onRequest === undefined) {
          return answerJson(response, 404, { ok: false });
        }
        return this.#options.onRequest(request, response);
    }
  }

  async #answerReadiness(response: ServerResponse): Promise<void> {
    const checks = Object.entries(this.#options.checks ?? {});
    const answers = await Promise.all(checks.map(async ([name, check]) => [name, await outcomeOf(check)] as const));
    const ok = this.#options.isReady() && answers.every(([, outcome]) => outcome === 'ok');
    answerJson(response, ok ? 200 : 503, { ok, checks: Object.fromEntries(answers) });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Without a listener a reset before the handshake would end the process.
    socket.on('error', () => socket.destroy());
    const handler = this.#upgrades.get(pathOf(request));
    if (handler === undefined) {
      refuseUpgrade(socket, 404, 'Not Found');
      return;
    }
    handler(request, socket, head);
  }
}

/** `Authorization: Bearer …` against the shared secret; the time taken tells nothing about it. */
export function hasBearer(request: IncomingMessage, secret: string): boolean {
  const given = createHash('sha256')
    .update(request.headers.authorization ?? '')
    .digest();
  return timingSafeEqual(given, createHash('sha256').update(`Bearer ${secret}`).digest());
}

export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  socket.end(`HTTP/1.1 ${status} ${text}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function outcomeOf(check: () => Promise<void>): Promise<'ok' | 'failed' | 'tooSlow'> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<'tooSlow'>((resolve) => {
    timer = setTimeout(() => resolve('tooSlow'), READY_CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([
      check().then(
        () => 'ok' as const,
        () => 'failed' as const,
      ),
      tooSlow,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
