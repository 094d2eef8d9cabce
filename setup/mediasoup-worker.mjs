/**
 * The mediasoup worker: the project's official prebuilt binary where it can be downloaded and runs, else the unchanged
 * worker source of the npm package built against the distribution's libraries.
 *
 * The worker's own build brings its libraries as source archives from the network. Here each of those subprojects is
 * replaced by a folder (setup/mediasoup-worker/subprojects) that points at the system's library instead.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { arch, platform, release } from 'node:os';
import { dirname, join } from 'node:path';
import { installPackages, missingPackages, withFiles, withProgram } from './apt-packages.mjs';
import { runCommand } from './command.mjs';
import { cacheRoot, mediasoupVersion, repositoryRoot, workerFolder, workerPath } from './paths.mjs';
import { SetupFailure } from './step.mjs';

const DOWNLOAD_TIMEOUT_MS = 15_000;

/** The worker ends with this code when it is started without its environment (see its main.cpp): proof that it loads. */
const EXIT_CODE_WITHOUT_ENVIRONMENT = 41;

/** What a built worker is linked with; the names of the libraries themselves change from one distribution to the next. */
const LIBRARY_PACKAGES = [
  withFiles('libuv1-dev'),
  withFiles('libssl-dev'),
  withFiles('libsrtp2-dev'),
  withFiles('libabsl-dev'),
  withFiles('libflatbuffers-dev'),
];

const BUILD_PACKAGES = [
  withProgram('meson'),
  withProgram('ninja-build', 'ninja'),
  withProgram('g++'),
  withProgram('pkg-config'),
  withProgram('flatbuffers-compiler', 'flatc'),
  ...LIBRARY_PACKAGES,
];

const BUILD_REMEDY = `Run the same command again; the whole log is ${join(cacheRoot(), 'logs', 'mediasoup-worker.log')}`;

/** @returns {import('./step.mjs').Step} */
export function mediasoupWorkerStep() {
  return {
    name: 'mediasoup-worker',
    does: 'mediasoup worker (downloaded, or built where that fails)',
    usually: '15 s, or 6 min when it is built',
    isDone: () => startsHere(workerPath()),
    run: async (log) => {
      const given = process.env['MEDIASOUP_WORKER_BIN'];
      if (given)
        throw new SetupFailure(
          `MEDIASOUP_WORKER_BIN names ${given}, which does not start`,
          'unset MEDIASOUP_WORKER_BIN',
        );
      if (existsSync(workerPath()) && (await startsWithLibraries(log))) return;
      if (!(await downloadWorker(log))) await buildWorker(log);
    },
  };
}

/**
 * A worker that was built elsewhere, or before this machine was set up anew, may miss its libraries.
 * @param {(line: string) => void} log
 */
async function startsWithLibraries(log) {
  log('the cached worker does not start: looking after its libraries');
  const missing = missingPackages(LIBRARY_PACKAGES);
  if (missing.length > 0) await installPackages(missing, log);
  return startsHere(workerPath());
}

/**
 * @param {(line: string) => void} log
 * @returns {Promise<boolean>} whether an official binary that runs here is now in place
 */
export async function downloadWorker(log) {
  const url = prebuiltUrl();
  log(`download ${url}`);
  const folder = join(cacheRoot(), 'mediasoup-worker', 'download');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    writeFileSync(join(folder, 'worker.tgz'), Buffer.from(await response.arrayBuffer()));
    await runCommand('tar', ['-xzf', 'worker.tgz'], { log, cwd: folder, remedy: BUILD_REMEDY });
    putInPlace(join(folder, 'mediasoup-worker'));
    return true;
  } catch (error) {
    log(`no official binary (${error instanceof Error ? error.message : String(error)}): building the worker`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same address that mediasoup's own postinstall script downloads. */
function prebuiltUrl() {
  const base =
    process.env['MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL'] ||
    'https://github.com/versatica/mediasoup/releases/download';
  const kernel = platform() === 'linux' ? `-kernel${release().split('.')[0]}` : '';
  const version = mediasoupVersion();
  return `${base}/${version}/mediasoup-worker-${version}-${platform()}-${arch()}${kernel}.tgz`;
}

/** @param {(line: string) => void} log */
async function buildWorker(log) {
  const missing = missingPackages(BUILD_PACKAGES);
  if (missing.length > 0) await installPackages(missing, log);
  // An interrupted build goes on where it stopped: the folder's name is fixed and ninja builds only what is missing.
  const folder = `${workerFolder()}.build`;
  const isCopied = join(folder, 'source-is-complete');
  if (!existsSync(isCopied)) {
    copySource(folder);
    writeFileSync(isCopied, '');
  }
  if (!existsSync(join(folder, 'out', 'build.ninja'))) {
    rmSync(join(folder, 'out'), { recursive: true, force: true });
    const setup = ['setup', 'out', '.', '--buildtype', 'release', '-Db_ndebug=true'];
    await runCommand('meson', setup, { log, cwd: folder, remedy: BUILD_REMEDY });
  }
  // The headers that flatc generates come first: part of the source reads them without saying so to ninja.
  for (const target of ['fbs/FBS/message.h', 'mediasoup-worker']) {
    await runCommand('nice', ['ninja', '-C', 'out', target], { log, cwd: folder, remedy: BUILD_REMEDY });
  }
  putInPlace(join(folder, 'out', 'mediasoup-worker'));
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} folder */
function copySource(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(join(repositoryRoot, 'node_modules', 'mediasoup', 'worker'), folder, { recursive: true });
  const subprojects = join(folder, 'subprojects');
  for (const file of readdirSync(subprojects)) {
    if (file.endsWith('.wrap')) rmSync(join(subprojects, file));
  }
  cpSync(join(repositoryRoot, 'setup', 'mediasoup-worker', 'subprojects'), subprojects, { recursive: true });
  // Debian 12 has meson 1.0 and Ubuntu 22.04 has 0.61; the build uses nothing newer.
  replaceOnce(join(folder, 'meson.build'), /meson_version ?: '>= [\d.]+'/, "meson_version: '>= 0.61.0'");
  // OpenSSL with kernel TLS asks the BIO through this callback; answering 1 to each such call makes it believe in kernel
  // TLS, allocate no write buffer and crash at the first ServerHello.
  replaceOnce(
    join(folder, 'src', 'RTC', 'DtlsTransport.cpp'),
    /\(operationType == BIO_CB_RETURN\)/,
    '((operationType & BIO_CB_RETURN) != 0)',
  );
}

/**
 * @param {string} file
 * @param {RegExp} pattern
 * @param {string} replacement
 */
function replaceOnce(file, pattern, replacement) {
  const text = readFileSync(file, 'utf8');
  if (!pattern.test(text)) {
    throw new SetupFailure(
      `${file} has no ${pattern}: this mediasoup version is not known here`,
      'npm ci --ignore-scripts',
    );
  }
  writeFileSync(file, text.replace(pattern, replacement));
}

/**
 * Puts a binary that was seen to start where everything looks for it, in one move.
 * @param {string} binary
 */
function putInPlace(binary) {
  chmodSync(binary, 0o755);
  if (!startsHere(binary)) throw new SetupFailure(`${binary} does not start on this host`, BUILD_REMEDY);
  const folder = workerFolder();
  mkdirSync(folder, { recursive: true });
  const temporary = join(folder, `mediasoup-worker.${process.pid}`);
  copyFileSync(binary, temporary);
  chmodSync(temporary, 0o755);
  renameSync(temporary, join(folder, 'mediasoup-worker'));
}

/** @param {string} binary */
function startsHere(binary) {
  return spawnSync(binary, [], { env: {}, stdio: 'ignore' }).status === EXIT_CODE_WITHOUT_ENVIRONMENT;
}
