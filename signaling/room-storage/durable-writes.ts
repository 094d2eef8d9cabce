import type { Redis } from 'ioredis';
import * as z from 'zod';
import { AppError, isUnavailable } from '../protocol/errors.ts';
import type { Log } from '../runtime/log.ts';

const REPLAY_EVERY_MS = 1_000;
const FSYNC_TIMEOUT_MS = 500;
const KEY = 'tongke:writes-to-replay';

/** How one kind of write is read back and carried out; carrying it out twice must do no harm. */
export interface Writer<Args> {
  readonly args: z.ZodType<Args>;
  readonly write: (args: Args) => Promise<void>;
}

const Kept = z.object({ name: z.string(), args: z.unknown() });

export interface DurableWritesOptions<Writers> {
  readonly redis: Redis;
  readonly log: Log;
  readonly writers: Writers;
}

/**
 * A write that resolves is durable: it is in the database or, while that is away, in Redis (append-only file), from where it is replayed
 * in order (SPEC C2). Both away: `unavailable`.
 */
export class DurableWrites<Writers extends { readonly [name: string]: { readonly args: z.ZodType } }> {
  readonly #options: DurableWritesOptions<Writers>;
  #isBehind = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: DurableWritesOptions<Writers>) {
    this.#options = options;
    // What the process before had to keep is written first.
    this.#isBehind = true;
    this.#replayLater(0);
  }

  /** Whether something that was acknowledged is not in the database yet. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** @throws AppError what the writer throws, `unavailable` */
  async write<N extends keyof Writers & string>(
    name: N,
    args: z.output<Writers[N]['args']>,
  ): Promise<'written' | 'kept'> {
    if (!this.#isBehind) {
      try {
        await this.#writerOf(name).write(args);
        return 'written';
      } catch (error) {
        if (!isUnavailable(error)) throw error;
      }
    }
    await this.#keep(name, args);
    return 'kept';
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #keep(name: string, args: unknown): Promise<void> {
    const { redis, log } = this.#options;
    try {
      await redis.rpush(KEY, JSON.stringify({ name, args }));
    } catch (error) {
      throw new AppError('unavailable', { message: 'neither database nor Redis', cause: error });
    }
    // Redis before 7.2 does not know it; its append-only file is synced every second then.
    await redis.call('WAITAOF', '1', '0', String(FSYNC_TIMEOUT_MS)).catch(() => undefined);
    if (!this.#isBehind) log.warn('database is away, writes are kept in Redis');
    this.#isBehind = true;
    this.#replayLater(REPLAY_EVERY_MS);
  }

  #replayLater(delayMs: number): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#replay()
        .catch(() => 'later' as const)
        .then((outcome) => {
          this.#timer = undefined;
          if (outcome === 'later') this.#replayLater(REPLAY_EVERY_MS);
        })
        .catch((error: unknown) => this.#options.log.error({ err: error }, 'kept writes could not be replayed'));
    }, delayMs);
    this.#timer.unref();
  }

  async #replay(): Promise<'done' | 'later'> {
    const { redis, log } = this.#options;
    let replayed = 0;
    for (;;) {
      const line = await redis.lindex(KEY, 0);
      if (line === null) break;
      try {
        await this.#carryOut(line);
      } catch (error) {
        if (isUnavailable(error)) return 'later';
        // What the database refuses for good must not hold up what comes after it.
        log.error({ err: error }, 'kept write was refused');
      }
      await redis.lrem(KEY, 1, line);
      replayed += 1;
    }
    this.#isBehind = false;
    if (replayed > 0) log.info({ replayed }, 'kept writes are in the database');
    return 'done';
  }

  async #carryOut(line: string): Promise<void> {
    const { name, args } = Kept.parse(JSON.parse(line));
    const writer = this.#writerOf(name);
    await writer.write(writer.args.parse(args));
  }

  #writerOf(name: string): Writer<unknown> {
    const writer = Object.hasOwn(this.#options.writers, name) ? this.#options.writers[name] : undefined;
    if (writer === undefined) throw new AppError('internal', { message: 'no such writer', details: { name } });
    // Each writer parses its own arguments; the map over all of them cannot say which.
    return writer as unknown as Writer<unknown>;
  }
}
