import { Redis } from 'ioredis';
import type { Log } from './log.ts';

const RETRY_CAP_MS = 1_000;
const COMMAND_TIMEOUT_MS = 2_000;

export interface CreateRedisOptions {
  /** `redis://…`, `rediss://…` or `unix:///path`. */
  readonly url: string;
  /** Shown in `CLIENT LIST` and in the log. */
  readonly name: string;
  readonly log: Log;
  /**
   * `fail`: a command rejects after 2 s (whoever asks can answer "unavailable"). `wait`: it waits for Redis to come back, which is what
   * BullMQ and blocking reads need.
   */
  readonly whenAway: 'fail' | 'wait';
}

/** The one way to make a Redis client: it reconnects for ever (50 ms … 1 s) and logs a break once, not once per attempt. */
export function createRedis(options: CreateRedisOptions): Redis {
  const log = options.log.child({ redis: options.name });
  const shared = {
    connectionName: options.name,
    retryStrategy: (attempt: number) => Math.min(50 * attempt, RETRY_CAP_MS),
    ...(options.whenAway === 'wait'
      ? { maxRetriesPerRequest: null }
      : { maxRetriesPerRequest: 2, commandTimeout: COMMAND_TIMEOUT_MS }),
  };
  const redis = options.url.startsWith('unix://')
    ? new Redis({ ...shared, path: options.url.slice('unix://'.length) })
    : new Redis(options.url, shared);
  let isAway = false;
  redis.on('error', (error: unknown) => {
    if (!isAway) {
      isAway = true;
      log.warn({ err: error }, 'redis is away');
    }
  });
  redis.on('ready', () => {
    if (isAway) {
      isAway = false;
      log.info('redis is back');
    }
  });
  return redis;
}
