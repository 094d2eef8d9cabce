import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingId } from '../../signaling/protocol/ids.ts';

/** A retry comes within minutes; what is older belongs to a job that was given up or done elsewhere. */
const MAX_AGE_MS = 24 * 3_600 * 1_000;

/** Everything kept for further attempts at a recording. */
export async function discardWork(folder: string, recordingId: RecordingId): Promise<void> {
  await rm(join(folder, recordingId), { recursive: true, force: true });
}

/** Deletes what dead attempts left behind, and with it their tracks, which are pictures of people. */
export async function sweepWorkFolder(folder: string, nowMs: number = Date.now()): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (nowMs - mtimeMs > MAX_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}
