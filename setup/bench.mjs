/** `npm run bench [-- suite …] [--json FILE]`: sets up what is missing, then measures. */
import { benchSteps } from './needs.mjs';
import { runUnderNode, testEnvironment } from './run-under-node.mjs';
import { reportFailure, runSteps } from './step.mjs';

try {
  await runSteps(benchSteps());
  process.exitCode = await runUnderNode(['tests/bench/index.ts', ...process.argv.slice(2)], testEnvironment());
} catch (error) {
  reportFailure(error);
}
