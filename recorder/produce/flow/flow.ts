import { UnrecoverableError, WaitingChildrenError, type Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { ProduceJob, type PartJob, type ProduceProgress, type ProduceResult } from '../../contract.ts';
import { CANCELLED_REASON } from '../../jobs/cancelling.ts';
import { LatestOnly } from '../../jobs/latest-only.ts';
import { partJobId, produceJobId } from '../../jobs/produce-job-names.ts';
import { attemptName } from '../publish/attempt.ts';
import { finishProduction } from '../publish/finish.ts';
import { makePart } from '../parts/part-work.ts';
import { PartStore, partsOf, type Part } from '../parts/part-store.ts';
import { planOf, type ProductionPlan } from '../plan/plan.ts';
import type { ProductionDeps } from '../production-context.ts';
import { FlowProgress, sharesOf } from './progress.ts';

const PART_ATTEMPTS = 3;
const PART_BACKOFF_MS = 2_000;
const PROGRESS_EVERY_MS = 2_000;
/** A part that is there and then is not, again and again, will not stay. */
const MAX_ROUNDS = 5;

export interface FlowOptions {
  readonly redis: Redis;
  readonly produceQueue: Queue;
  readonly partsQueue: Queue;
}

/** One run of a job in this process. */
export interface FlowRun {
  readonly deps: ProductionDeps;
  readonly signal: AbortSignal;
  /** Something has moved. */
  readonly onProgress: () => void;
}

/**
 * The production of a film as a flow of jobs. The first, `produce`, plans, orders the parts that are not in the store yet, and steps aside until all are
 * there; then it comes back, joins and publishes them. It keeps nothing in mind between the two: whoever takes it up plans again, comes to the same parts, and sees
 * in the store what is left to do. So whatever dies is done again by somebody, and nothing twice.
 */
export class ProductionFlow {
  readonly #options: FlowOptions;
  readonly #plans = new RecentPlans();

  constructor(options: FlowOptions) {
    this.#options = options;
  }

  /** @throws `WaitingChildrenError` while parts are being made; what `planOf` and `finishProduction` throw. */
  async produce(job: Job, token: string, data: ProduceJob, run: FlowRun): Promise<ProduceResult> {
    const { deps, signal } = run;
    const { recordingId } = data;
    const plan = planOf(data, await deps.source.read(recordingId), deps);
    const progress = new FlowProgress(this.#options.redis, recordingId);
    await this.#awaitParts(job, token, plan, run);
    const attempt = attemptName({ orderedAtMs: job.timestamp, tryNumber: job.attemptsStarted });
    const told = new LatestOnly(PROGRESS_EVERY_MS, (tell: () => Promise<ProduceProgress>) => report(job, tell));
    try {
      deps.log.info({ attempt, parts: partsOf(plan).length }, 'joining a film');
      return await finishProduction(deps, {
        plan,
        attempt,
        signal,
        onProgress: (stage, fraction) => {
          run.onProgress();
          told.put(() => progress.stage(stage, fraction));
        },
      });
    } finally {
      told.close();
    }
  }

  /** What is ordered of a recording now; it may have changed since its job was begun. */
  async orderOf(recordingId: RecordingId): Promise<ProduceJob | undefined> {
    const job = (await this.#options.produceQueue.getJob(produceJobId(recordingId))) as Job | undefined;
    return ProduceJob.safeParse(job?.data).data;
  }

  async #awaitParts(job: Job, token: string, plan: ProductionPlan, run: FlowRun): Promise<void> {
    const { recordingId } = plan.job;
    const store = new PartStore(run.deps.store, recordingId);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const missing = await store.missing(partsOf(plan));
      if (missing.length === 0) return;
      await throwFailureOfParts(job);
      run.signal.throwIfAborted();
      const planName = await store.putPlan(plan);
      const progress = new FlowProgress(this.#options.redis, recordingId);
      await report(job, () => progress.begin(plan, missing));
      await this.#order(job, recordingId, planName, missing);
      run.deps.log.info({ parts: missing.length, of: partsOf(plan).length }, 'parts of a film are ordered');
      if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    }
    throw new Error('parts of a film do not stay in the store');
  }

  /** Parts that are being made already stay as they are. */
  async #order(parent: Job, recordingId: RecordingId, plan: string, parts: readonly Part[]): Promise<void> {
    await this.#options.partsQueue.addBulk(
      parts.map((part) => ({
        name: part.cut === undefined ? 'sound' : 'cut',
        data: { recordingId, plan, part: part.name } satisfies PartJob,
        opts: {
          jobId: partJobId(recordingId, part.name),
          parent: { id: produceJobId(recordingId), queue: parent.queueQualifiedName },
          continueParentOnFailure: true,
          attempts: PART_ATTEMPTS,
          backoff: { type: 'exponential', delay: PART_BACKOFF_MS },
          // A part that is ordered once more must not find what became of it before.
          removeOnComplete: true,
          removeOnFail: true,
        },
      })),
    );
  }

  /** @throws what `makePart` throws; AppError `notFound` when the plan has been deleted. */
  async makePart(data: PartJob, run: FlowRun): Promise<void> {
    const { deps, signal } = run;
    const { recordingId } = data;
    const store = new PartStore(deps.store, recordingId);
    const plan = await this.#plans.get(data.plan, () => store.plan(data.plan));
    const part = partsOf(plan).find((one) => one.name === data.part);
    if (part === undefined) throw new UnrecoverableError('unknown');
    // Whoever was thought dead may have finished it meanwhile.
    if ((await store.missing([part])).length === 0) return;
    const share = sharesOf(plan).get(part.name) ?? 0;
    const progress = new FlowProgress(this.#options.redis, recordingId);
    const tell = async (fraction: number): Promise<void> => {
      const parent = (await this.#options.produceQueue.getJob(produceJobId(recordingId))) as Job | undefined;
      if (parent !== undefined) await report(parent, () => progress.part(part, share, fraction));
    };
    const told = new LatestOnly(PROGRESS_EVERY_MS, tell);
    try {
      await makePart(deps, {
        plan,
        part,
        signal,
        onProgress: (fraction) => {
          run.onProgress();
          told.put(fraction);
        },
      });
      await tell(1).catch(() => undefined);
    } finally {
      told.close();
    }
  }
}

async function report(job: Job, tell: () => Promise<ProduceProgress>): Promise<void> {
  await job.updateProgress(await tell());
}

/** A part that nobody could make ends the whole; the other parts are called off. */
async function throwFailureOfParts(job: Job): Promise<void> {
  const reasons = Object.values(await job.getIgnoredChildrenFailures());
  // A part that was called off belongs to an order that was taken back before this one.
  const reason = reasons.find((one) => one !== CANCELLED_REASON);
  if (reason !== undefined) throw new PartFailedError(reason);
}

/** `message` is the part's `failedReason`. */
export class PartFailedError extends UnrecoverableError {}

/** The plans of the films that are being made now: each is read once, not once per part. */
class RecentPlans {
  readonly #plans = new Map<string, Promise<ProductionPlan>>();

  get(name: string, read: () => Promise<ProductionPlan>): Promise<ProductionPlan> {
    const known = this.#plans.get(name);
    if (known !== undefined) return known;
    const plan = read();
    this.#plans.set(name, plan);
    plan.catch(() => this.#plans.delete(name));
    for (const old of Array.from(this.#plans.keys()).slice(0, -MAX_PLANS)) this.#plans.delete(old);
    return plan;
  }
}

const MAX_PLANS = 4;
