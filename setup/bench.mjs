/** `npm run bench [-- suite …] [--json FILE]`: sets up what is missing, then measures. */
import { testSteps } from './needs.mjs';
import { runUnderNode, testEnvironment } from './run-under-node.mjs';
import { reportFailure, runSteps } from './step.mjs';

try {
  await runSteps(testSteps());
  process.exitCode = await runUnderNode(['tests/bench/index.ts', ...process.argv.slice(2)], testEnvironment());
} catch (error) {
  reportFailure(error);
}
