/**
 * The packages of package-lock.json. Their install scripts stay off: the only one that matters, mediasoup's, is a step
 * of its own here, and it would refuse the older Node that a fresh Debian starts with.
 */
import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { runNpm } from './npm.mjs';
import { repositoryRoot } from './paths.mjs';

/** @returns {import('./step.mjs').Step} */
export function dependenciesStep() {
  return {
    name: 'npm-packages',
    does: 'npm packages of package-lock.json',
    usually: '30 s',
    isDone: () => isInstalled(repositoryRoot),
    run: (log) => runNpm(['ci'], log),
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
    // The root itself is not in npm's list.
    if (path === '') return true;
    const there = installed[path];
    return there === undefined ? entry.optional === true && !isForThisHost(entry) : there.version === entry.version;
  });
}

/** @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockEntry */

/**
 * Whether a package that is built for some platforms is built for this one. Debian and Ubuntu use glibc.
 * @param {LockEntry} entry
 */
function isForThisHost({ os, cpu, libc }) {
  if (os === undefined || cpu === undefined) return false;
  return os.includes(platform()) && cpu.includes(arch()) && (libc === undefined || libc.includes('glibc'));
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
