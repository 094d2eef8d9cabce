import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RecordingId } from '../../signaling/protocol/ids.ts';

const TTL_MS = 12_000;
const RENEW_MS = 4_000;
const POLL_MS = 100;

const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;

/**
 * Lets one process at a time mux a recording, for a last step must not overtake the step that is under way elsewhere. A holder that
 * dies is waited for at most 12 s.
 */
export async function withRecordingLock<T>(
  redis: Redis,
  recordingId: RecordingId,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const key = `tongke:mux:holder:${recordingId}`;
  const token = randomUUID();
  while ((await redis.set(key, token, 'PX', TTL_MS, 'NX')) === null) {
    await sleep(POLL_MS, undefined, { signal });
  }
  const renewal = setInterval(() => {
    redis.eval(RENEW, 1, key, token, TTL_MS).catch(() => undefined);
  }, RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    await redis.eval(RELEASE, 1, key, token).catch(() => undefined);
  }
}
