import type { ProduceJob, ProduceResult } from '../../../recorder/contract.ts';
import { attemptName } from '../../../recorder/produce/publish/attempt.ts';
import { finishProduction } from '../../../recorder/produce/publish/finish.ts';
import { PartStore, partsOf, type Part } from '../../../recorder/produce/parts/part-store.ts';
import { makePart } from '../../../recorder/produce/parts/part-work.ts';
import { planOf } from '../../../recorder/produce/plan/plan.ts';
import type { ProductionDeps } from '../../../recorder/produce/production-context.ts';
import { runPool } from './work-pool.ts';

const PARALLEL_PARTS = 2;

/** A production without queues: everything that the flow's jobs do, here and now. Says which parts had to be made. */
export async function produceHere(
  deps: ProductionDeps,
  job: ProduceJob,
): Promise<{ readonly result: ProduceResult; readonly made: readonly Part[] }> {
  const plan = planOf(job, await deps.source.read(job.recordingId), deps);
  const made = await new PartStore(deps.store, job.recordingId).missing(partsOf(plan));
  const { signal } = new AbortController();
  const onProgress = (): void => undefined;
  const tasks = made.map(
    (part) => (stopping: AbortSignal) => makePart(deps, { plan, part, signal: stopping, onProgress }),
  );
  await runPool(tasks, PARALLEL_PARTS, signal);
  const attempt = attemptName({ orderedAtMs: Date.now(), tryNumber: 1 });
  return { result: await finishProduction(deps, { plan, attempt, signal, onProgress }), made };
}
