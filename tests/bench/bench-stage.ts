import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where one suite is played: a folder of its own, a place to say how far it is, and everything that must end with it. */
export class BenchStage {
  readonly folder: string;
  /** Only whether everything runs is of interest: what is measured means nothing. */
  readonly isShort: boolean;
  readonly #suite: string;
  readonly #closers: (() => unknown)[] = [];

  static async create(suite: string, isShort: boolean): Promise<BenchStage> {
    return new BenchStage(suite, isShort, await mkdtemp(join(tmpdir(), `tongke-bench-${suite}-`)));
  }

  private constructor(suite: string, isShort: boolean, folder: string) {
    this.#suite = suite;
    this.isShort = isShort;
    this.folder = folder;
  }

  say(text: string): void {
    process.stderr.write(`  ${this.#suite}: ${text}\n`);
  }

  /** Ends with the suite, last opened first. */
  keep<T>(thing: T, close: (thing: T) => unknown): T {
    this.#closers.push(() => close(thing));
    return thing;
  }

  /** Idempotent; what cannot be closed keeps nothing else from being closed. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        this.say(`not closed: ${String(error)}`);
      }
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
