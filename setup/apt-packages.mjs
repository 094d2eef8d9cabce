/**
 * Distribution packages. apt is only asked for what a probe does not find, so a host whose programs come from
 * elsewhere is left alone.
 */
import { spawnSync } from 'node:child_process';
import { runCommand, hasProgram } from './command.mjs';
import { SetupFailure } from './step.mjs';

/** @typedef {{ package: string, isThere: () => boolean }} AptPackage */

/**
 * A package that is there when its program is on the PATH.
 * @param {string} name
 * @param {string} [program]
 * @returns {AptPackage}
 */
export function withProgram(name, program = name) {
  return { package: name, isThere: () => hasProgram(program) };
}

/**
 * A package without a program of its own, such as headers or fonts.
 * @param {string} name
 * @returns {AptPackage}
 */
export function withFiles(name) {
  return {
    package: name,
    isThere: () => {
      const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
      return query.stdout === 'installed';
    },
  };
}

/** @param {readonly AptPackage[]} packages */
export function missingPackages(packages) {
  return packages.filter((one) => !one.isThere()).map((one) => one.package);
}

/**
 * @param {{ name: string, does: string, usually: string, packages: readonly AptPackage[] }} options
 * @returns {import('./step.mjs').Step}
 */
export function aptStep({ name, does, usually, packages }) {
  return {
    name,
    does,
    usually,
    isDone: () => missingPackages(packages).length === 0,
    run: (log) => installPackages(missingPackages(packages), log),
  };
}

/**
 * @param {readonly string[]} names
 * @param {(line: string) => void} log
 */
export async function installPackages(names, log) {
  const list = names.join(' ');
  if (!hasProgram('apt-get')) {
    throw new SetupFailure(`Missing: ${list}`, `Install ${list} with your system's package tool, then run this again.`);
  }
  const line = `sudo sh -c 'apt-get update && apt-get install -y ${list}'`;
  const prefix = rootPrefix();
  if (prefix === undefined) {
    throw new SetupFailure(`Missing: ${list} (and this account may not install packages)`, line);
  }
  const [command, ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive'];
  // Another apt may hold the lock, and an earlier one may have been interrupted between unpacking and configuring.
  const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3', '-q'];
  /** @param {readonly string[]} rest */
  const asRoot = (rest) => runCommand(command, [...args, ...rest], { log, remedy: line });
  await asRoot(['dpkg', '--configure', '-a']);
  await asRoot([...apt, 'update']);
  await asRoot([...apt, 'install', '-y', '--no-install-recommends', ...names]);
}

/**
 * What turns a command into one that root runs: nothing as root, sudo where it asks no password.
 * @returns {string[] | undefined}
 */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (hasProgram('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n'];
  return undefined;
}
