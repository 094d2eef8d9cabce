import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** What a run of the tests came to; `setup/test.mjs` reads it from the file that `TONGKE_TALLY_FILE` names. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: { title: string; reason: string }[];
  /** Files that did not load and errors outside any test; each counts as a failure. */
  errors: string[];
}

/** A vitest reporter that counts, so that the last line of a run never depends on how a report is laid out. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env['TONGKE_TALLY_FILE'];
    if (file === undefined) return;
    const tally: Tally = { passed: 0, failed: 0, skipped: [], errors: [] };
    for (const module of modules) countModule(module, tally);
    for (const error of unhandledErrors) tally.errors.push(error.message);
    writeFileSync(file, JSON.stringify(tally));
  }
}

function countModule(module: TestModule, tally: Tally): void {
  for (const error of module.errors()) tally.errors.push(`${module.relativeModuleId}: ${error.message}`);
  for (const suite of module.children.allSuites()) {
    for (const error of suite.errors()) tally.errors.push(`${suite.fullName}: ${error.message}`);
  }
  for (const test of module.children.allTests()) countTest(test, tally);
}

function countTest(test: TestCase, tally: Tally): void {
  const result = test.result();
  if (result.state === 'passed') tally.passed += 1;
  else if (result.state === 'failed') tally.failed += 1;
  else {
    const reason = (result.state === 'skipped' && result.note) || 'no reason given';
    tally.skipped.push({ title: test.fullName, reason });
  }
}
