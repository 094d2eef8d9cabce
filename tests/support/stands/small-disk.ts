import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BALLAST = 'ballast';
const BUSY_RETRY_MS = 5;
const BUSY_LIMIT_MS = 20_000;

/** A file system of its own, small enough to be filled, which can also be taken away from those who write to it. */
export class SmallDisk {
  readonly folder: string;

  static async mount(megabytes: number): Promise<SmallDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'tongke-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    return new SmallDisk(folder);
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }

  /** Something else takes all the room but this. */
  async fillUpTo(leftBytes: number): Promise<void> {
    const bytes = (await this.freeBytes()) - leftBytes;
    await appendFile(join(this.folder, BALLAST), Buffer.alloc(Math.max(0, bytes))).catch((error: unknown) => {
      // Others write meanwhile; then it is full, too.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    });
  }

  async makeRoom(): Promise<void> {
    await rm(join(this.folder, BALLAST), { force: true });
  }

  /** Reading goes on; every write is refused. The kernel takes no disk away in the middle of a write: it is asked until nothing is being written. */
  async refuseWrites(): Promise<void> {
    for (const deadlineMs = Date.now() + BUSY_LIMIT_MS; ; await sleep(BUSY_RETRY_MS)) {
      try {
        await run('mount', ['-o', 'remount,ro', this.folder]);
        return;
      } catch (error) {
        if (!String(error).includes('busy') || Date.now() > deadlineMs) throw error;
      }
    }
  }

  async takeWrites(): Promise<void> {
    await run('mount', ['-o', 'remount,rw', this.folder]);
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
