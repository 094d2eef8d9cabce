import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, realpath } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

const MAX_PROCESSES = 64;

/**
 * The folder of this process below one that several capture processes of a machine may share: `1`, `2`, … the first that no living process holds. The claim is a name in
 * Linux's abstract socket namespace, which the kernel gives free the moment its holder dies, so a process that is started again gets its predecessor's folder.
 */
export class ClaimedFolder {
  readonly path: string;
  readonly #claim: Server;

  /** @throws when all folders are held. */
  static async claim(parent: string): Promise<ClaimedFolder> {
    await mkdir(parent, { recursive: true });
    const real = await realpath(parent);
    for (let number = 1; number <= MAX_PROCESSES; number += 1) {
      const path = join(real, String(number));
      const claim = await tryClaim(path);
      if (claim === undefined) continue;
      await mkdir(path, { recursive: true });
      return new ClaimedFolder(path, claim);
    }
    throw new Error(`All ${MAX_PROCESSES} folders below ${parent} are held by other processes`);
  }

  private constructor(path: string, claim: Server) {
    this.path = path;
    this.#claim = claim;
  }

  release(): void {
    this.#claim.close();
  }
}

async function tryClaim(path: string): Promise<Server | undefined> {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0tongke-capture-${name}`);
  try {
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  server.unref();
  return server;
}
