/** `npm run check`: types, lint, format and dead code, each to its end, so that one run shows everything. */
import { join } from 'node:path';
import { toolSteps } from './needs.mjs';
import { runUnderNode } from './run-under-node.mjs';
import { reportFailure, runSteps } from './step.mjs';

const CHECKS = [
  { name: 'types', args: ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of the oldest browsers', args: ['typescript/bin/tsc', '-p', 'web-client/tsconfig.browsers.json'] },
  { name: 'lint', args: ['oxlint/bin/oxlint'] },
  { name: 'format', args: ['oxfmt/bin/oxfmt', '--check', '.'] },
  { name: 'dead code', args: ['knip/bin/knip.js'] },
];

try {
  await runSteps(toolSteps());
  for (const { name, args } of CHECKS) {
    const startedAt = Date.now();
    const [program = '', ...rest] = args;
    const code = await runUnderNode([join('node_modules', program), ...rest]);
    process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n`);
    if (code !== 0) process.exitCode = 1;
  }
} catch (error) {
  reportFailure(error);
}
