/**
 * `npm test [-- filter …]`: sets up what is missing, then runs the tests. The last line is `N passed, N failed,
 * N skipped`; a run without a test, a file that does not load and an error outside any test are failures.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testSteps } from './needs.mjs';
import { runUnderNode, testEnvironment } from './run-under-node.mjs';
import { reportFailure, runSteps } from './step.mjs';

/** @typedef {import('./tally-reporter.ts').Tally} Tally */

const folder = mkdtempSync(join(tmpdir(), 'tongke-test-'));
try {
  await runSteps(testSteps());
  const tallyFile = join(folder, 'tally.json');
  const env = { ...testEnvironment(), TONGKE_TALLY_FILE: tallyFile };
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const code = await runUnderNode([vitest, 'run', ...process.argv.slice(2)], env);
  process.exitCode = reportTally(readTally(tallyFile), code);
} catch (error) {
  reportFailure(error);
  process.stdout.write('0 passed, 1 failed, 0 skipped\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} file
 * @returns {Tally}
 */
function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: [], errors: ['the test run ended before it could report'] };
  }
}

/**
 * @param {Tally} tally
 * @param {number} code vitest's own exit code
 * @returns {number} the exit code
 */
function reportTally({ passed, failed, skipped, errors }, code) {
  /** @type {string[]} */
  const lines = [];
  for (const { title, reason } of skipped) lines.push(`skipped: ${title} (${reason})`);
  for (const error of errors) lines.push(`error: ${error}`);
  let allFailed = failed + errors.length;
  if (passed + allFailed === 0) {
    lines.push('error: no test ran');
    allFailed = 1;
  } else if (code !== 0 && allFailed === 0) {
    lines.push(`error: vitest ended with code ${code}`);
    allFailed = 1;
  }
  lines.push(`${passed} passed, ${allFailed} failed, ${skipped.length} skipped`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return allFailed === 0 ? 0 : 1;
}
