/** `npm test [-- filter …]`: sets up what is missing, then runs the tests. */
import { testSteps } from './needs.mjs';
import { runTests } from './run-tests.mjs';

await runTests(testSteps(), process.argv.slice(2));
