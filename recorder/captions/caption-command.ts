import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { launcherOf, signalGroup } from '../ffmpeg/launch.ts';
import { argumentsFor, type CommandInput } from './command-line.ts';
import { readRecognised, type RecognisedText } from './recognised-text.ts';
import { RecognitionError } from './recognition-error.ts';

const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
const STDERR_TAIL_BYTES = 4_000;
const TICK_MS = 1_000;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** What a recogniser may know of our surroundings; never our secrets. */
const PASSED_ON = /^(?:PATH|HOME|LANG|LC_\w+|TMPDIR|TZ|LD_LIBRARY_PATH|OMP_\w+|CUDA_\w+|HF_\w+|XDG_\w+|CAPTION_\w+)$/;

export interface CaptionCommandOptions {
  /** See `splitCommand`. */
  readonly words: readonly string[];
  readonly niceness: number;
}

export interface CommandRun {
  readonly input: CommandInput;
  /** Working folder of the command. */
  readonly folder: string;
  /** Of time in which it may run; frozen time does not count. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** Runs the district's own speech recogniser, one at a time. `docs/captions.md` is its contract. */
export class CaptionCommand {
  readonly #options: CaptionCommandOptions;
  #child: ChildProcess | undefined;
  #isPaused = false;

  constructor(options: CaptionCommandOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Freezes it while other work needs the machine. Idempotent. */
  pause(): void {
    this.#isPaused = true;
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#isPaused = false;
    this.#signal('SIGCONT');
  }

  /** @throws RecognitionError for whatever the command does wrong; the signal's reason when aborted. */
  async run({ input, folder, limitMs, signal }: CommandRun): Promise<readonly RecognisedText[]> {
    signal.throwIfAborted();
    const { words, niceness } = this.#options;
    const { command, prefix } = launcherOf(words[0] ?? '', niceness);
    const child = spawn(command, [...prefix, ...argumentsFor(words, input)], {
      cwd: folder,
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    if (this.#isPaused) this.#signal('SIGSTOP');
    const stop = (): void => this.#signal('SIGKILL');
    const watch = this.#watch(limitMs, stop);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const [code, output, complaint] = await Promise.all([
        exitOf(child),
        collect(child.stdout, MAX_OUTPUT_BYTES, stop),
        tail(child.stderr),
      ]);
      signal.throwIfAborted();
      if (watch.isOver()) throw new RecognitionError('timeout', `${Math.round(limitMs / 1000)} s`, complaint);
      if (output === undefined) throw new RecognitionError('tooMuchOutput', null, complaint);
      assertSuccess(code, complaint);
      return readRecognised(output);
    } finally {
      watch.end();
      signal.removeEventListener('abort', stop);
      // Whatever it has started and left behind ends with it.
      this.#signal('SIGKILL');
      this.#child = undefined;
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child?.pid !== undefined) signalGroup(this.#child.pid, signal);
  }

  #watch(limitMs: number, stop: () => void): { isOver: () => boolean; end: () => void } {
    let leftMs = limitMs;
    const stepMs = Math.min(TICK_MS, limitMs);
    const timer = setInterval(() => {
      if (!this.#isPaused) leftMs -= stepMs;
      if (leftMs <= 0) stop();
    }, stepMs);
    return { isOver: () => leftMs <= 0, end: () => clearInterval(timer) };
  }
}

function assertSuccess(code: number | NodeJS.Signals | null, complaint: string): void {
  if (code === 0) return;
  if (code === NOT_FOUND || code === NOT_EXECUTABLE) throw new RecognitionError('commandMissing', null, complaint);
  throw new RecognitionError('commandFailed', String(code), complaint);
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new RecognitionError('commandMissing', null, cause)));
    child.once('close', (code, signalName) => resolve(code ?? signalName));
  });
}

/** Undefined when it was more than anybody says. */
async function collect(stream: Readable, limit: number, tooMuch: () => void): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= limit) parts.push(part);
    else tooMuch();
  }
  return bytes > limit ? undefined : Buffer.concat(parts).toString('utf8');
}

async function tail(stream: Readable): Promise<string> {
  let kept = Buffer.alloc(0);
  for await (const part of stream as AsyncIterable<Buffer>) {
    kept = Buffer.concat([kept, part]).subarray(-STDERR_TAIL_BYTES);
  }
  return kept.toString('utf8');
}
