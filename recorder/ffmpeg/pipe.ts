import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { AppError } from '../../signaling/protocol/errors.ts';
import { launcherOf, signalGroup } from './launch.ts';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const STDERR_TAIL_CHARS = 4_000;

export interface SpawnPipedOptions {
  readonly program: 'ffmpeg' | 'ffprobe' | 'fc-match' | 'prlimit';
  readonly args: readonly string[];
  /** Pipes beside stdin, stdout and stderr: they are file descriptors 3, 4, … of the child. */
  readonly extraPipes?: number;
  readonly niceness?: number;
  /** All that it knows of our environment; without it everything, our secrets too. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Starts a program with as many pipes as it needs (fluent-ffmpeg has one in and one out), bound to our life as `launcherOf` says. The caller owns the child and ends
 * it with `signalGroup`.
 */
export function spawnPiped(options: SpawnPipedOptions): ChildProcess {
  const { command, prefix } = launcherOf(options.program, options.niceness ?? 0);
  const extra = Array.from({ length: options.extraPipes ?? 0 }, () => 'pipe' as const);
  return spawn(command, [...prefix, ...options.args], {
    stdio: ['pipe', 'pipe', 'pipe', ...extra],
    ...(options.env === undefined ? {} : { env: options.env }),
  });
}

/** A program that did not end well: by its own word or by a signal. */
export class ProgramError extends AppError {
  readonly ended: number | NodeJS.Signals | null;
  readonly said: string;

  constructor(program: string, ended: number | NodeJS.Signals | null, said: string) {
    super('internal', { message: `${program} ended with ${ended}`, cause: new Error(said) });
    this.ended = ended;
    this.said = said;
  }
}

export interface ProgramOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs a program to its end and gives what it printed.
 *
 * @throws ProgramError when it fails; AppError `internal` when it can't be started or prints more than 64 MiB; the signal's reason when aborted.
 */
export async function runPiped(options: SpawnPipedOptions, signal?: AbortSignal): Promise<ProgramOutput> {
  signal?.throwIfAborted();
  const child = spawnPiped(options);
  const stop = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  };
  signal?.addEventListener('abort', stop, { once: true });
  child.stdin?.end();
  try {
    const ended = exitOf(child);
    const [stdout, stderr] = await Promise.all([collect(child.stdout, stop), collect(child.stderr, stop), ended]);
    signal?.throwIfAborted();
    const code = await ended;
    if (code !== 0) {
      throw new ProgramError(options.program, code, stderr.toString('utf8').slice(-STDERR_TAIL_CHARS));
    }
    return { stdout, stderr: stderr.toString('utf8') };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new AppError('internal', { message: 'a program cannot be started', cause })));
    child.once('close', (code, signalName) => resolve(code ?? signalName));
  });
}

async function collect(stream: Readable | null, tooMuch: () => void): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream ?? []) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > MAX_OUTPUT_BYTES) {
      tooMuch();
      throw new AppError('internal', { message: 'a program printed too much' });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
