/**
 * Runs one command of a step: its lines go to the step's log, its failure becomes a SetupFailure with the end of what
 * it said, and it ends when the set-up is ended.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { SetupFailure } from './step.mjs';

const KEPT_LINES = 15;

/**
 * @typedef {object} CommandOptions
 * @property {(line: string) => void} log
 * @property {string} remedy the one thing to do when it fails
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] added to this process's own
 */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @returns {Promise<void>}
 */
export async function runCommand(command, args, { log, remedy, cwd, env }) {
  /** @type {string[]} */
  const lastLines = [];
  /** @param {string} line */
  const onLine = (line) => {
    log(line);
    lastLines.push(line);
    if (lastLines.length > KEPT_LINES) lastLines.shift();
  };
  log(`$ ${[command, ...args].join(' ')}`);
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const stopForwarding = forwardSignals(child);
  readLines(child.stdout, onLine);
  readLines(child.stderr, onLine);
  const outcome = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? `code ${code}`}`));
  });
  stopForwarding();
  if (outcome) throw new SetupFailure(`\`${[command, ...args].join(' ')}\` failed: ${outcome}`, remedy, lastLines);
}

/**
 * Ends a child with this process, so that an interrupted set-up leaves no compiler behind.
 * @param {import('node:child_process').ChildProcess} child
 */
export function forwardSignals(child) {
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    child.kill(signal);
    process.exitCode = 128 + constants.signals[signal];
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

/**
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} onLine
 */
export function readLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (/** @type {string} */ text) => {
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest) onLine(rest);
    rest = '';
  });
}

/**
 * Whether a program is on the PATH, or where only root's PATH leads.
 * @param {string} program
 */
export function hasProgram(program) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

/**
 * The first line a program prints, or undefined when it does not start.
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {string | undefined}
 */
export function firstLineOf(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}
