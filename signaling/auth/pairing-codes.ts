import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { AppError } from '../protocol/errors.ts';
import { SiteId } from '../protocol/ids.ts';

/** A screen shows another code each half minute; one that was just replaced is good for as long as somebody takes to open it. */
const SHOWN_MS = 30_000;
const GOOD_SECONDS = 75;
const CODE_BYTES = 12;
/** Screens whose code is kept in mind. */
const MAX_REMEMBERED = 10_000;

interface Shown {
  readonly code: string;
  readonly untilMs: number;
}

const keyOf = (code: string): string => `tongke:pairing-code:${code}`;

/** The codes that classroom screens show, to be scanned by the teacher in front of them. In Redis, so that any process takes them. */
export class PairingCodes {
  readonly #redis: Redis;
  readonly #nowMs: () => number;
  readonly #shown = new Map<SiteId, Shown>();

  constructor(redis: Redis, nowMs: () => number) {
    this.#redis = redis;
    this.#nowMs = nowMs;
  }

  /** What the screen shows now; null while Redis is away. */
  async codeFor(siteId: SiteId): Promise<string | null> {
    const nowMs = this.#nowMs();
    const shown = this.#shown.get(siteId);
    if (shown !== undefined && shown.untilMs > nowMs) return shown.code;
    const code = randomBytes(CODE_BYTES).toString('base64url');
    try {
      await this.#redis.set(keyOf(code), siteId, 'EX', GOOD_SECONDS);
    } catch {
      return null;
    }
    if (this.#shown.size >= MAX_REMEMBERED) this.#shown.clear();
    this.#shown.set(siteId, { code, untilMs: nowMs + SHOWN_MS });
    return code;
  }

  /** Whose code it is. @throws AppError `pairingCodeInvalid`, `unavailable` */
  async siteOf(code: string): Promise<SiteId> {
    const siteId = await this.#redis.get(keyOf(code)).catch((error: unknown) => {
      throw new AppError('unavailable', { cause: error });
    });
    const parsed = SiteId.safeParse(siteId);
    if (!parsed.success) throw new AppError('pairingCodeInvalid');
    return parsed.data;
  }
}
