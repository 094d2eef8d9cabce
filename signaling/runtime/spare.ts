import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

/** Set by who starts a process that shall take another one's place once that has died. */
const SPARE_VARIABLE = 'TONGKE_SPARE';

/** What a process gets in its environment to be a spare. */
export const SPARE_ENVIRONMENT: Readonly<Record<string, string>> = { [SPARE_VARIABLE]: '1' };

/**
 * In a spare, resolves when it is wanted: with the first byte on its standard input, and everything that it needs loaded by then. In any other process, at once.
 * Starting Node and loading our code is most of what a restart takes, and takes seconds on a machine that is busy. A spare
 * whose standard input ends will never be wanted, and ends as well.
 * @param load what the process would load only later; it is not waited for once the spare is wanted
 */
export async function untilWanted(load: () => Promise<unknown>): Promise<void> {
  const isSpare = Boolean(process.env[SPARE_VARIABLE]);
  // Nor is what this process starts a spare.
  delete process.env[SPARE_VARIABLE];
  if (!isSpare) return;
  const commandLine = (await readFile('/proc/self/cmdline', 'utf8')).replaceAll('\0', ' ').trim();
  process.title = 'tongke spare';
  const wanted = Promise.race([once(process.stdin, 'data'), once(process.stdin, 'end')]);
  await Promise.race([load(), wanted]);
  const [word] = (await wanted) as [Buffer?];
  if (word === undefined) process.exit();
  process.stdin.destroy();
  process.title = commandLine;
}
