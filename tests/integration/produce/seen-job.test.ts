import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seenJob } from '../../../recorder/jobs/seen-job.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';

const JOB = { jobId: 'one' };

/** Does something after the first of its reads, whichever comes first, as another process may. */
class DisturbedQueue extends Queue {
  disturb: (() => Promise<unknown>) | undefined;

  override getJobState(jobId: string) {
    return this.#disturbedAfter(super.getJobState(jobId));
  }

  override getJob(jobId: string) {
    return this.#disturbedAfter(super.getJob(jobId));
  }

  async #disturbedAfter<T>(read: Promise<T>): Promise<T> {
    const answer = await read;
    const disturb = this.disturb;
    this.disturb = undefined;
    await disturb?.();
    return answer;
  }
}

let redis: UrlService;
let queue: DisturbedQueue;
let worker: Worker;

beforeAll(async () => {
  redis = await startRedis();
  const connection = { port: redis.port };
  queue = new DisturbedQueue(randomUUID(), { connection });
  worker = new Worker(queue.name, null, { connection });
  await queue.waitUntilReady();
});

afterAll(async () => {
  await Promise.all([queue.close(), worker.close()]);
  await redis.stop();
});

it('sees a job that ends while it is read as running or with its result, and one that is ordered again as waiting', async () => {
  await queue.add('work', {}, JOB);
  const job = await worker.getNextJob('token');
  queue.disturb = () => job?.moveToCompleted('result', 'token', false) ?? Promise.reject(new Error('no job'));
  expect((await seenJob(queue, JOB.jobId))?.state).toBe('active');
  expect(await seenJob(queue, JOB.jobId)).toMatchObject({ state: 'completed', job: { returnvalue: 'result' } });

  queue.disturb = async () => {
    await queue.remove(JOB.jobId);
    await queue.add('work', {}, JOB);
  };
  expect((await seenJob(queue, JOB.jobId))?.state).toBe('waiting');
});
