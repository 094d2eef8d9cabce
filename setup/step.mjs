/**
 * A step of the set-up: what it does, how long it usually takes, how to see that it is done, how to do it.
 *
 * Steps run one after another. One that is done is skipped without a word; the others show their name, the seconds
 * gone and the last line of their log, and leave the whole log under the cache folder.
 */
import { closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { withSetupLock } from './lock.mjs';
import { cacheRoot } from './paths.mjs';
import { openProgress } from './progress.mjs';

/**
 * @typedef {object} Step
 * @property {string} name short and unique; also the name of its log
 * @property {string} does what a person reads while it runs
 * @property {string} usually how long it takes, such as "20 s"
 * @property {() => boolean | Promise<boolean>} isDone fast: it runs at every start
 * @property {(log: (line: string) => void) => Promise<void>} run may be ended at any moment and is then run again
 */

/** A step that cannot go on, and the one thing a person does about it. */
export class SetupFailure extends Error {
  /**
   * @param {string} message what went wrong
   * @param {string} remedy the one thing to do, as a command where there is one
   * @param {readonly string[]} [lastLines] the end of what the failed command said
   */
  constructor(message, remedy, lastLines = []) {
    super(message);
    this.name = 'SetupFailure';
    this.remedy = remedy;
    this.lastLines = lastLines;
  }
}

/** An optional step that came to nothing; the message says why. */
class LeftOut extends Error {}

const DAY_MS = 86_400_000;

/**
 * The same step for what can be done without: when it fails, that is said and written down, and it is not tried again for a day. What
 * wants it looks for itself whether it is there.
 * @param {Step} step
 * @returns {Step}
 */
export function optional(step) {
  const note = () => join(cacheRoot(), `${step.name}.given-up`);
  const isGivenUp = () => {
    const triedAt = statSync(note(), { throwIfNoEntry: false })?.mtimeMs;
    return triedAt !== undefined && Date.now() - triedAt < DAY_MS;
  };
  return {
    ...step,
    isDone: async () => isGivenUp() || (await step.isDone()),
    run: async (log) => {
      let reason = 'what it is for is not in those packages';
      try {
        await step.run(log);
        if (await step.isDone()) return;
      } catch (error) {
        reason = reasonOf(error);
      }
      writeFileSync(note(), '');
      throw new LeftOut(reason);
    },
  };
}

/**
 * The end of what a failed command said tells more than that it failed.
 * @param {unknown} error
 */
function reasonOf(error) {
  if (error instanceof SetupFailure) return error.lastLines.findLast((line) => line.trim() !== '') ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/**
 * Does every step that is not done yet.
 * @param {readonly Step[]} steps
 * @param {NodeJS.WritableStream & { isTTY?: boolean, columns?: number }} [output]
 * @returns {Promise<string[]>} the names of the steps that ran
 */
export async function runSteps(steps, output = process.stdout) {
  const firstToDo = await indexOfFirstToDo(steps);
  if (firstToDo === -1) return [];
  return withSetupLock(output, async () => {
    /** @type {string[]} */
    const ran = [];
    for (const step of steps.slice(firstToDo)) {
      if (await step.isDone()) continue;
      await runStep(step, output);
      ran.push(step.name);
    }
    return ran;
  });
}

/** @param {readonly Step[]} steps */
async function indexOfFirstToDo(steps) {
  for (const [index, step] of steps.entries()) {
    if (!(await step.isDone())) return index;
  }
  return -1;
}

/**
 * @param {Step} step
 * @param {NodeJS.WritableStream & { isTTY?: boolean, columns?: number }} output
 */
async function runStep(step, output) {
  const logFolder = join(cacheRoot(), 'logs');
  mkdirSync(logFolder, { recursive: true });
  const logFile = openSync(join(logFolder, `${step.name}.log`), 'w');
  const progress = openProgress(step, output);
  try {
    await step.run((line) => {
      writeSync(logFile, `${line}\n`);
      progress.line(line);
    });
    if (!(await step.isDone())) throw new Error(`${step.name} ran to its end but left nothing behind`);
    progress.succeed();
  } catch (error) {
    if (error instanceof LeftOut) {
      progress.leaveOut(error.message);
      return;
    }
    progress.fail();
    throw error;
  } finally {
    closeSync(logFile);
  }
}

/**
 * Says what a failed set-up needs and sets the exit code.
 * @param {unknown} error
 * @param {NodeJS.WritableStream} [output]
 */
export function reportFailure(error, output = process.stderr) {
  if (error instanceof SetupFailure) {
    for (const line of error.lastLines) output.write(`    | ${line}\n`);
    output.write(`\n${error.message}\n→ ${error.remedy}\n\n`);
  } else {
    output.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    output.write(`→ Run the same command again; the logs are in ${join(cacheRoot(), 'logs')}\n\n`);
  }
  process.exitCode = 1;
}
