/**
 * The packages of package-lock.json. Their install scripts stay off: the only one that matters, mediasoup's, is a step
 * of its own here, and it would refuse the older Node that a fresh Debian starts with.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { repositoryRoot } from './paths.mjs';

/** @returns {import('./step.mjs').Step} */
export function dependenciesStep() {
  return {
    name: 'npm-packages',
    does: 'npm packages of package-lock.json',
    usually: '30 s',
    isDone: () => isInstalled(repositoryRoot),
    run: (log) =>
      runCommand('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
        log,
        cwd: repositoryRoot,
        remedy: 'Check that this host reaches the npm registry (`npm ping`), then run the same command again.',
      }),
  };
}

/**
 * Whether node_modules holds every package that the lock file asks for. npm writes its own list there as the last act
 * of an installation, so an interrupted one has none.
 * @param {string} root
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    // The root itself is not in npm's list; a package for another platform is optional and not installed.
    if (path === '') return true;
    const there = installed[path];
    return there === undefined ? entry.optional === true : there.version === entry.version;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
