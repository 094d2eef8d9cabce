/** `npm run test:docker`: builds our images with a Docker daemon of its own and runs them for real. Needs root. */
import { dockerSteps } from './needs.mjs';
import { runTests } from './run-tests.mjs';

await runTests(dockerSteps(), ['--config', 'tests/docker/vitest.config.ts', ...process.argv.slice(2)]);
