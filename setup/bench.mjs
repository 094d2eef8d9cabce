/** `npm run bench [-- suite …] [--json FILE]`: sets up what is missing, then measures. */
import { parseArgs } from 'node:util';
import { benchSteps } from './needs.mjs';
import { receiversPath } from './paths.mjs';
import { runUnderNode, testEnvironment } from './run-under-node.mjs';
import { reportFailure, runSteps } from './step.mjs';

try {
  const given = process.argv.slice(2);
  // What is wrong with them is said by the bench itself.
  const { positionals } = parseArgs({
    args: given,
    options: { json: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  await runSteps(benchSteps(positionals));
  const environment = { ...testEnvironment(), TONGKE_RECEIVERS_BIN: receiversPath() };
  process.exitCode = await runUnderNode(['tests/bench/index.ts', ...given], environment);
} catch (error) {
  reportFailure(error);
}
