/** Hands over from the set-up, which any Node runs, to a program under the Node that Tongke needs. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { forwardSignals } from './command.mjs';
import { chromiumPath, minioPath, nodePath, postgresBinFolder, repositoryRoot, workerPath } from './paths.mjs';

const PARENT_CHECK_MS = 500;

/**
 * Runs a program to its end with this terminal's input and output.
 * @param {readonly string[]} args the script, its arguments, and before them any flags for Node
 * @param {Record<string, string>} [env]
 * @param {readonly string[]} [wrapper] a command that runs the rest of its command line
 * @returns {Promise<number>} the exit code
 */
export async function runUnderNode(args, env = {}, wrapper = []) {
  const [command, ...rest] = [...wrapper, nodePath(), ...args];
  const child = spawn(command ?? nodePath(), rest, {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, PATH: pathWithNode(), ...env },
  });
  const stopForwarding = forwardSignals(child);
  const stopWatching = endWithNpm(child);
  /** @type {number} */
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve(exitCode ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  stopForwarding();
  stopWatching();
  return code;
}

/**
 * Whoever kills npm has ended what it runs, and npm can no longer say so. Without npm (a unit of systemd, a shell that has closed) we go on.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} stops watching
 */
function endWithNpm(child) {
  const parent = process.ppid;
  if (process.env['npm_lifecycle_event'] === undefined) return () => {};
  const watch = setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  }, PARENT_CHECK_MS);
  watch.unref();
  return () => clearInterval(watch);
}

/** What servers and tests find the set-up's programs by. */
export function programEnvironment() {
  return { MEDIASOUP_WORKER_BIN: workerPath() };
}

/** What the tests get on top. */
export function testEnvironment() {
  return {
    ...programEnvironment(),
    TONGKE_MINIO_BIN: minioPath(),
    TONGKE_CHROMIUM_BIN: chromiumPath(),
    TONGKE_POSTGRES_BIN_DIR: postgresBinFolder() ?? '',
  };
}

/** The PATH with the chosen Node first, so that what it starts by the name `node` is the same one. */
export function pathWithNode() {
  return [dirname(nodePath()), process.env['PATH'] ?? ''].join(delimiter);
}
