import { UnrecoverableError, WaitingChildrenError, type Worker } from 'bullmq';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import type { Log } from '../../../signaling/runtime/log.ts';
import {
  MUX_QUEUE,
  MuxJob,
  PartJob,
  PARTS_QUEUE,
  PRODUCE_QUEUE,
  ProduceJob,
  type MuxResult,
  type ProduceResult,
} from '../../contract.ts';
import { CANCELLED_REASON } from '../../jobs/cancelling.ts';
import { dataOf, JobWorkers, LaterError, type JobRun } from '../../jobs/job-workers.ts';
import type { Muxer } from '../../mux/muxer.ts';
import { failureOf, isPointless } from './failure.ts';
import { PartFailedError, ProductionFlow, type FlowRun } from './flow.ts';
import { callOff, JobWatch, StalledError } from './job-watch.ts';
import { PartStore } from '../parts/part-store.ts';
import type { ProductionDeps } from '../production-context.ts';

const MUX_CONCURRENCY = 2;
/** A store that is away is waited for, ten minutes in all. */
const STORE_AWAY_DELAY_MS = 15_000;
const STORE_AWAY_STARTS = 40;

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

/** Takes jobs of all queues. One process supervises its ffmpegs; encoding itself is their work. */
export class ProduceWorkers {
  readonly #options: WorkersOptions;
  readonly #jobs: JobWorkers;
  readonly #flow: ProductionFlow;
  readonly #produceWorker: Worker;
  readonly #parts: Worker;
  #running = 0;
  #isYielding = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
    const { redisUrl, log, produceLockMs: lockMs, produceConcurrency, parallelParts } = options;
    const jobs = new JobWorkers({ redisUrl, name: 'produce', log });
    this.#jobs = jobs;
    const [produceQueue, partsQueue] = [jobs.queue(PRODUCE_QUEUE), jobs.queue(PARTS_QUEUE)];
    this.#flow = new ProductionFlow({ redis: jobs.redis, produceQueue, partsQueue });
    jobs.open({
      queue: MUX_QUEUE,
      concurrency: MUX_CONCURRENCY,
      lockMs: options.muxLockMs,
      work: (run) => this.#mux(run),
    });
    const making = { lockMs, verdict };
    this.#produceWorker = jobs.open({
      ...making,
      queue: PRODUCE_QUEUE,
      concurrency: produceConcurrency,
      work: (run) => this.#produce(run),
    });
    this.#parts = jobs.open({
      ...making,
      queue: PARTS_QUEUE,
      concurrency: parallelParts,
      work: (run) => this.#makePart(run),
    });
  }

  /** 0 idle … 1 full. */
  get load(): number {
    return Math.min(1, this.#running / this.#options.parallelParts);
  }

  /** While live lessons need this machine, what is begun stands still here and what is not is left to other machines. Idempotent. */
  yieldToLive(isYielding: boolean): void {
    if (isYielding === this.#isYielding) return;
    this.#isYielding = isYielding;
    for (const worker of [this.#produceWorker, this.#parts]) {
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
    return this.#jobs.close();
  }

  async #mux({ job }: JobRun): Promise<MuxResult> {
    const { recordingId, final } = dataOf(MuxJob, job);
    const result = await this.#options.muxer.step(recordingId, { final });
    if (final) await this.#options.onPlayable(recordingId);
    return result;
  }

  async #produce(jobRun: JobRun): Promise<ProduceResult> {
    const { job } = jobRun;
    const data = dataOf(ProduceJob, job);
    const parts = new PartStore(this.#options.production.store, data.recordingId);
    try {
      return await this.#watched(jobRun, data.recordingId, {
        work: (run) => this.#produceLatest(jobRun, data, run),
        onCancelled: async () => {
          await job.removeUnprocessedChildren();
          await parts.discard();
        },
      });
    } catch (error) {
      if (error instanceof PartFailedError) {
        await callOff(this.#jobs.redis, data.recordingId);
        await job.removeUnprocessedChildren();
      }
      throw error;
    }
  }

  /** Another edition may have been ordered while this one was put together: it is what counts. */
  async #produceLatest({ job, token }: JobRun, first: ProduceJob, run: FlowRun): Promise<ProduceResult> {
    for (let data = first; ;) {
      const result = await this.#flow.produce(job, token, data, run);
      const latest = await this.#flow.orderOf(data.recordingId);
      if (latest === undefined || JSON.stringify(latest) === JSON.stringify(data)) return result;
      data = latest;
    }
  }

  async #makePart(jobRun: JobRun): Promise<void> {
    const data = dataOf(PartJob, jobRun.job);
    const parts = new PartStore(this.#options.production.store, data.recordingId);
    this.#running += 1;
    try {
      await this.#watched(jobRun, data.recordingId, {
        work: (run) => this.#flow.makePart(data, run),
        onCancelled: () => parts.discardPart(data.part),
      });
    } finally {
      this.#running -= 1;
    }
  }

  async #watched<T>(
    { job, signal: lockSignal }: JobRun,
    recordingId: RecordingId,
    { work, onCancelled }: { work: (run: FlowRun) => Promise<T>; onCancelled: () => Promise<void> },
  ): Promise<T> {
    const { redisUrl: _url, production, ...options } = this.#options;
    const log = options.log.child({ jobId: job.id, recordingId, try: job.attemptsStarted });
    const isYielding = (): boolean => this.#isYielding;
    const watch = await JobWatch.create({ redis: this.#jobs.redis, recordingId, lockSignal, isYielding });
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
}

function verdict(error: unknown, { job }: JobRun): Error {
  const failure = error instanceof StalledError ? 'stalled' : failureOf(error);
  if (failure === 'storeAway' && job.attemptsStarted < STORE_AWAY_STARTS) {
    return new LaterError(failure, STORE_AWAY_DELAY_MS);
  }
  return isPointless(failure) ? new UnrecoverableError(failure) : new Error(failure, { cause: error });
}
