import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../protocol/errors.ts';

interface Limit {
  readonly points: number;
  readonly durationSeconds: number;
  readonly blockSeconds?: number;
}

/**
 * Per account and per address: a school sits behind one address with hundreds of people at 8:00, so the address may try
 * far more often than one account.
 */
const LIMITS = {
  signInAccount: { points: 8, durationSeconds: 300, blockSeconds: 300 },
  signInAddress: { points: 300, durationSeconds: 300 },
  enrolmentAddress: { points: 20, durationSeconds: 600, blockSeconds: 600 },
  pairingPerson: { points: 30, durationSeconds: 600 },
  /** Four a minute, and whatever changes. */
  siteHealth: { points: 120, durationSeconds: 600 },
  invitationAddress: { points: 600, durationSeconds: 300 },
  calendarImportPerson: { points: 30, durationSeconds: 300 },
  calendarFeedAddress: { points: 1_200, durationSeconds: 300 },
  /** Pieces so small that putting them behind the last part costs the store far more than they bring. */
  smallPartPerson: { points: 200, durationSeconds: 300 },
  /** Lessons made by hand: a school's whole day of them, not a script's. */
  lessonPerson: { points: 120, durationSeconds: 3_600 },
  microLessonPerson: { points: 60, durationSeconds: 3_600 },
  uploadPerson: { points: 120, durationSeconds: 3_600 },
  coursewarePerson: { points: 200, durationSeconds: 3_600 },
  connectionCheckAddress: { points: 60, durationSeconds: 300 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

export interface RateLimits {
  /** Counts one try. @throws AppError `tooManyRequests` with `retryAfterSeconds`. */
  consume(limit: LimitName, key: string): Promise<void>;
  /** Takes one try back, which turned out to be none. */
  giveBack(limit: LimitName, key: string): Promise<void>;
  /** Forgets the tries of a key, after a success. */
  reset(limit: LimitName, key: string): Promise<void>;
}

/** Counted in Redis for all processes; while Redis is away each process counts for itself. */
export function createRateLimits(redis: Redis): RateLimits {
  const limiters = new Map<LimitName, RateLimiterRedis>();
  for (const name of Object.keys(LIMITS) as LimitName[]) {
    const limit: Limit = LIMITS[name];
    const options = {
      keyPrefix: `tongke:limit:${name}`,
      points: limit.points,
      duration: limit.durationSeconds,
      ...(limit.blockSeconds === undefined ? {} : { blockDuration: limit.blockSeconds }),
    };
    limiters.set(
      name,
      new RateLimiterRedis({ storeClient: redis, insuranceLimiter: new RateLimiterMemory(options), ...options }),
    );
  }
  return {
    consume: async (limit, key) => {
      try {
        await limiters.get(limit)?.consume(key);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw new AppError('tooManyRequests', {
          details: { retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) },
        });
      }
    },
    giveBack: async (limit, key) => {
      await limiters.get(limit)?.reward(key);
    },
    reset: async (limit, key) => {
      await limiters.get(limit)?.delete(key);
    },
  };
}
