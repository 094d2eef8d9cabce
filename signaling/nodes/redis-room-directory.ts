import type { Redis } from 'ioredis';
import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import { Fence, RoomId } from '../protocol/ids.ts';
import { RoomState } from '../rooms/room-state.ts';
import type { Claim, RoomDirectory } from '../rooms/ports.ts';
import type { Log } from '../runtime/log.ts';

/** A process that has not renewed for this long is dead, and its rooms are free. */
const CLAIM_TTL_MS = 4_000;
const RENEW_EVERY_MS = 1_500;
/** Long after any lesson. */
const STATE_TTL_SECONDS = 2 * 24 * 3_600;

/**
 * The fence grows with each owner. Its floor is the wall clock in seconds, so that it grows even when Redis has come back empty.
 * KEYS room; ARGV home, now ms, claim until ms, ttl s.
 */
const CLAIM = `
local home = redis.call('HGET', KEYS[1], 'home')
local untilMs = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if home and home ~= ARGV[1] and untilMs > tonumber(ARGV[2]) then return {0, home, ''} end
local fence = math.max(tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') + 1, math.floor(tonumber(ARGV[2]) / 1000))
redis.call('HSET', KEYS[1], 'home', ARGV[1], 'until', ARGV[3], 'fence', string.format('%.0f', fence))
redis.call('EXPIRE', KEYS[1], ARGV[4])
return {1, string.format('%.0f', fence), redis.call('HGET', KEYS[1], 'state') or ''}`;

/** 0: a higher fence is there. 2: renewed, but there is no state. KEYS room; ARGV fence, home, claim until ms, ttl s, state ('' to renew only). */
const SAVE = `
local known = tonumber(redis.call('HGET', KEYS[1], 'fence') or '0')
if known > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'home', ARGV[2], 'until', ARGV[3])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'state', ARGV[5]) end
redis.call('EXPIRE', KEYS[1], ARGV[4])
return redis.call('HEXISTS', KEYS[1], 'state') == 1 and 1 or 2`;

/** KEYS room; ARGV fence. */
const FORGET = `
if tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') > tonumber(ARGV[1]) then return 0 end
return redis.call('DEL', KEYS[1])`;

const ClaimReply = z.tuple([z.number(), z.string(), z.string()]);

type Listener = Parameters<RoomDirectory['onChange']>[0];

export interface RedisRoomDirectoryOptions {
  readonly redis: Redis;
  readonly log: Log;
  /** Path prefix under which browsers reach this process; a process started in its place has the same. */
  readonly homePath: string;
}

/** Rooms in Redis: `tongke:room:{id}` (home, fence, snapshot), `tongke:rooms:{home}` (which ones a home holds). */
export class RedisRoomDirectory implements RoomDirectory {
  readonly #options: RedisRoomDirectoryOptions;
  readonly #held = new Map<RoomId, Fence>();
  readonly #listeners = new Set<Listener>();
  readonly #renewer: NodeJS.Timeout;

  constructor(options: RedisRoomDirectoryOptions) {
    this.#options = options;
    this.#renewer = setInterval(() => void this.#renew(), RENEW_EVERY_MS);
    this.#renewer.unref();
  }

  async claim(roomId: RoomId): Promise<Claim> {
    const { redis, homePath } = this.#options;
    const nowMs = Date.now();
    const reply = await this.#ask(async () => {
      const claimed = await redis.eval(
        CLAIM,
        1,
        roomKey(roomId),
        homePath,
        nowMs,
        nowMs + CLAIM_TTL_MS,
        STATE_TTL_SECONDS,
      );
      await redis.sadd(homeKey(homePath), roomId);
      return claimed;
    });
    const [isMine, fenceOrHome, state] = ClaimReply.parse(reply);
    if (isMine === 0) return { kind: 'elsewhere', homePath: fenceOrHome };
    const fence = Fence.parse(Number(fenceOrHome));
    this.#held.set(roomId, fence);
    return { kind: 'mine', fence, state: this.#stateOf(roomId, state) };
  }

  async save(roomId: RoomId, fence: Fence, state: RoomState): Promise<'saved' | 'lost'> {
    const written = await this.#write(roomId, fence, JSON.stringify(state));
    return written === 'lost' ? 'lost' : 'saved';
  }

  async forget(roomId: RoomId, fence: Fence): Promise<void> {
    const { redis, homePath } = this.#options;
    this.#held.delete(roomId);
    await this.#ask(async () => {
      await redis.eval(FORGET, 1, roomKey(roomId), fence);
      await redis.srem(homeKey(homePath), roomId);
    });
  }

  async heldHere(): Promise<readonly RoomId[]> {
    const ids = await this.#ask(() => this.#options.redis.smembers(homeKey(this.#options.homePath)));
    return ids.flatMap((id) => RoomId.safeParse(id).data ?? []);
  }

  close(): void {
    clearInterval(this.#renewer);
    this.#held.clear();
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #write(roomId: RoomId, fence: Fence, state: string): Promise<'saved' | 'lost' | 'forgotten'> {
    const { redis, homePath } = this.#options;
    const untilMs = Date.now() + CLAIM_TTL_MS;
    const outcome = await this.#ask(async () => {
      if (state !== '') await redis.sadd(homeKey(homePath), roomId);
      return await redis.eval(SAVE, 1, roomKey(roomId), fence, homePath, untilMs, STATE_TTL_SECONDS, state);
    });
    if (outcome === 0) this.#held.delete(roomId);
    return outcome === 0 ? 'lost' : outcome === 2 ? 'forgotten' : 'saved';
  }

  async #renew(): Promise<void> {
    for (const [roomId, fence] of [...this.#held]) {
      try {
        const outcome = await this.#write(roomId, fence, '');
        if (outcome !== 'saved') for (const listener of this.#listeners) listener(roomId, outcome);
      } catch {
        return;
      }
    }
  }

  #stateOf(roomId: RoomId, text: string): RoomState | null {
    if (text === '') return null;
    try {
      return RoomState.parse(JSON.parse(text));
    } catch (error) {
      this.#options.log.error({ err: error, roomId }, 'saved room cannot be read');
      return null;
    }
  }

  async #ask<T>(asking: () => Promise<T>): Promise<T> {
    try {
      return await asking();
    } catch (error) {
      throw new AppError('unavailable', { message: 'the room directory is away', cause: error });
    }
  }
}

const roomKey = (roomId: RoomId): string => `tongke:room:${roomId}`;
const homeKey = (homePath: string): string => `tongke:rooms:${homePath === '' ? '/' : homePath}`;
