import { randomInt } from 'node:crypto';
import { open, readFile, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../signaling/protocol/errors.ts';

const RETRY_MIN_MS = 1;
const RETRY_MAX_MS = 8;
const GIVE_UP_AFTER_MS = 20_000;
/** Removing a dead owner's lock takes microseconds: a thief older than this died while doing it. */
const DEAD_THIEF_AFTER_MS = 10_000;

/**
 * Takes a lock file that no other process of this machine can hold at the same time; resolves with what releases it.
 * Node has no `flock`, so the file names its owner, and a lock whose owner is dead is removed. That happens under a
 * second file and after a second look: otherwise two processes could each remove the lock, and the later one would
 * remove the lock the other has just taken.
 *
 * @throws AppError `unavailable` when a living owner does not release it.
 */
export async function acquireFileLock(path: string): Promise<() => Promise<void>> {
  const giveUpAtMs = Date.now() + GIVE_UP_AFTER_MS;
  while (!(await tryCreate(path, await processIdentity(process.pid)))) {
    const owner = await readOwner(path);
    if (owner !== undefined && !(await isAlive(owner))) await removeDeadOwnersLock(path, owner);
    else if (Date.now() > giveUpAtMs) throw new AppError('unavailable', { message: 'a file lock is not released' });
    else await sleep(randomInt(RETRY_MIN_MS, RETRY_MAX_MS));
  }
  return () => unlinkIfThere(path);
}

export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const release = await acquireFileLock(path);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function removeDeadOwnersLock(path: string, deadOwner: string): Promise<void> {
  const thief = `${path}.removing`;
  if (!(await tryCreate(thief, ''))) {
    const facts = await stat(thief).catch(() => undefined);
    if (facts !== undefined && Date.now() - facts.mtimeMs > DEAD_THIEF_AFTER_MS) await unlinkIfThere(thief);
    await sleep(RETRY_MIN_MS);
    return;
  }
  try {
    if ((await readOwner(path)) === deadOwner) await unlinkIfThere(path);
  } finally {
    await unlinkIfThere(thief);
  }
}

async function tryCreate(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Undefined while there is no lock; an empty text while its owner is still writing its name. */
async function readOwner(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (text !== '') return text;
  const facts = await stat(path).catch(() => undefined);
  // Died between creating the lock and naming itself: owned by nobody.
  return facts !== undefined && Date.now() - facts.mtimeMs > DEAD_THIEF_AFTER_MS ? text : undefined;
}

async function isAlive(owner: string): Promise<boolean> {
  if (owner === '') return false;
  return (await processIdentity(Number.parseInt(owner, 10))) === owner;
}

/** Process number and start time, since numbers are used again; `0` behind the number when there is no such process. */
async function processIdentity(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the name in parentheses and may hold spaces; the start time is field 22 (proc(5)).
    const startTicks = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${startTicks ?? ''}`;
  } catch {
    return isRunning(pid) ? `${pid} running` : `${pid} 0`;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
  });
}

export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}
