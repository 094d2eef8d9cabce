import { createWorker } from 'mediasoup';
import type { WebRtcServer, Worker } from 'mediasoup/types';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ListenPlan } from './listen-plan.ts';

const FIRST_REPLACEMENT_DELAY_MS = 0;
const REPLACEMENT_RETRY_MS = 1_000;
const USAGE_INTERVAL_MS = 2_000;
const WORKER_CLOSE_TIMEOUT_MS = 2_000;

/** One living mediasoup worker with its WebRtcServer. */
export interface WorkerSlot {
  readonly index: number;
  readonly worker: Worker;
  readonly webRtcServer: WebRtcServer;
  /** Share of one core over the last two seconds, 0 … 1. */
  cpuFraction: number;
}

export interface WorkerPoolOptions {
  readonly count: number;
  readonly listenPlan: ListenPlan;
  readonly log: Log;
  readonly workerBin?: string | undefined;
}

/**
 * Keeps `count` workers alive: a dead one is replaced at once on the same ports. Its rooms learn of the death from their routers.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots = new Map<number, WorkerSlot>();
  readonly #usageTimer: NodeJS.Timeout;
  readonly #lastCpuMs = new Map<WorkerSlot, number>();
  readonly #retryTimers = new Set<NodeJS.Timeout>();
  #deaths = 0;
  #closing: Promise<void> | null = null;

  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(Array.from({ length: options.count }, (_, index) => pool.#fill(index)));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#usageTimer = setInterval(() => void this.#measureUsage(), USAGE_INTERVAL_MS);
    this.#usageTimer.unref();
  }

  get slots(): readonly WorkerSlot[] {
    return [...this.#slots.values()];
  }

  /** How many workers died since the start. */
  get deaths(): number {
    return this.#deaths;
  }

  get cpuFraction(): number {
    const slots = this.slots;
    return slots.length === 0 ? 1 : slots.reduce((sum, slot) => sum + slot.cpuFraction, 0) / slots.length;
  }

  /** @throws AppError `unavailable` while no worker lives. */
  pickLightest(weightOf: (slot: WorkerSlot) => number): WorkerSlot {
    let lightest: WorkerSlot | undefined;
    for (const slot of this.#slots.values()) {
      if (lightest === undefined || weightOf(slot) < weightOf(lightest)) {
        lightest = slot;
      }
    }
    if (lightest === undefined) {
      throw new AppError('unavailable', { message: 'no media worker is alive' });
    }
    return lightest;
  }

  /** Ends all workers and waits until their processes are gone. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      clearInterval(this.#usageTimer);
      for (const timer of this.#retryTimers) {
        clearTimeout(timer);
      }
      await Promise.all(this.slots.map((slot) => endWorker(slot.worker)));
      this.#slots.clear();
    })();
    return this.#closing;
  }

  async #fill(index: number): Promise<void> {
    const { workerBin, listenPlan, log } = this.#options;
    const worker = await createWorker({ logLevel: 'warn', ...(workerBin === undefined ? {} : { workerBin }) });
    let slot: WorkerSlot;
    try {
      const webRtcServer = await worker.createWebRtcServer({ listenInfos: listenPlan.infosOf(index) });
      slot = { index, worker, webRtcServer, cpuFraction: 0 };
    } catch (error) {
      await endWorker(worker);
      throw error;
    }
    if (this.#closing !== null) {
      await endWorker(worker);
      return;
    }
    this.#slots.set(index, slot);
    worker.on('died', (error) => this.#onDeath(slot, error));
    log.info({ worker: index, workerPid: worker.pid }, 'media worker started');
  }

  #onDeath(slot: WorkerSlot, error: Error): void {
    this.#deaths += 1;
    this.#slots.delete(slot.index);
    this.#lastCpuMs.delete(slot);
    this.#options.log.error({ err: error, worker: slot.index, workerPid: slot.worker.pid }, 'media worker died');
    this.#replace(slot.index, FIRST_REPLACEMENT_DELAY_MS);
  }

  #replace(index: number, delayMs: number): void {
    if (this.#closing !== null) {
      return;
    }
    const timer = setTimeout(() => {
      this.#retryTimers.delete(timer);
      this.#fill(index).catch((error: unknown) => {
        this.#options.log.error({ err: error, worker: index }, 'media worker could not be replaced');
        this.#replace(index, REPLACEMENT_RETRY_MS);
      });
    }, delayMs);
    this.#retryTimers.add(timer);
  }

  async #measureUsage(): Promise<void> {
    await Promise.all(
      this.slots.map(async (slot) => {
        try {
          const usage = await slot.worker.getResourceUsage();
          const cpuMs = usage.ru_utime + usage.ru_stime;
          slot.cpuFraction = Math.min(1, (cpuMs - (this.#lastCpuMs.get(slot) ?? cpuMs)) / USAGE_INTERVAL_MS);
          this.#lastCpuMs.set(slot, cpuMs);
        } catch {
          // The worker died while it was asked; its death is handled where it is announced.
        }
      }),
    );
  }
}

async function endWorker(worker: Worker): Promise<void> {
  if (worker.subprocessClosed) {
    return;
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.once('subprocessclose', resolve);
  const timer = setTimeout(resolve, WORKER_CLOSE_TIMEOUT_MS);
  worker.close();
  await promise;
  clearTimeout(timer);
}
