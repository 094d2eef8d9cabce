import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceProcess } from '../support/stands/service-process.ts';

export interface DockerDaemonOptions {
  /** Where images and layers stay between runs. */
  readonly dataRoot: string;
}

/** A Docker daemon of our own: its own socket, data and process id, no bridge, no firewall rules. Needs root. */
export class DockerDaemon {
  readonly #server: ServiceProcess;
  readonly #folder: string;
  readonly #socket: string;

  static async create({ dataRoot }: DockerDaemonOptions): Promise<DockerDaemon> {
    const folder = await mkdtemp(join(tmpdir(), 'tongke-docker-'));
    const socket = join(folder, 'docker.sock');
    const server = await ServiceProcess.start({
      // Asked, not killed, when the tests are killed: a daemon that is killed leaves its containers running.
      program: 'setpriv',
      args: [
        ...['--pdeathsig', 'TERM', '--', 'dockerd'],
        ...['--data-root', dataRoot, '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'docker.pid')],
        ...['--host', `unix://${socket}`, '--bridge=none', '--iptables=false', '--ip6tables=false'],
      ],
      logPath: join(folder, 'log'),
      stopSignal: 'SIGTERM',
      isReady: async () =>
        existsSync(socket) && (await collect('docker', ['-H', `unix://${socket}`, 'info'])).code === 0,
    });
    return new DockerDaemon(server, folder, socket);
  }

  private constructor(server: ServiceProcess, folder: string, socket: string) {
    this.#server = server;
    this.#folder = folder;
    this.#socket = socket;
  }

  /**
   * Runs a docker command to its end.
   * @returns what it wrote to standard output, without the white space around it
   * @throws Error with the end of what it said when it fails
   */
  async run(args: readonly string[], { isShown = false } = {}): Promise<string> {
    const { code, output, tail } = await collect('docker', ['-H', `unix://${this.#socket}`, ...args], isShown);
    if (code !== 0) throw new Error(`docker ${args[0]} ended with ${code}:\n${tail}`);
    return output.trim();
  }

  /** Makes an image of a Debian that debootstrap lays down, with this host's certificate authorities. */
  async importBase(image: string, suite: string): Promise<void> {
    if ((await this.run(['images', '-q', image])) !== '') return;
    const root = await mkdtemp(join(tmpdir(), 'tongke-base-'));
    try {
      await shell('debootstrap --variant=minbase --include=ca-certificates "$SUITE" "$ROOT"', {
        SUITE: suite,
        ROOT: root,
      });
      const authorities = '/etc/ssl/host-authorities.crt';
      await shell(`cp /etc/ssl/certs/ca-certificates.crt "$ROOT${authorities}"`, { ROOT: root });
      const change = `ENV NODE_EXTRA_CA_CERTS=${authorities}`;
      await shell('tar -C "$ROOT" -c . | docker -H "$HOST" import --change "$CHANGE" - "$IMAGE"', {
        ROOT: root,
        HOST: `unix://${this.#socket}`,
        CHANGE: change,
        IMAGE: image,
      });
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }

  /** Idempotent. Containers must be gone before. */
  async close(): Promise<void> {
    await this.#server.down();
    // The daemon leaves the network namespace that it bound here; nothing can be removed under a mount.
    await shell('umount "$FOLDER"/exec/netns/* 2>/dev/null || true', { FOLDER: this.#folder });
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function shell(script: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}`);
}

const KEPT_CHARACTERS = 4_000;

async function collect(program: string, args: readonly string[], isShown = false) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  });
  let output = '';
  let tail = '';
  const keep = (part: Buffer): void => {
    if (isShown) process.stdout.write(part);
    tail = (tail + part.toString('utf8')).slice(-KEPT_CHARACTERS);
  };
  child.stdout.on('data', (part: Buffer) => {
    output += part.toString('utf8');
    keep(part);
  });
  child.stderr.on('data', keep);
  const [code] = await once(child, 'close');
  return { code: Number(code), output, tail };
}
