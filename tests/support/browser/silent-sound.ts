import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { WAIT_MS } from '../eventually.ts';

export const PULSEAUDIO = '/usr/bin/pulseaudio';

/** A sound server without a sound card: Firefox's audio clock stands still where there is neither. */
export class SilentSound {
  /** For the environment of the browser. */
  readonly server: string;
  readonly #stop: () => Promise<void>;

  private constructor(server: string, stop: () => Promise<void>) {
    this.server = server;
    this.#stop = stop;
  }

  static async start(): Promise<SilentSound> {
    const folder = await mkdtemp(join(tmpdir(), 'tongke-sound-'));
    const socket = join(folder, 'socket');
    const modules = ['module-null-sink', `module-native-protocol-unix socket=${socket} auth-anonymous=1`];
    const options = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no'];
    const server = spawn(PULSEAUDIO, [...options, ...modules.map((module) => `--load=${module}`)], {
      env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder },
      stdio: 'ignore',
    });
    // Not `expect.poll`, which waits in tests alone: a browser may be started before them.
    await vi.waitUntil(() => existsSync(socket), { timeout: WAIT_MS });
    return new SilentSound(`unix:${socket}`, async () => {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill();
        await once(server, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    });
  }

  async stop(): Promise<void> {
    await this.#stop();
  }
}
