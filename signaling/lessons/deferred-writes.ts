import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import { LessonId, RecordingId, RequestId, SeatId } from '../protocol/ids.ts';
import { ChatMessage } from '../protocol/room.ts';
import type { Log } from '../runtime/log.ts';

const LIST_KEY = 'tongke:deferred-writes';
const REPLAY_EVERY_MS = 1_000;

const atMs = z.int();
const PersonMark = z.object({ identityKey: z.string(), state: z.enum(['present', 'late', 'absent']) });

/** Writes that a running lesson must be able to make while the database is away; all can be made twice. */
export const DeferredWrite = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('chat'), lessonId: LessonId, requestId: RequestId, message: ChatMessage }),
  z.object({ kind: z.literal('joined'), lessonId: LessonId, seatId: SeatId, atMs }),
  z.object({ kind: z.literal('left'), seatId: SeatId, atMs }),
  z.object({ kind: z.literal('roll'), lessonId: LessonId, marks: z.array(PersonMark) }),
  z.object({ kind: z.literal('admitted'), seatId: SeatId, atMs }),
  z.object({ kind: z.literal('keptOut'), seatId: SeatId }),
  z.object({ kind: z.literal('lessonLive'), lessonId: LessonId, atMs }),
  z.object({ kind: z.literal('lessonEnded'), lessonId: LessonId, atMs }),
  z.object({
    kind: z.literal('recordingOpened'),
    recordingId: RecordingId,
    lessonId: LessonId,
    title: z.string(),
    startedAtUnixUs: z.int(),
  }),
  z.object({ kind: z.literal('recordingEnded'), recordingId: RecordingId, atMs }),
]);
export type DeferredWrite = z.infer<typeof DeferredWrite>;

/**
 * Acknowledged means durable: a write goes to the database, or, while that is away, to Redis' append-only file, from where it is made
 * later in the same order. Once something waits there, what comes after waits behind it.
 */
export class DeferredWrites {
  readonly #redis: Redis;
  readonly #apply: (write: DeferredWrite) => Promise<void>;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  #isWaiting = false;
  #replaying: Promise<void>;

  /** What an earlier process left behind is replayed first. */
  static async create(options: {
    readonly redis: Redis;
    readonly apply: (write: DeferredWrite) => Promise<void>;
    readonly log: Log;
  }): Promise<DeferredWrites> {
    const isWaiting = await options.redis.llen(LIST_KEY).then(
      (length) => length > 0,
      () => false,
    );
    return new DeferredWrites(options, isWaiting);
  }

  private constructor(
    options: { readonly redis: Redis; readonly apply: (write: DeferredWrite) => Promise<void>; readonly log: Log },
    isWaiting: boolean,
  ) {
    this.#redis = options.redis;
    this.#apply = options.apply;
    this.#log = options.log;
    this.#isWaiting = isWaiting;
    this.#replaying = this.#replayForever();
  }

  /** Durable once resolved. @throws AppError `unavailable` when both the database and Redis are away. */
  async write(write: DeferredWrite): Promise<void> {
    if (!this.#isWaiting) {
      try {
        await this.#apply(write);
        return;
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'unavailable')) throw error;
        this.#log.warn({ err: error, kind: write.kind }, 'database away, writing later');
      }
    }
    try {
      await this.#redis.rpush(LIST_KEY, JSON.stringify(write));
      this.#isWaiting = true;
    } catch (cause) {
      throw new AppError('unavailable', { cause });
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#replaying;
  }

  async #replayForever(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (this.#isWaiting) await this.#replay();
      await sleep(REPLAY_EVERY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  /** Makes what waits, oldest first, until there is nothing or the database is still away. */
  async #replay(): Promise<void> {
    try {
      for (;;) {
        const text = await this.#redis.lindex(LIST_KEY, 0);
        if (text === null) {
          this.#isWaiting = false;
          return;
        }
        await this.#applyStored(text);
        await this.#redis.lpop(LIST_KEY);
      }
    } catch (error) {
      this.#log.debug({ err: error }, 'deferred writes still wait');
    }
  }

  /** A write that can never be made (its lesson is gone) must not hold up the others. */
  async #applyStored(text: string): Promise<void> {
    const parsed = DeferredWrite.safeParse(JSON.parse(text));
    if (!parsed.success) {
      this.#log.error({ err: parsed.error }, 'deferred write is unreadable');
      return;
    }
    try {
      await this.#apply(parsed.data);
    } catch (error) {
      if (error instanceof AppError && error.code === 'unavailable') throw error;
      this.#log.error({ err: error, kind: parsed.data.kind }, 'deferred write was refused');
    }
  }
}
