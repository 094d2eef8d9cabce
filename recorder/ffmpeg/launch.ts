/** How a program is started: by what it is led in, and the first arguments for that. */
export interface Launcher {
  readonly command: string;
  readonly prefix: readonly string[];
}

/**
 * On Linux a program dies with us, even by SIGKILL, so that no orphan goes on encoding (`setpriv --pdeathsig`), and it leads a
 * process group of its own (`setsid`), so that one signal reaches all of it and a Ctrl-C in the terminal reaches only us. Each of these replaces
 * itself by the next: the child's pid is the program's.
 */
export function launcherOf(program: string, niceness: number): Launcher {
  if (process.platform !== 'linux') return { command: program, prefix: [] };
  const nice = niceness === 0 ? [] : ['nice', '-n', String(niceness)];
  return { command: 'setpriv', prefix: ['--pdeathsig', 'KILL', '--', 'setsid', ...nice, program] };
}

/** Signals the whole group of a launched program; what is already gone needs no signal. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'linux' ? -pid : pid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
    // Between fork and `setsid` the group does not exist yet, but the process does.
    signalProcess(pid, signal);
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH';
}
