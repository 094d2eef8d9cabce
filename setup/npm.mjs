/**
 * npm under the Node that Tongke runs on. Under an older one it leaves out, without a word, every optional package that
 * wants a newer Node, and the bundler's and the linter's native parts are such packages.
 */
import { existsSync } from 'node:fs';
import { runCommand } from './command.mjs';
import { repositoryRoot } from './paths.mjs';
import { pathWithNode } from './run-under-node.mjs';

/** Where Debian's npm finds its own parts: its Node looks there by itself, others do not. */
const DEBIAN_MODULES = '/usr/share/nodejs';

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund'];

/**
 * @param {readonly string[]} args
 * @param {(line: string) => void} log
 */
export async function runNpm(args, log) {
  await runCommand('npm', [...args, ...QUIET], {
    log,
    cwd: repositoryRoot,
    env: {
      PATH: pathWithNode(),
      NODE_NO_WARNINGS: '1',
      ...(existsSync(DEBIAN_MODULES) ? { NODE_PATH: DEBIAN_MODULES } : {}),
    },
    remedy: 'Check that this host reaches the npm registry (`npm ping`), then run the same command again.',
  });
}
