/**
 * One set-up at a time per user: two runs of `npm ci`, or two builds of the same binary in the same folder, spoil each
 * other. The lock is a file with the holder's process id and start time, so that a lock whose holder was killed is
 * recognised and taken over.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheRoot } from './paths.mjs';

const RETRY_MS = 500;

/**
 * @template T
 * @param {NodeJS.WritableStream} output
 * @param {() => Promise<T>} work
 * @param {string} [lockFile]
 * @returns {Promise<T>}
 */
export async function withSetupLock(output, work, lockFile = join(cacheRoot(), 'setup.lock')) {
  mkdirSync(dirname(lockFile), { recursive: true });
  let told = false;
  while (!tryLock(lockFile)) {
    if (!told) output.write('  … another set-up is running; waiting for it to end\n');
    told = true;
    await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

/**
 * @param {string} lockFile
 * @returns {boolean} whether the lock is now ours
 */
export function tryLock(lockFile) {
  const mine = `${lockFile}.${process.pid}`;
  writeFileSync(mine, identity(process.pid) ?? '');
  try {
    if (tryLink(mine, lockFile)) return true;
    const holder = readLock(lockFile);
    const isHolderAlive = holder !== undefined && identity(Number(holder.split(' ')[0])) === holder;
    if (isHolderAlive) return false;
    rmSync(lockFile, { force: true });
    return tryLink(mine, lockFile);
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * A link is made only where nothing is yet, and with its content.
 * @param {string} from
 * @param {string} to
 */
function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} lockFile */
function readLock(lockFile) {
  try {
    return readFileSync(lockFile, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * A process id with the process's start time, which a later process of the same id does not share.
 * @param {number} pid
 */
function identity(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the start time is the 20th field behind it.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${startTime}`;
  } catch {
    return undefined;
  }
}
