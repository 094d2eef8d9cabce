import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskState } from '../contract.ts';
import type { Log } from '../../signaling/runtime/log.ts';

const LOOK_INTERVAL_MS = 2_000;
const PROBE_NAME = '.room-probe';
/** A few seconds of a full classroom. */
const PROBE_BYTES = 4 * 1024 * 1024;

export type DiskLevel = DiskState['level'];

export interface DiskGuardOptions {
  readonly folder: string;
  readonly lowBytes: number;
  readonly fullBytes: number;
  readonly log: Log;
  readonly onChange: (state: DiskState) => void;
}

/**
 * Watches the room on the local disk. `full` is left only when there is as much room as `low` asks for, or recording would stop and start with every chunk that
 * leaves for the store; and after a write that was refused only when the disk has taken another one: of quotas and reserved blocks the figures say nothing.
 */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  #state: DiskState;
  #hasRefused = false;
  #timer: NodeJS.Timeout | undefined;

  static async create(options: DiskGuardOptions): Promise<DiskGuard> {
    const freeBytes = await freeBytesOf(options.folder);
    const guard = new DiskGuard(options, { level: levelOf('ok', freeBytes, options), freeBytes });
    guard.#timer = setInterval(() => void guard.look(), LOOK_INTERVAL_MS);
    guard.#timer.unref();
    return guard;
  }

  private constructor(options: DiskGuardOptions, state: DiskState) {
    this.#options = options;
    this.#state = state;
  }

  get state(): DiskState {
    return this.#state;
  }

  async look(): Promise<void> {
    try {
      const freeBytes = await freeBytesOf(this.#options.folder);
      const level = levelOf(this.#state.level, freeBytes, this.#options);
      if (this.#hasRefused && level !== 'full') this.#hasRefused = !(await this.#takesProbe());
      this.#become({ level: this.#hasRefused ? 'full' : level, freeBytes });
    } catch (error) {
      this.#options.log.error({ err: error }, 'the free disk space cannot be read');
    }
  }

  /** A write was refused for want of room: no look at figures can be truer. */
  handleNoSpace(): void {
    this.#hasRefused = true;
    this.#become({ level: 'full', freeBytes: this.#state.freeBytes });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #takesProbe(): Promise<boolean> {
    const path = join(this.#options.folder, PROBE_NAME);
    try {
      await writeFile(path, Buffer.alloc(PROBE_BYTES), { flush: true });
      return true;
    } catch {
      return false;
    } finally {
      await rm(path, { force: true });
    }
  }

  #become(state: DiskState): void {
    const hasChanged = state.level !== this.#state.level;
    this.#state = state;
    if (!hasChanged) return;
    this.#options.log[state.level === 'ok' ? 'info' : 'error']({ ...state }, 'disk level changed');
    this.#options.onChange(state);
  }
}

interface Thresholds {
  readonly lowBytes: number;
  readonly fullBytes: number;
}

export function levelOf(before: DiskLevel, freeBytes: number, { lowBytes, fullBytes }: Thresholds): DiskLevel {
  if (freeBytes < fullBytes) return 'full';
  if (freeBytes >= lowBytes) return 'ok';
  return before === 'full' ? 'full' : 'low';
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
