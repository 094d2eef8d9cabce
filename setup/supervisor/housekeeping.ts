import type { ProcessEntry } from './process-list.ts';
import { terminalLine } from './log-line.ts';
import { RotatingLog } from './rotating-log.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** Everything that runs and everything that is written, closed together and in order. */
export class Housekeeping {
  readonly #logFolder: string;
  readonly #onRefusal: () => void;
  readonly #processes: SupervisedProcess[] = [];
  readonly #logs: RotatingLog[] = [];
  #isClosed = false;

  /** @param onRefusal after a process refused its configuration: without it nothing works, so everything should end */
  constructor(logFolder: string, onRefusal: () => void) {
    this.#logFolder = logFolder;
    this.#onRefusal = onRefusal;
  }

  /** Starts one of our processes under this Node and keeps it alive. */
  startProcess(entry: ProcessEntry, env: NodeJS.ProcessEnv): void {
    const process_ = new SupervisedProcess({
      name: entry.name,
      command: process.execPath,
      args: [entry.main],
      env,
      ...(entry.nice === undefined ? {} : { nice: entry.nice }),
      hasSpare: entry.hasSpare ?? false,
      onRefusal: this.#onRefusal,
      ...this.observe(entry.name),
    });
    this.adopt(process_);
    process_.start();
  }

  /** Takes over a process that is already running, to be stopped before those adopted earlier. */
  adopt(process_: SupervisedProcess): void {
    this.#processes.push(process_);
  }

  /** Where a process's lines and deaths go: all to its log file, what matters to the terminal (of a quiet one its deaths alone). */
  observe(name: string, { isQuiet = false } = {}) {
    const log = RotatingLog.open(this.#logFolder, name);
    this.#logs.push(log);
    return {
      onLine: (line: string): void => {
        log.write(line);
        const shown = isQuiet ? undefined : terminalLine(name, line);
        if (shown !== undefined) process.stdout.write(`${shown}\n`);
      },
      onDeath: ({ cause, restartInMs }: { cause: string; restartInMs: number }): void => {
        const when = restartInMs === 0 ? 'at once' : `in ${restartInMs} ms`;
        process.stdout.write(`[${name}] died (${cause}), started again ${when}; its log: ${log.path}\n`);
      },
    };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const process_ of this.#processes.toReversed()) await process_.stop();
    for (const log of this.#logs) log.close();
  }

  /** Ends everything without asking. */
  killAll(): void {
    for (const process_ of this.#processes) process_.kill();
  }
}
