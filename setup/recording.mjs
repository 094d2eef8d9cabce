/** `npm run recording -- verify|rebuild <id>`: sets up what is missing, then looks after a recording; Tongke need not run. */
import { serverSteps } from './needs.mjs';
import { programEnvironment, runUnderNode } from './run-under-node.mjs';
import { reportFailure, runSteps } from './step.mjs';

try {
  await runSteps(serverSteps());
  process.exitCode = await runUnderNode(['recorder/repair/main.ts', ...process.argv.slice(2)], programEnvironment());
} catch (error) {
  reportFailure(error);
}
