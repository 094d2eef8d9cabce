import type { Job, JobState, Queue } from 'bullmq';

/** A job as it stands, with what belongs to its state: one that has ended has its result or its reason. */
export interface SeenJob {
  readonly job: Job;
  readonly state: JobState;
}

/** Undefined where there is no such job. */
export async function seenJob(queue: Queue, jobId: string): Promise<SeenJob | undefined> {
  // First the state, then the job: the other way round one that ends in between would have ended without a result.
  const state = await queue.getJobState(jobId);
  const job = (await queue.getJob(jobId)) as Job | undefined;
  if (job === undefined) return undefined;
  // Ordered, or ordered again, in between.
  const isNew = state === 'unknown' || (hasEnded(state) && job.finishedOn === undefined);
  return { job, state: isNew ? 'waiting' : state };
}

export const hasEnded = (state: JobState | 'unknown'): state is 'completed' | 'failed' =>
  state === 'completed' || state === 'failed';
