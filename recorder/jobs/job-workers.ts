import { DelayedError, Queue, UnrecoverableError, WaitingChildrenError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type * as z from 'zod';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import { settledWithin } from '../../signaling/runtime/settled-within.ts';

const MAX_STALLED_COUNT = 2;
/** Longer than ffmpeg's own grace, shorter than a supervisor's patience. */
const CLOSE_LIMIT_MS = 15_000;
const HANDED_BACK_DELAY_MS = 1_000;

/** Why a running job was told to stop. */
const STOP_REASONS = { lostLock: 'lost lock', closing: 'closing' } as const;

/** One run of a job in this process. */
export interface JobRun {
  readonly job: Job;
  readonly token: string;
  /** Ends when the lock is lost, and when the process ends. */
  readonly signal: AbortSignal;
}

export interface JobWorkerOptions {
  readonly queue: string;
  /** Jobs at the same time; one where nothing is said. */
  readonly concurrency?: number;
  /** After so long without a sign of life of its owner a job is taken over by another process. */
  readonly lockMs: number;
  /** How many owners may die over it. */
  readonly maxStalledCount?: number;
  readonly work: (run: JobRun) => Promise<unknown>;
  /**
   * What BullMQ is to make of a failure that is the work's own: an `UnrecoverableError` is final, a `LaterError` no attempt. As it is where nothing is said.
   * What is final already is not asked about, nor what was told to stop.
   */
  readonly verdict?: (error: unknown, run: JobRun) => Error;
}

/** For whoever has time, after a while, without counting as an attempt. */
export class LaterError extends Error {
  readonly delayMs: number;

  constructor(reason: string, delayMs: number) {
    super(reason);
    this.delayMs = delayMs;
  }
}

/** What a process that takes jobs has for it: connections, one worker per queue, and an end at which running jobs go to the next process at once. */
export class JobWorkers {
  /** For commands; they are refused while Redis is away. */
  readonly redis: Redis;
  readonly #workerRedis: Redis;
  readonly #log: Log;
  readonly #workers: Worker[] = [];
  readonly #queues: Queue[] = [];
  #closing: Promise<void> | null = null;

  constructor({ redisUrl: url, name, log }: { readonly redisUrl: string; readonly name: string; readonly log: Log }) {
    this.#log = log;
    this.redis = createRedis({ url, name, log, whenAway: 'fail' });
    this.#workerRedis = createRedis({ url, name: `${name}-worker`, log, whenAway: 'wait' });
  }

  /** To order jobs of; closed with the workers. */
  queue(name: string): Queue {
    const queue = new Queue(name, { connection: this.redis, skipWaitingForReady: true });
    queue.on('error', () => undefined);
    this.#queues.push(queue);
    return queue;
  }

  open(options: JobWorkerOptions): Worker {
    const { queue, lockMs, concurrency = 1, maxStalledCount = MAX_STALLED_COUNT } = options;
    const worker = new Worker(
      queue,
      // Three parameters by name: BullMQ counts them to see whether a signal is wanted.
      (job: Job, token: string | undefined, signal: AbortSignal | undefined) =>
        carryOut(options, { job, token: token ?? '', signal: signal ?? new AbortController().signal }),
      {
        connection: this.#workerRedis,
        concurrency,
        lockDuration: lockMs,
        stalledInterval: Math.ceil(lockMs / 2),
        maxStalledCount,
      },
    );
    // Whoever lost the lock may have a successor already: its encoders end at once.
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) worker.cancelJob(jobId, STOP_REASONS.lostLock);
    });
    worker.on('error', (error) => this.#log.debug({ err: error, queue }, 'worker error'));
    this.#workers.push(worker);
    return worker;
  }

  /** Takes no more jobs and hands the running ones back, so that another process takes them at once. Bounded; idempotent. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      for (const worker of this.#workers) worker.cancelAllJobs(STOP_REASONS.closing);
      await settledWithin(Promise.allSettled(this.#workers.map((worker) => worker.close())), CLOSE_LIMIT_MS);
      await Promise.allSettled(this.#queues.map((queue) => queue.close()));
      this.redis.disconnect();
      this.#workerRedis.disconnect();
    })();
    return this.#closing;
  }
}

/** @throws UnrecoverableError for data that nobody understands. */
export function dataOf<S extends z.ZodType>(schema: S, job: Job): z.output<S> {
  const parsed = schema.safeParse(job.data);
  if (!parsed.success) throw new UnrecoverableError(`bad job data: ${parsed.error.message}`);
  return parsed.data;
}

async function carryOut({ work, verdict = asError }: JobWorkerOptions, run: JobRun): Promise<unknown> {
  try {
    return await work(run);
  } catch (error) {
    if (error instanceof UnrecoverableError || error instanceof WaitingChildrenError) throw error;
    if (run.signal.aborted) throw await handedBack(run, String(run.signal.reason), HANDED_BACK_DELAY_MS);
    const judged = verdict(error, run);
    throw judged instanceof LaterError ? await handedBack(run, judged.message, judged.delayMs) : judged;
  }
}

/** Whoever has really lost the lock can't hand it back, and need not: another has it, or will. */
async function handedBack({ job, token }: JobRun, reason: string, delayMs: number): Promise<Error> {
  try {
    await job.moveToDelayed(Date.now() + delayMs, token);
    return new DelayedError();
  } catch (cause) {
    return new Error(reason, { cause });
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
