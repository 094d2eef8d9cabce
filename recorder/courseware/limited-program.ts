import { ProgramError, runPiped, type ProgramOutput } from '../ffmpeg/pipe.ts';
import { Unreadable } from './unreadable.ts';

const MIB = 1024 * 1024;

export interface Limits {
  readonly memoryMib: number;
  readonly cpuSeconds: number;
  /** Of each file that it writes. */
  readonly fileMib: number;
}

/** Behind the lesson itself, before production: a teacher waits for it. */
const NICENESS = 5;
/** A program that sleeps uses no CPU; on a busy machine one that works may take so many times as long as its CPU time. */
const PATIENCE = 6;

/**
 * Runs a program on a file that somebody sent: with so much memory, time and disk and no more (setrlimit through `prlimit`), without our
 * secrets, in a group of its own that dies with us.
 *
 * @throws Unreadable `tooHeavy` when a limit ended it; ProgramError when it failed by itself.
 */
export async function runLimited(
  program: readonly [string, ...string[]],
  { memoryMib, cpuSeconds, fileMib }: Limits,
  signal: AbortSignal,
): Promise<ProgramOutput> {
  const patience = AbortSignal.timeout(cpuSeconds * PATIENCE * 1_000);
  const limits = [
    `--as=${memoryMib * MIB}`,
    `--cpu=${cpuSeconds}:${cpuSeconds + 1}`,
    `--fsize=${fileMib * MIB}`,
    '--core=0',
  ];
  try {
    return await runPiped(
      { program: 'prlimit', args: [...limits, '--', ...program], niceness: NICENESS, env: strangersEnv() },
      AbortSignal.any([signal, patience]),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (patience.aborted || (error instanceof ProgramError && isEndedByLimit(error)))
      throw new Unreadable('tooHeavy', error);
    throw error;
  }
}

/** What reads a stranger's file, and may be made to do what it says, knows no secret of ours. */
function strangersEnv(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  return { PATH, HOME, LANG, TMPDIR };
}

/** Shells say 128 + n of what a signal ended in them. */
const isEndedByLimit = ({ ended, said }: ProgramError): boolean =>
  typeof ended !== 'number' || ended > 128 || /out of memory|bad_alloc|cannot allocate memory/i.test(said);
