import type { Redis } from 'ioredis';
import * as z from 'zod';
import type { Log } from './log.ts';

const REFRESH_MS = 2_000;
const TTL_MS = 8_000;
const WATCH_MS = 500;
/** After Redis was away (it may have come back empty), nobody is struck off before everybody had time to announce again. */
const GRACE_AFTER_BREAK_MS = REFRESH_MS * 2 + 1_000;

export const NodeKind = z.enum(['signaling', 'sfu', 'capture', 'produce']);
export type NodeKind = z.infer<typeof NodeKind>;

export const NodeRecord = z.object({
  kind: NodeKind,
  /** New on every start of the process. */
  id: z.string().min(1),
  /** Where its inner wire answers, e.g. `ws://10.0.0.5:4100`. */
  url: z.string(),
  region: z.string(),
  /** 0 idle … 1 full, as the node itself sees it. */
  load: z.number().nonnegative(),
});
export type NodeRecord = z.infer<typeof NodeRecord>;

export interface Announcement {
  /** Takes the node off the list at once. Idempotent; never rejects. */
  withdraw(): Promise<void>;
}

/** Processes find each other in Redis: each announces itself every 2 s, and an entry nobody renews is gone after 8 s. */
export class NodeRegistry {
  readonly #redis: Redis;
  readonly #log: Log;

  constructor(redis: Redis, log: Log) {
    this.#redis = redis;
    this.#log = log;
  }

  /** `describe` is asked before each refresh, so that the load is fresh. The first announcement has been tried when this resolves. */
  async announce(describe: () => NodeRecord): Promise<Announcement> {
    let isWithdrawn = false;
    const { kind, id } = describe();
    const refresh = async (): Promise<void> => {
      if (isWithdrawn) {
        return;
      }
      try {
        await this.#redis
          .multi()
          .set(entryKey(kind, id), JSON.stringify(describe()), 'PX', TTL_MS)
          .sadd(indexKey(kind), id)
          .exec();
      } catch (error) {
        this.#log.debug({ err: error }, 'announcing failed');
      }
    };
    await refresh();
    const timer = setInterval(() => void refresh(), REFRESH_MS);
    // A restarted Redis may be empty: everybody is back on the list as soon as it answers.
    const onReady = (): void => void refresh();
    this.#redis.on('ready', onReady);
    return {
      withdraw: async () => {
        isWithdrawn = true;
        clearInterval(timer);
        this.#redis.off('ready', onReady);
        await this.#redis
          .multi()
          .del(entryKey(kind, id))
          .srem(indexKey(kind), id)
          .exec()
          .catch(() => undefined);
      },
    };
  }

  /** @throws when Redis is away. */
  async list(kind: NodeKind): Promise<readonly NodeRecord[]> {
    const ids = await this.#redis.smembers(indexKey(kind));
    if (ids.length === 0) {
      return [];
    }
    const entries = await this.#redis.mget(ids.map((id) => entryKey(kind, id)));
    const lapsed = ids.filter((_id, index) => entries[index] === null);
    if (lapsed.length > 0) {
      await this.#redis.srem(indexKey(kind), lapsed);
    }
    return entries.flatMap((entry) => recordOf(entry)).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * Calls `onChange` with the list now and whenever it changes; while Redis is away, and until everybody could announce again, nodes
   * once known stay known. Returns the stop function.
   */
  watch(kind: NodeKind, onChange: (nodes: readonly NodeRecord[]) => void): () => void {
    let known: readonly NodeRecord[] | null = null;
    let graceUntilMs = 0;
    let isStopped = false;
    let timer: NodeJS.Timeout | undefined;
    const onBreak = (): void => {
      graceUntilMs = Date.now() + GRACE_AFTER_BREAK_MS;
    };
    const look = async (): Promise<void> => {
      try {
        const found = await this.list(kind);
        const next = Date.now() < graceUntilMs && known !== null ? keepMissing(known, found) : found;
        if (!isStopped && JSON.stringify(next) !== JSON.stringify(known)) {
          known = next;
          onChange(next);
        }
      } catch {
        onBreak();
      } finally {
        if (!isStopped) {
          timer = setTimeout(() => void look(), WATCH_MS);
        }
      }
    };
    this.#redis.on('close', onBreak);
    void look();
    return () => {
      isStopped = true;
      clearTimeout(timer);
      this.#redis.off('close', onBreak);
    };
  }
}

function entryKey(kind: NodeKind, id: string): string {
  return `tongke:node:${kind}:${id}`;
}

function indexKey(kind: NodeKind): string {
  return `tongke:nodes:${kind}`;
}

function recordOf(entry: string | null): NodeRecord[] {
  if (entry === null) {
    return [];
  }
  const parsed = z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(NodeRecord)
    .safeParse(entry);
  return parsed.success ? [parsed.data] : [];
}

function keepMissing(known: readonly NodeRecord[], found: readonly NodeRecord[]): readonly NodeRecord[] {
  const ids = new Set(found.map((node) => node.id));
  return [...found, ...known.filter((node) => !ids.has(node.id))].sort((a, b) => (a.id < b.id ? -1 : 1));
}
