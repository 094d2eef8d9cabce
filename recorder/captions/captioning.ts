import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { sweepWorkFolder } from '../produce/work-folder.ts';
import type { CaptionConfig } from './config.ts';
import { CaptionCommand } from './caption-command.ts';
import { CaptionWorker } from './caption-worker.ts';
import { splitCommand } from './command-line.ts';

/** How far it stands back behind production, which stands back behind everything else; 19 is as far as it goes. */
const BEHIND_PRODUCTION = 4;
const MAX_NICENESS = 19;
const WORK_FOLDER = 'captions';
const YIELD_CHECK_MS = 1_000;

export interface CaptioningOptions {
  readonly config: CaptionConfig & {
    readonly REDIS_URL: string;
    readonly DATA_DIR: string;
    readonly PRODUCE_NICENESS: number;
  };
  readonly store: ObjectStore;
  readonly log: Log;
  /** Whether other recordings are being produced here now. */
  readonly isProducing: () => boolean;
}

/** Speech recognition in this process: it stands still while lessons need the machine or recordings are produced on it. */
export class Captioning {
  readonly #command: CaptionCommand;
  readonly #worker: CaptionWorker;
  readonly #yielding: NodeJS.Timeout;
  readonly #isProducing: () => boolean;
  #isHeldByLessons = false;

  /** Undefined where no `CAPTION_COMMAND` is configured. */
  static async create(options: CaptioningOptions): Promise<Captioning | undefined> {
    const { config } = options;
    if (config.CAPTION_COMMAND === undefined) return undefined;
    const workFolder = join(config.DATA_DIR, WORK_FOLDER);
    await mkdir(workFolder, { recursive: true });
    await sweepWorkFolder(workFolder);
    return new Captioning(options, config.CAPTION_COMMAND, workFolder);
  }

  private constructor({ config, store, log, isProducing }: CaptioningOptions, line: string, workFolder: string) {
    const niceness = Math.min(config.PRODUCE_NICENESS + BEHIND_PRODUCTION, MAX_NICENESS);
    this.#command = new CaptionCommand({ words: splitCommand(line), niceness });
    this.#isProducing = isProducing;
    this.#worker = new CaptionWorker({
      redisUrl: config.REDIS_URL,
      log,
      lockMs: config.CAPTION_LOCK_MS,
      offer: { languages: [...config.CAPTION_LANGUAGES], isAutomatic: config.CAPTION_AUTOMATIC },
      recognition: {
        store,
        command: this.#command,
        workFolder,
        niceness,
        timeoutRatio: config.CAPTION_TIMEOUT_RATIO,
      },
    });
    this.#yielding = setInterval(() => this.#yield(), YIELD_CHECK_MS);
  }

  /** Lessons need the machine. Idempotent. */
  pause(): void {
    this.#isHeldByLessons = true;
    this.#yield();
  }

  resume(): void {
    this.#isHeldByLessons = false;
    this.#yield();
  }

  async close(): Promise<void> {
    clearInterval(this.#yielding);
    await this.#worker.close();
  }

  #yield(): void {
    if (this.#isHeldByLessons || this.#isProducing()) this.#command.pause();
    else this.#command.resume();
  }
}
