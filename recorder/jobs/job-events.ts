import { QueueEvents, type QueueEventsListener } from 'bullmq';
import type { Redis } from 'ioredis';
import type * as z from 'zod';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import { settledWithin } from '../../signaling/runtime/settled-within.ts';

const LISTEN_LIMIT_MS = 2_000;

export interface JobEventsOptions {
  readonly redisUrl: string;
  readonly queue: string;
  /** Of the connection. */
  readonly name: string;
  readonly log: Log;
}

/** What becomes of the jobs of one queue. While Redis is away nothing is told; what was missed has to be asked for. */
export class JobEvents {
  readonly #redis: Redis;
  readonly #events: QueueEvents;

  constructor({ redisUrl: url, queue, name, log }: JobEventsOptions) {
    this.#redis = createRedis({ url, name, log, whenAway: 'wait' });
    this.#events = new QueueEvents(queue, { connection: this.#redis });
    this.#events.on('error', () => undefined);
  }

  on<E extends 'completed' | 'failed' | 'progress' | 'removed'>(event: E, listener: QueueEventsListener[E]): void {
    this.#events.on(event, listener);
  }

  /** Resolves when events are being listened to, or soon when Redis is away. */
  ready(): Promise<void> {
    return settledWithin(this.#events.waitUntilReady(), LISTEN_LIMIT_MS);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.#events.close().catch(() => undefined);
    this.#redis.disconnect();
  }
}

/** What a job came to; undefined for what nobody understands. Some versions hand the value on as they found it in the stream. */
export function jobResult<S extends z.ZodType>(schema: S, value: unknown): z.output<S> | undefined {
  return schema.safeParse(typeof value === 'string' ? parseJson(value) : value).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
