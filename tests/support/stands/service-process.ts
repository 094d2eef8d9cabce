import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 10_000;
const POLL_MS = 25;

export interface ServiceCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where standard output and error go. */
  readonly logPath: string;
  /** Account to run as when the tests run as root. */
  readonly user?: string;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly isReady: () => Promise<boolean>;
}

/** A real server of a test: ended with the test process, whichever way that ends. */
export class ServiceProcess {
  readonly #command: ServiceCommand;
  #child: ChildProcess | undefined;

  static async start(command: ServiceCommand): Promise<ServiceProcess> {
    const service = new ServiceProcess(command);
    await service.up();
    return service;
  }

  private constructor(command: ServiceCommand) {
    this.#command = command;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async up(): Promise<void> {
    if (this.#child !== undefined) return;
    const { program, args, env, logPath, user, isReady } = this.#command;
    const account = user !== undefined && isRoot() ? ['--reuid', user, '--regid', user, '--init-groups'] : [];
    const child = spawn('setpriv', [...account, '--pdeathsig', 'KILL', '--', program, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(logPath, { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#child = child;
    const deadlineMs = Date.now() + READY_WITHIN_MS;
    while (!(await isReady())) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadlineMs) {
        await this.kill();
        throw new Error(`${program} does not start: ${await readFile(logPath, 'utf8').catch(() => '')}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Orderly; killed when that takes too long. Idempotent. */
  async down(): Promise<void> {
    await this.#end(this.#command.stopSignal);
  }

  /** As a crash. Idempotent. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exited;
    clearTimeout(timer);
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The first of these accounts that exists here. */
export function unprivilegedUser(...names: string[]): string {
  for (const name of names) {
    try {
      execFileSync('id', ['-u', name], { stdio: 'ignore' });
      return name;
    } catch {
      // Not on this distribution.
    }
  }
  throw new Error(`none of the accounts ${names.join(', ')} exists`);
}
