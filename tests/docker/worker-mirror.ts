import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { workerPath } from '../../setup/paths.mjs';

const MAX_ARCHIVE_BYTES = 64 * 1024 * 1024;

/** Serves this host's mediasoup worker as the project's download site does: an archive of the binary alone. */
export class WorkerMirror {
  readonly #server: Server;

  static async create(): Promise<WorkerMirror> {
    const worker = workerPath();
    const { stdout } = await promisify(execFile)('tar', ['-cz', '-C', dirname(worker), basename(worker)], {
      encoding: 'buffer',
      maxBuffer: MAX_ARCHIVE_BYTES,
    });
    const server = createServer((_, response) => response.end(stdout));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WorkerMirror(server);
  }

  private constructor(server: Server) {
    this.#server = server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
