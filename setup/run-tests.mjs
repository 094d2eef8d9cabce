/**
 * Runs vitest and says what it came to. The last line is `N passed, N failed, N skipped`; a run without a test, a file
 * that does not load and an error outside any test are failures.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runUnderNode, testEnvironment } from './run-under-node.mjs';
import { reportFailure, runSteps } from './step.mjs';

/** @typedef {import('./tally-reporter.ts').Tally} Tally */

/**
 * Does the steps, then the tests, and sets the exit code.
 * @param {readonly import('./step.mjs').Step[]} steps
 * @param {readonly string[]} args for vitest
 */
export async function runTests(steps, args) {
  const folder = mkdtempSync(join(tmpdir(), 'tongke-test-'));
  try {
    await runSteps(steps);
    const tallyFile = join(folder, 'tally.json');
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const env = { ...testEnvironment(), TONGKE_TALLY_FILE: tallyFile };
    const code = await runUnderNode([vitest, 'run', ...args], env);
    const { text, failed } = summarise(readTally(tallyFile), code);
    process.stdout.write(text);
    process.exitCode = failed === 0 ? 0 : 1;
  } catch (error) {
    reportFailure(error);
    process.stdout.write('0 passed, 1 failed, 0 skipped\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @returns {Tally}
 */
function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: [], errors: ['the run ended before it could report'] };
  }
}

/**
 * @param {Tally} tally
 * @param {number} code vitest's own exit code
 * @returns {{ text: string, failed: number }} what to print, ending with the one line that counts
 */
export function summarise({ passed, failed, skipped, errors }, code) {
  const problems = [...errors];
  if (passed + failed + problems.length === 0) problems.push('no test ran');
  else if (code !== 0 && failed + problems.length === 0) problems.push(`vitest ended with code ${code}`);
  const allFailed = failed + problems.length;
  const lines = [
    ...skipped.map(({ title, reason }) => `skipped: ${title} (${reason})`),
    ...problems.map((problem) => `error: ${problem}`),
    `${passed} passed, ${allFailed} failed, ${skipped.length} skipped`,
  ];
  return { text: `${lines.join('\n')}\n`, failed: allFailed };
}
