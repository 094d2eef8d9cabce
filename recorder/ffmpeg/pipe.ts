import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { AppError } from '../../signaling/protocol/errors.ts';
import { launcherOf, signalGroup } from './launch.ts';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const STDERR_TAIL_CHARS = 4_000;

export interface SpawnPipedOptions {
  readonly program: 'ffmpeg' | 'ffprobe' | 'fc-match';
  readonly args: readonly string[];
  /** Pipes beside stdin, stdout and stderr: they are file descriptors 3, 4, … of the child. */
  readonly extraPipes?: number;
  readonly niceness?: number;
}

/**
 * Starts a program with as many pipes as it needs (fluent-ffmpeg has one in and one out), bound to our life as `launcherOf` says. The caller owns the child and ends
 * it with `signalGroup`.
 */
export function spawnPiped(options: SpawnPipedOptions): ChildProcess {
  const { command, prefix } = launcherOf(options.program, options.niceness ?? 0);
  const extra = Array.from({ length: options.extraPipes ?? 0 }, () => 'pipe' as const);
  return spawn(command, [...prefix, ...options.args], { stdio: ['pipe', 'pipe', 'pipe', ...extra] });
}

export interface ProgramOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs a program to its end and gives what it printed.
 *
 * @throws AppError `internal` when it can't be started, fails, or prints more than 64 MiB; the signal's reason when aborted.
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
      const cause = new Error(stderr.toString('utf8').slice(-STDERR_TAIL_CHARS));
      throw new AppError('internal', { message: `${options.program} ended with ${code}`, cause });
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
