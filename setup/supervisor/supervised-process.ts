import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { EXIT_CONFIG } from '../../signaling/runtime/env.ts';
import { SPARE_ENVIRONMENT } from '../../signaling/runtime/spare.ts';
import { readLines } from '../command.mjs';

/** A process that lived this long was not broken: it is started again at once and its past deaths are forgotten. */
const HEALTHY_MS = 10_000;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 8_000;
const STOP_TIMEOUT_MS = 15_000;
/** The start of everything comes first; a spare is of use once lessons run. */
const SPARE_AFTER_MS = 15_000;

export interface ProcessOptions {
  /** Short name for logs, such as `sfu`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Niceness, where live work must outrank this process. */
  readonly nice?: number;
  /** Whether another one waits, as `untilWanted` does, to take the place of one that dies. */
  readonly hasSpare?: boolean;
  readonly spareAfterMs?: number;
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
  #spare: ChildProcess | undefined;
  #spareTimer: NodeJS.Timeout | undefined;

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
    const child = this.#takeSpare() ?? this.#spawn(this.#options.env, 'ignore');
    this.#state = { kind: 'running', child, startedAt: Date.now() };
    child.once('error', (error) => this.#handleDeath(child, error.message));
    child.once('exit', (code, signal) => {
      if (code === EXIT_CONFIG && this.pid === child.pid) {
        this.#dropSpare();
        this.#state = { kind: 'stopped' };
        this.#options.onRefusal?.();
      } else {
        this.#handleDeath(child, signal ?? `code ${code}`);
      }
    });
    if (this.#options.hasSpare === true) this.#prepareSpare();
  }

  /** Asks the process to end and waits for it; what does not end in time is killed with everything it started. */
  async stop(): Promise<void> {
    this.#dropSpare();
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
    this.#dropSpare();
    const state = this.#state;
    if (state.kind === 'running' || state.kind === 'stopping') killGroup(state.child);
  }

  #spawn(env: NodeJS.ProcessEnv, stdin: 'ignore' | 'pipe'): ChildProcess {
    const { command, args, nice, onLine } = this.#options;
    const program = [command, ...args];
    const niced = nice === undefined ? program : ['nice', '-n', String(nice), ...program];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...niced], {
      env,
      detached: true,
      stdio: [stdin, 'pipe', 'pipe'],
    });
    // Where the kernel has no file descriptors left there are none, and an error event says so.
    for (const output of [child.stdout, child.stderr]) if (output) readLines(output, onLine);
    return child;
  }

  #prepareSpare(): void {
    clearTimeout(this.#spareTimer);
    const { env, spareAfterMs = SPARE_AFTER_MS } = this.#options;
    this.#spareTimer = setTimeout(() => {
      const spare = this.#spawnSpare(env);
      if (spare === undefined) return this.#prepareSpare();
      this.#spare = spare;
      const handleLoss = (): void => {
        if (this.#spare !== spare) return;
        this.#spare = undefined;
        this.#prepareSpare();
      };
      spare.once('error', handleLoss);
      spare.once('exit', handleLoss);
      // It may die at any moment, also while it is told that it is wanted: its death says so.
      spare.stdin?.on('error', () => undefined);
    }, spareAfterMs);
  }

  /** Undefined where the host has no room for it now: nobody needs it yet. */
  #spawnSpare(env: NodeJS.ProcessEnv): ChildProcess | undefined {
    try {
      return this.#spawn({ ...env, ...SPARE_ENVIRONMENT }, 'pipe');
    } catch {
      return undefined;
    }
  }

  #takeSpare(): ChildProcess | undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    spare?.stdin?.end('wanted\n');
    return spare;
  }

  #dropSpare(): void {
    clearTimeout(this.#spareTimer);
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) killGroup(spare);
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

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
