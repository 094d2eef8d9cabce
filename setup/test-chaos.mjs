/** `npm run test:chaos [-- filter …]`: the tests that torment the system, for as long as their names say; `npm test` runs them shortened. */
import { testSteps } from './needs.mjs';
import { runTests } from './run-tests.mjs';

process.env['TONGKE_CHAOS'] = 'full';
await runTests(testSteps(), ['--project', 'chaos', ...process.argv.slice(2)]);
