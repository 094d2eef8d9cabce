import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { EXIT_CONFIG } from '../../signaling/runtime/env.ts';
import { readLines } from '../command.mjs';

/** A process that lived this long was not broken: it is started again at once and its past deaths are forgotten. */
const HEALTHY_MS = 10_000;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 8_000;
const STOP_TIMEOUT_MS = 15_000;

export interface ProcessOptions {
  /** Short name for logs, such as `sfu`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Niceness, where live work must outrank this process. */
  readonly nice?: number;
  /** Every line that the process writes. */
  readonly onLine: (line: string) => void;
  /** After each death that was not asked for. */
  readonly onDeath?: (how: { readonly cause: string; readonly restartInMs: number }) => void;
  /** After the process ended because its configuration cannot be used; it is not started again. */
  readonly onRefusal?: () => void;
  readonly stopTimeoutMs?: number;
}

type State =
  | { readonly kind: 'running'; readonly child: ChildProcess; readonly startedAt: number }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'stopping'; readonly child: ChildProcess }
  | { readonly kind: 'stopped' };

/**
 * One process that is kept alive until it is stopped. It is in a process group of its own, so that a Ctrl-C reaches it
 * only through the supervisor and in order; and the kernel ends it when the supervisor is gone, however that died.
 */
export class SupervisedProcess {
  readonly #options: ProcessOptions;
  #state: State = { kind: 'stopped' };
  #quickDeaths = 0;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The running process's id. */
  get pid(): number | undefined {
    return this.#state.kind === 'running' ? this.#state.child.pid : undefined;
  }

  start(): void {
    if (this.#state.kind === 'running' || this.#state.kind === 'stopping') return;
    if (this.#state.kind === 'waiting') clearTimeout(this.#state.timer);
    const { command, args, env, nice, onLine } = this.#options;
    const program = [command, ...args];
    const niced = nice === undefined ? program : ['nice', '-n', String(nice), ...program];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...niced], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    readLines(child.stdout, onLine);
    readLines(child.stderr, onLine);
    this.#state = { kind: 'running', child, startedAt: Date.now() };
    child.once('error', (error) => this.#handleDeath(child, error.message));
    child.once('exit', (code, signal) => {
      if (code === EXIT_CONFIG && this.pid === child.pid) {
        this.#state = { kind: 'stopped' };
        this.#options.onRefusal?.();
      } else {
        this.#handleDeath(child, signal ?? `code ${code}`);
      }
    });
  }

  /** Asks the process to end and waits for it; what does not end in time is killed with everything it started. */
  async stop(): Promise<void> {
    const state = this.#state;
    if (state.kind === 'waiting') clearTimeout(state.timer);
    if (state.kind !== 'running' && state.kind !== 'stopping') {
      this.#state = { kind: 'stopped' };
      return;
    }
    const { child } = state;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    if (state.kind === 'running') {
      this.#state = { kind: 'stopping', child };
      child.kill('SIGTERM');
    }
    const killer = setTimeout(() => this.kill(), this.#options.stopTimeoutMs ?? STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(killer);
    this.#state = { kind: 'stopped' };
  }

  /** Ends the process and its group without asking. */
  kill(): void {
    const state = this.#state;
    if ((state.kind !== 'running' && state.kind !== 'stopping') || state.child.pid === undefined) return;
    try {
      process.kill(-state.child.pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }

  #handleDeath(child: ChildProcess, cause: string): void {
    const state = this.#state;
    if (state.kind !== 'running' || state.child !== child) return;
    this.#quickDeaths = Date.now() - state.startedAt >= HEALTHY_MS ? 0 : this.#quickDeaths + 1;
    const restartInMs = this.#backoffMs();
    this.#options.onDeath?.({ cause, restartInMs });
    this.#state = { kind: 'waiting', timer: setTimeout(() => this.start(), restartInMs) };
  }

  /** The first deaths cost nothing; what keeps dying young is given more and more time. */
  #backoffMs(): number {
    if (this.#quickDeaths <= 2) return 0;
    return Math.min(FIRST_BACKOFF_MS * 2 ** (this.#quickDeaths - 3), MAX_BACKOFF_MS);
  }
}
