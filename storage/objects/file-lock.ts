import { randomInt } from 'node:crypto';
import { open, readFile, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { AppError } from '../../signaling/protocol/errors.ts';

const RETRY_MIN_MS = 1;
const RETRY_MAX_MS = 8;
const GIVE_UP_AFTER_MS = 20_000;
/** Removing a dead owner's lock takes microseconds: a thief older than this died while doing it. */
const DEAD_THIEF_AFTER_MS = 10_000;
/** A lock that could not be removed: its disk has become read-only, or is away. */
const RELEASE_RETRY_MS = 1_000;

/** What this thread holds or is about to take: one at a time, so that a lock file of its own that it does not hold is one it could not remove. */
const taken = new Set<string>();

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
  // Nothing is awaited between the last look and the taking.
  while (taken.has(path)) await pauseBefore(giveUpAtMs);
  taken.add(path);
  try {
    const self = await ownIdentity();
    while (!(await tryCreate(path, self))) {
      const owner = await readOwner(path);
      if (owner === self) break;
      if (owner !== undefined && !(await isAlive(owner))) await removeDeadOwnersLock(path, owner);
      else await pauseBefore(giveUpAtMs);
    }
  } catch (error) {
    taken.delete(path);
    throw error;
  }
  return () => release(path);
}

/** The work is done, so nobody is told that a lock remains: it is removed as soon as its disk lets it be. */
async function release(path: string): Promise<void> {
  try {
    await unlinkIfThere(path);
  } catch {
    releaseLater(path);
  } finally {
    taken.delete(path);
  }
}

function releaseLater(path: string): void {
  setTimeout(() => void releaseLeftBehind(path), RELEASE_RETRY_MS).unref();
}

async function releaseLeftBehind(path: string): Promise<void> {
  if (taken.has(path)) {
    releaseLater(path);
    return;
  }
  taken.add(path);
  try {
    // Since then it may have been removed, and taken by another process.
    if ((await readOwner(path)) === (await ownIdentity())) await unlinkIfThere(path);
  } catch {
    releaseLater(path);
  } finally {
    taken.delete(path);
  }
}

async function pauseBefore(giveUpAtMs: number): Promise<void> {
  if (Date.now() > giveUpAtMs) throw new AppError('unavailable', { message: 'a file lock is not released' });
  await sleep(randomInt(RETRY_MIN_MS, RETRY_MAX_MS));
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
  const living = await processIdentity(Number.parseInt(owner, 10));
  // Older versions named no thread.
  return owner === living || owner.startsWith(`${living} `);
}

/** Threads of one process know nothing of each other's locks. */
async function ownIdentity(): Promise<string> {
  return `${await processIdentity(process.pid)} ${threadId}`;
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
