import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** No run lasts so long; what is older was left behind by a process that died. */
const MAX_AGE_MS = 24 * 3_600 * 1_000;

/** A folder of its own for one piece of work, whoever else does the same on this machine; gone when the work ends. */
export async function inWorkFolder<T>(parent: string, name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(parent, `${name}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Deletes what dead processes left behind, and with it their tracks, which are pictures of people. */
export async function sweepWorkFolder(folder: string, nowMs: number = Date.now()): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (nowMs - mtimeMs > MAX_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}
