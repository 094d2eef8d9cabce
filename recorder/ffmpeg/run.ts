import { ChildProcess } from 'node:child_process';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { globalOptions, type FfmpegJob } from './job.ts';
import { launcherOf, signalGroup } from './launch.ts';
import { ProgressReader, type FfmpegProgress } from './progress.ts';

const STOP_GRACE_MS = 10_000;
const WATCHDOG_MS = 60_000;
const WATCH_EVERY_MS = 1_000;

export interface FfmpegRunOptions {
  /** What is being made, for the log and the error. */
  readonly label: string;
  /** Aborting stops politely (SIGINT, after 10 s SIGKILL), then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FfmpegProgress) => void;
}

export interface FfmpegRunnerOptions {
  readonly log: Log;
  /** 0–19; production runs behind everything that is live. */
  readonly niceness: number;
  /** Milliseconds without any progress after which a run is killed. */
  readonly watchdogMs?: number;
  readonly stopGraceMs?: number;
}

/** An ffmpeg that failed, or that stood still until the watchdog killed it. What it said last is the cause. */
export class FfmpegError extends AppError {
  readonly hasStalled: boolean;

  constructor(label: string, hasStalled: boolean, cause: Error) {
    super('internal', { message: `ffmpeg ${hasStalled ? 'stalled' : 'failed'}: ${label}`, cause });
    this.hasStalled = hasStalled;
  }
}

/** One running child: the watchdog needs to know when it last moved. */
interface Run {
  readonly label: string;
  child: ChildProcess | undefined;
  movedAtMs: number;
  position: string;
  isStalled: boolean;
}

/**
 * Runs ffmpeg from files to files. The only file that knows fluent-ffmpeg, which is archived: of it we use the command building and the
 * supervision of the child, none of the parsing of what an ffmpeg can do (it breaks from ffmpeg 7 on, and our own builders need no
 * advice).
 */
export class FfmpegRunner {
  readonly #log: Log;
  readonly #niceness: number;
  readonly #watchdogMs: number;
  readonly #stopGraceMs: number;
  readonly #runs = new Set<Run>();
  #isPaused = false;

  constructor(options: FfmpegRunnerOptions) {
    this.#log = options.log;
    this.#niceness = options.niceness;
    this.#watchdogMs = options.watchdogMs ?? WATCHDOG_MS;
    this.#stopGraceMs = options.stopGraceMs ?? STOP_GRACE_MS;
  }

  get niceness(): number {
    return this.#niceness;
  }

  get runningPids(): readonly number[] {
    return Array.from(this.#runs, (run) => run.child?.pid).filter((pid) => pid !== undefined);
  }

  /**
   * Resolves with what ffmpeg wrote to stderr (its last 100 lines).
   *
   * @throws FfmpegError when ffmpeg fails or stops making progress.
   */
  async run(job: FfmpegJob, options: FfmpegRunOptions): Promise<string> {
    options.signal?.throwIfAborted();
    const run: Run = {
      label: options.label,
      child: undefined,
      movedAtMs: Date.now(),
      position: '',
      isStalled: false,
    };
    const command = commandOf(job, this.#niceness);
    const reader = new ProgressReader((progress) => {
      noteMove(run, progress);
      options.onProgress?.(progress);
    });
    const watch = setInterval(() => this.#watch(run), WATCH_EVERY_MS);
    let hardStop: NodeJS.Timeout | undefined;
    const stop = (): void => {
      hardStop ??= this.#stopPolitely(run);
    };
    options.signal?.addEventListener('abort', stop, { once: true });
    this.#runs.add(run);
    try {
      return await new Promise<string>((resolve, reject) => {
        command.once('start', () => {
          this.#adopt(run, command, reader);
          if (options.signal?.aborted === true) stop();
        });
        command.once('end', (_stdout, stderr) => resolve(stderr ?? ''));
        command.once('error', (error: Error, _stdout, stderr) => {
          // When what is fed to it fails, it would wait for more for ever.
          if (run.child?.exitCode === null && run.child.signalCode === null) signalRun(run, 'SIGKILL');
          reject(options.signal?.aborted === true ? options.signal.reason : failureOf(run, error, stderr ?? ''));
        });
        command.run();
      });
    } finally {
      clearInterval(watch);
      clearTimeout(hardStop);
      options.signal?.removeEventListener('abort', stop);
      this.#runs.delete(run);
    }
  }

  /** Freezes everything that runs, and what is started while it lasts: live work needs the machine. Idempotent. */
  pause(): void {
    this.#isPaused = true;
    for (const run of this.#runs) signalRun(run, 'SIGSTOP');
  }

  resume(): void {
    this.#isPaused = false;
    for (const run of this.#runs) {
      run.movedAtMs = Date.now();
      signalRun(run, 'SIGCONT');
    }
  }

  #adopt(run: Run, command: FfmpegCommand, reader: ProgressReader): void {
    const child: unknown = Reflect.get(command, 'ffmpegProc');
    if (!(child instanceof ChildProcess)) throw new TypeError('fluent-ffmpeg has no child');
    run.child = child;
    child.stdout?.on('data', (data: Buffer) => reader.push(data.toString('utf8')));
    if (this.#isPaused) signalRun(run, 'SIGSTOP');
  }

  #watch(run: Run): void {
    if (this.#isPaused) {
      run.movedAtMs = Date.now();
    } else if (!run.isStalled && Date.now() - run.movedAtMs > this.#watchdogMs) {
      run.isStalled = true;
      this.#log.warn({ label: run.label, watchdogMs: this.#watchdogMs }, 'ffmpeg makes no progress, killing it');
      signalRun(run, 'SIGKILL');
    }
  }

  #stopPolitely(run: Run): NodeJS.Timeout {
    signalRun(run, 'SIGINT');
    // A stopped process handles nothing but SIGKILL until it is continued.
    signalRun(run, 'SIGCONT');
    return setTimeout(() => signalRun(run, 'SIGKILL'), this.#stopGraceMs);
  }
}

function commandOf(job: FfmpegJob, niceness: number): FfmpegCommand {
  const command = ffmpeg();
  for (const input of job.inputs) {
    command.input(input.source);
    addOptions((...given) => command.inputOptions(...given), input.options);
  }
  if (job.filterGraph !== undefined) command.complexFilter(job.filterGraph);
  for (const output of job.outputs) {
    command.output(output.target);
    addOptions((...given) => command.outputOptions(...given), output.options);
  }
  const { command: leader, prefix } = launcherOf('ffmpeg', niceness);
  const plainArguments: unknown = Reflect.get(command, '_getArguments');
  if (typeof plainArguments !== 'function') throw new TypeError('fluent-ffmpeg builds no arguments');
  return Object.assign(command, {
    _getFfmpegPath: (done: (error: null, path: string) => void) => done(null, leader),
    _getArguments: () => [...prefix, ...globalOptions(job), ...(plainArguments.call(command) as string[])],
    _checkCapabilities: (done: (error: null) => void) => done(null),
    availableEncoders: (done: (error: null, encoders: object) => void) => done(null, {}),
  });
}

/** fluent-ffmpeg splits a lone option at its space; from two on it takes them as they are. */
function addOptions(add: (...options: string[]) => unknown, options: readonly string[]): void {
  if (options.length === 1) throw new TypeError('an option without its value');
  if (options.length > 1) add(...options);
}

function noteMove(run: Run, progress: FfmpegProgress): void {
  const position = `${progress.outTimeUs} ${progress.frame} ${progress.totalBytes}`;
  if (position === run.position) return;
  run.position = position;
  run.movedAtMs = Date.now();
}

function signalRun(run: Run, signal: NodeJS.Signals): void {
  if (run.child?.pid !== undefined) signalGroup(run.child.pid, signal);
}

function failureOf(run: Run, error: Error, stderr: string): FfmpegError {
  return new FfmpegError(run.label, run.isStalled, new Error(`${error.message}\n${stderr}`.trim()));
}
