import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import { MUX_QUEUE, type MuxJob } from '../contract.ts';

const ADD_TIMEOUT_MS = 3_000;
const RETRY_MS = 1_000;
const ATTEMPTS = 5;
const BACKOFF_MS = 2_000;

interface Wish {
  readonly job: MuxJob;
  readonly added: PromiseWithResolvers<void>;
}

/**
 * Asks recorder-produce to mux. Wishes wait in memory while Redis is away, one of each kind for a recording, so that capture never waits for Redis.
 */
export class MuxQueue {
  readonly #queue: Queue<MuxJob>;
  readonly #redis: ReturnType<typeof createRedis>;
  readonly #log: Log;
  readonly #wishes = new Map<string, Wish>();
  readonly #stop = new AbortController();
  #isWorking = false;

  constructor(redisUrl: string, log: Log) {
    this.#log = log;
    this.#redis = createRedis({ url: redisUrl, name: 'capture-mux', log, whenAway: 'wait' });
    this.#queue = new Queue<MuxJob>(MUX_QUEUE, { connection: this.#redis, skipWaitingForReady: true });
    this.#queue.on('error', () => undefined);
  }

  /** Resolves when the job is in the queue; callers that only wish need not wait. */
  wish(recordingId: RecordingId, final: boolean): Promise<void> {
    const key = `mux-${recordingId}${final ? '-final' : ''}`;
    const known = this.#wishes.get(key);
    if (known !== undefined) return known.added.promise;
    const wish: Wish = { job: { recordingId, final }, added: Promise.withResolvers() };
    this.#wishes.set(key, wish);
    void this.#work();
    return wish.added.promise;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#queue.close();
    this.#redis.disconnect();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    let failures = 0;
    while (this.#wishes.size > 0 && !this.#stop.signal.aborted) {
      try {
        for (const [key, wish] of this.#wishes) {
          await withTimeout(this.#add(key, wish.job));
          this.#wishes.delete(key);
          wish.added.resolve();
        }
        failures = 0;
      } catch (error) {
        if (failures === 0) this.#log.warn({ err: error }, 'mux job cannot be queued');
        failures += 1;
        await sleep(RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
    this.#isWorking = false;
  }

  async #add(key: string, job: MuxJob): Promise<void> {
    await this.#queue.add('mux', job, {
      // While a step waits another one adds nothing; while one runs exactly one more is kept for the chunks it has not seen.
      ...(job.final ? { jobId: key } : { deduplication: { id: key, keepLastIfActive: true } }),
      ...(job.final
        ? { priority: 1, attempts: ATTEMPTS, backoff: { type: 'exponential', delay: BACKOFF_MS } }
        : { priority: 2 }),
      removeOnComplete: job.final ? { count: 1000 } : true,
      removeOnFail: job.final ? { count: 1000 } : true,
    });
  }
}

/** A command that hangs in a reconnecting client is tried again; the deterministic ids make a second arrival harmless. */
async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), ADD_TIMEOUT_MS);
  });
  try {
    await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
