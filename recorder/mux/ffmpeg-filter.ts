import { spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { AppError } from '../../signaling/protocol/errors.ts';
import { launcherOf, signalGroup } from '../ffmpeg/launch.ts';

const STDERR_TAIL_CHARS = 2000;
const TIMEOUT_MS = 120_000;
/** Live work goes first. */
const NICENESS = 5;

/**
 * Runs ffmpeg as a filter: bytes in by stdin, bytes out by stdout.
 *
 * @throws AppError `internal` when it cannot be started, fails or takes more than two minutes.
 */
export async function filterThroughFfmpeg(
  ffmpegPath: string,
  args: readonly string[],
  input: readonly Buffer[],
  niceness = NICENESS,
): Promise<Buffer> {
  const { command, prefix } = launcherOf(ffmpegPath, niceness);
  const child = spawn(command, [...prefix, '-nostdin', '-hide_banner', '-loglevel', 'error', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  }, TIMEOUT_MS);
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    // ffmpeg that dies closes its stdin: what it says on stderr is the better reason than EPIPE.
    const fed = pipeline(Readable.from(input), child.stdin).catch(() => undefined);
    const [code, output, problem] = await Promise.all([ended, buffer(child.stdout), text(child.stderr), fed]);
    if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${problem.slice(-STDERR_TAIL_CHARS)}`);
    return output;
  } catch (cause) {
    throw new AppError('internal', { message: 'sound cannot be converted', cause });
  } finally {
    clearTimeout(timer);
  }
}
