import { DelayedError, Queue, UnrecoverableError, WaitingChildrenError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type * as z from 'zod';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import {
  MUX_QUEUE,
  MuxJob,
  PartJob,
  PARTS_QUEUE,
  PRODUCE_QUEUE,
  ProduceJob,
  type MuxResult,
  type ProduceResult,
} from '../contract.ts';
import type { Muxer } from '../mux/muxer.ts';
import { CANCELLED_REASON } from '../produce-job-names.ts';
import { failureOf, isPointless } from './failure.ts';
import { PartFailedError, ProductionFlow, type FlowRun } from './flow.ts';
import { callOff, JobWatch, StalledError } from './job-watch.ts';
import { PartStore } from './part-store.ts';
import type { ProductionDeps } from './production-context.ts';

const MUX_CONCURRENCY = 2;
const MAX_STALLED_COUNT = 2;
/** Longer than ffmpeg's own grace, shorter than a supervisor's patience. */
const CLOSE_LIMIT_MS = 15_000;
const HANDED_BACK_DELAY_MS = 1_000;
/** A store that is away is waited for, ten minutes in all. */
const STORE_AWAY_DELAY_MS = 15_000;
const STORE_AWAY_STARTS = 40;

/** Why a running job was told to stop. */
const STOP_REASONS = { lostLock: 'lost lock', closing: 'closing' } as const;

export interface WorkersOptions {
  readonly redisUrl: string;
  readonly log: Log;
  readonly production: Omit<ProductionDeps, 'log'>;
  readonly muxer: Muxer;
  /** A recording has become playable as a whole. */
  readonly onPlayable: (recordingId: RecordingId) => Promise<void>;
  /** Films planned and joined at the same time. */
  readonly produceConcurrency: number;
  /** Parts of films made at the same time. */
  readonly parallelParts: number;
  readonly produceLockMs: number;
  readonly muxLockMs: number;
}

type Process = (job: Job, signal: AbortSignal, token: string) => Promise<unknown>;

/** Takes jobs of all queues. One process supervises its ffmpegs; encoding itself is their work. */
export class ProduceWorkers {
  readonly #options: WorkersOptions;
  readonly #redis: Redis;
  readonly #workerRedis: Redis;
  readonly #queues: readonly Queue[];
  readonly #flow: ProductionFlow;
  readonly #workers: readonly Worker[];
  readonly #parts: Worker;
  #running = 0;
  #isYielding = false;
  #closing: Promise<void> | null = null;

  constructor(options: WorkersOptions) {
    this.#options = options;
    const { redisUrl: url, log } = options;
    this.#redis = createRedis({ url, name: 'produce', log, whenAway: 'fail' });
    this.#workerRedis = createRedis({ url, name: 'produce-worker', log, whenAway: 'wait' });
    const open = { connection: this.#redis, skipWaitingForReady: true };
    const [produceQueue, partsQueue] = [new Queue(PRODUCE_QUEUE, open), new Queue(PARTS_QUEUE, open)];
    this.#queues = [produceQueue, partsQueue];
    for (const queue of this.#queues) queue.on('error', () => undefined);
    this.#flow = new ProductionFlow({ redis: this.#redis, produceQueue, partsQueue });
    this.#parts = this.#open(PARTS_QUEUE, options.parallelParts, options.produceLockMs, (job, signal) =>
      this.#makePart(job, signal),
    );
    this.#workers = [
      this.#open(MUX_QUEUE, MUX_CONCURRENCY, options.muxLockMs, (job) => this.#mux(job)),
      this.#open(PRODUCE_QUEUE, options.produceConcurrency, options.produceLockMs, (job, signal, token) =>
        this.#produce(job, signal, token),
      ),
      this.#parts,
    ];
  }

  /** 0 idle … 1 full. */
  get load(): number {
    return Math.min(1, this.#running / this.#options.parallelParts);
  }

  /** While live lessons need this machine, what is begun stands still here and what is not is left to other machines. Idempotent. */
  yieldToLive(isYielding: boolean): void {
    if (isYielding === this.#isYielding) return;
    this.#isYielding = isYielding;
    for (const worker of this.#workers.filter((one) => one.name !== MUX_QUEUE)) {
      if (isYielding) void worker.pause(true);
      else void worker.resume();
    }
  }

  /** While lessons are live on this machine at all, one part at a time is made here. */
  shareWithLive(hasLiveWork: boolean): void {
    this.#parts.concurrency = hasLiveWork ? 1 : this.#options.parallelParts;
  }

  /** Takes no more jobs and hands the running ones back, so that another process takes them at once. Bounded; idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      for (const worker of this.#workers) worker.cancelAllJobs(STOP_REASONS.closing);
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_LIMIT_MS);
      });
      await Promise.race([Promise.allSettled(this.#workers.map((worker) => worker.close())), limit]);
      clearTimeout(timer);
      await Promise.allSettled(this.#queues.map((queue) => queue.close()));
      this.#redis.disconnect();
      this.#workerRedis.disconnect();
    })();
    return this.#closing;
  }

  #open(queue: string, concurrency: number, lockMs: number, process: Process): Worker {
    const worker = new Worker(
      queue,
      // Three parameters by name: BullMQ counts them to see whether a signal is wanted.
      async (job: Job, token: string | undefined, signal: AbortSignal | undefined) => {
        const stopping = signal ?? new AbortController().signal;
        try {
          return await process(job, stopping, token ?? '');
        } catch (error) {
          throw await this.#verdict(job, token, stopping, error);
        }
      },
      {
        connection: this.#workerRedis,
        concurrency,
        lockDuration: lockMs,
        stalledInterval: Math.ceil(lockMs / 2),
        maxStalledCount: MAX_STALLED_COUNT,
      },
    );
    // Whoever lost the lock may have a successor already: its encoders end at once.
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) worker.cancelJob(jobId, STOP_REASONS.lostLock);
    });
    worker.on('error', (error) => this.#options.log.debug({ err: error, queue }, 'worker error'));
    return worker;
  }

  async #mux(job: Job): Promise<MuxResult> {
    const { recordingId, final } = parseData(MuxJob, job);
    const result = await this.#options.muxer.step(recordingId, { final });
    if (final) await this.#options.onPlayable(recordingId);
    return result;
  }

  async #produce(job: Job, lockSignal: AbortSignal, token: string): Promise<ProduceResult> {
    const data = parseData(ProduceJob, job);
    const parts = new PartStore(this.#options.production.store, data.recordingId);
    try {
      return await this.#watched(job, data.recordingId, lockSignal, {
        work: (run) => this.#produceLatest(job, token, data, run),
        onCancelled: async () => {
          await job.removeUnprocessedChildren();
          await parts.discard();
        },
      });
    } catch (error) {
      if (error instanceof PartFailedError) {
        await callOff(this.#redis, data.recordingId);
        await job.removeUnprocessedChildren();
      }
      throw error;
    }
  }

  /** Another edition may have been ordered while this one was put together: it is what counts. */
  async #produceLatest(job: Job, token: string, first: ProduceJob, run: FlowRun): Promise<ProduceResult> {
    for (let data = first; ;) {
      const result = await this.#flow.produce(job, token, data, run);
      const latest = await this.#flow.orderOf(data.recordingId);
      if (latest === undefined || JSON.stringify(latest) === JSON.stringify(data)) return result;
      data = latest;
    }
  }

  async #makePart(job: Job, lockSignal: AbortSignal): Promise<void> {
    const data = parseData(PartJob, job);
    const parts = new PartStore(this.#options.production.store, data.recordingId);
    this.#running += 1;
    try {
      await this.#watched(job, data.recordingId, lockSignal, {
        work: (run) => this.#flow.makePart(data, run),
        onCancelled: () => parts.discardPart(data.part),
      });
    } finally {
      this.#running -= 1;
    }
  }

  async #watched<T>(
    job: Job,
    recordingId: RecordingId,
    lockSignal: AbortSignal,
    { work, onCancelled }: { work: (run: FlowRun) => Promise<T>; onCancelled: () => Promise<void> },
  ): Promise<T> {
    const { redisUrl: _url, production, ...options } = this.#options;
    const log = options.log.child({ jobId: job.id, recordingId, try: job.attemptsStarted });
    const isYielding = (): boolean => this.#isYielding;
    const watch = await JobWatch.create({ redis: this.#redis, recordingId, lockSignal, isYielding });
    const startedMs = performance.now();
    try {
      watch.signal.throwIfAborted();
      const run = { deps: { ...production, log }, signal: watch.signal, onProgress: () => watch.touch() };
      const result = await work(run);
      log.info({ ms: Math.round(performance.now() - startedMs) }, `${job.name} done`);
      return result;
    } catch (error) {
      if (error instanceof WaitingChildrenError) throw error;
      if (!watch.isCancelled) {
        log.warn({ err: error, lost: lockSignal.aborted }, `${job.name} ended without a result`);
        throw error;
      }
      await onCancelled().catch((cleanupError: unknown) => {
        log.warn({ err: cleanupError }, 'parts of a cancelled production stay');
      });
      throw new UnrecoverableError(CANCELLED_REASON);
    } finally {
      watch.close();
    }
  }

  /** For somebody else, without counting as an attempt. Whoever has really lost the lock can't, and need not: another has it, or will. */
  async #handBack(job: Job, token: string | undefined, delayMs: number, reason: string): Promise<Error> {
    try {
      await job.moveToDelayed(Date.now() + delayMs, token);
      return new DelayedError();
    } catch (cause) {
      return new Error(reason, { cause });
    }
  }

  /** What BullMQ is to make of a failure. */
  async #verdict(job: Job, token: string | undefined, signal: AbortSignal, error: unknown): Promise<Error> {
    if (error instanceof UnrecoverableError || error instanceof WaitingChildrenError) return error;
    if (signal.aborted) return this.#handBack(job, token, HANDED_BACK_DELAY_MS, String(signal.reason));
    if (job.queueName === MUX_QUEUE) return error instanceof Error ? error : new Error(String(error));
    const failure = error instanceof StalledError ? 'stalled' : failureOf(error);
    if (failure === 'storeAway' && job.attemptsStarted < STORE_AWAY_STARTS) {
      return this.#handBack(job, token, STORE_AWAY_DELAY_MS, failure);
    }
    return isPointless(failure) ? new UnrecoverableError(failure) : new Error(failure, { cause: error });
  }
}

function parseData<S extends z.ZodType>(schema: S, job: Job): z.output<S> {
  const parsed = schema.safeParse(job.data);
  if (!parsed.success) throw new UnrecoverableError(`bad job data: ${parsed.error.message}`);
  return parsed.data;
}
