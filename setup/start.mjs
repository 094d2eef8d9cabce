/** `npm start`: sets up what is missing, then runs Tongke under its supervisor until it is stopped. */
import { serverSteps } from './needs.mjs';
import { programEnvironment, runUnderNode } from './run-under-node.mjs';
import { reportFailure, runSteps } from './step.mjs';

/** Whoever ends this script without asking has ended Tongke: the kernel then tells the supervisor to stop. */
const DIES_WITH_US = ['setpriv', '--pdeathsig', 'TERM', '--'];

try {
  await runSteps(serverSteps());
  process.exitCode = await runUnderNode(
    ['setup/supervisor.ts', ...process.argv.slice(2)],
    programEnvironment(),
    DIES_WITH_US,
  );
} catch (error) {
  reportFailure(error);
}
