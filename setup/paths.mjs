/**
 * Where the set-up keeps what it makes. Everything outside the checkout is under one cache folder, named by version
 * and distribution, so that several checkouts share it and an upgrade never meets an older file.
 *
 * `node setup/paths.mjs` prints the path of the mediasoup worker, `node setup/paths.mjs node` that of Node.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { arch, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MINIO_VERSION, NODE_MAJOR_NEEDED, NODE_VERSION } from './versions.mjs';

const SHORT_HASH = 16;

export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** @returns {string} the cache folder; `TONGKE_CACHE_DIR` moves it */
export function cacheRoot() {
  return process.env['TONGKE_CACHE_DIR'] || join(homedir(), '.cache', 'tongke');
}

/**
 * The distribution's id and version, such as `debian12`; a binary linked against one is not started on another.
 * @param {string} [osRelease] the text of /etc/os-release
 * @returns {string}
 */
export function distribution(osRelease = readOsRelease()) {
  /** @param {string} name */
  const field = (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  return `${field('ID') || 'linux'}${field('VERSION_ID')}`;
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

/** @returns {string} the version of the installed mediasoup package */
export function mediasoupVersion() {
  const manifest = join(repositoryRoot, 'node_modules', 'mediasoup', 'package.json');
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}

/** @returns {string} the folder of the worker for this mediasoup version, distribution and processor */
export function workerFolder() {
  return join(cacheRoot(), 'mediasoup-worker', `${mediasoupVersion()}-${distribution()}-${arch()}`);
}

/** @returns {string} the mediasoup worker; `MEDIASOUP_WORKER_BIN` names another one */
export function workerPath() {
  return process.env['MEDIASOUP_WORKER_BIN'] || join(workerFolder(), 'mediasoup-worker');
}

/** @returns {string} the folder that `npm install --prefix` filled with the pinned Node */
export function nodeFolder() {
  return join(cacheRoot(), 'node', NODE_VERSION);
}

/** @returns {string} the npm package that holds the pinned Node for this processor */
export function nodePackage() {
  return `node-linux-${arch()}`;
}

/** @returns {string} the Node that runs everything after the set-up: this one when it is new enough, else the pinned one */
export function nodePath() {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= NODE_MAJOR_NEEDED ? process.execPath : pinnedNodePath();
}

/** @returns {string} */
export function pinnedNodePath() {
  return join(nodeFolder(), 'node_modules', nodePackage(), 'bin', 'node');
}

/** @returns {string} */
export function minioPath() {
  return process.env['TONGKE_MINIO_BIN'] || join(cacheRoot(), 'minio', MINIO_VERSION, 'minio');
}

export const receiversSources = join(repositoryRoot, 'tests', 'bench', 'receivers');

/** @returns {string} the bench's WebRTC receivers, named by what they are built from */
export function receiversPath() {
  const hash = createHash('sha256');
  for (const name of readdirSync(receiversSources).sort()) {
    hash.update(`${name}\0`).update(readFileSync(join(receiversSources, name)));
  }
  return join(cacheRoot(), 'receivers', hash.digest('hex').slice(0, SHORT_HASH), 'receivers');
}

/** @returns {string} Chromium, or a Chrome where the distribution has none outside a snap */
export function chromiumPath() {
  const given = process.env['TONGKE_CHROMIUM_BIN'];
  if (given) return given;
  const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable'];
  return candidates.find((path) => existsSync(path) && !isSnapStub(path)) ?? '/usr/bin/chromium';
}

/** A program is larger; what it begins with is all that a script of this size holds. */
const LARGEST_STUB = 16_384;

/**
 * Ubuntu's package of Chromium holds a script that starts the snap of it, or says that there is none. Neither is a browser for the tests:
 * the snap sees no files outside its own folders.
 * @param {string} path
 */
export function isSnapStub(path) {
  if (statSync(path).size > LARGEST_STUB) return false;
  const text = readFileSync(path, 'utf8');
  return text.startsWith('#!') && text.includes('/snap/bin/');
}

/** @returns {string | undefined} the folder of the newest PostgreSQL server's programs */
export function postgresBinFolder() {
  if (process.env['TONGKE_POSTGRES_BIN_DIR']) return process.env['TONGKE_POSTGRES_BIN_DIR'];
  const versionsFolder = '/usr/lib/postgresql';
  try {
    const newest = readdirSync(versionsFolder)
      .map(Number)
      .filter(Number.isFinite)
      .sort((a, b) => b - a)[0];
    return newest === undefined ? undefined : join(versionsFolder, String(newest), 'bin');
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${process.argv[2] === 'node' ? nodePath() : workerPath()}\n`);
}
