import { UnrecoverableError } from 'bullmq';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import { IMPORT_QUEUE, ImportJob, type ImportProgress, type MuxResult } from '../contract.ts';
import { importCancelKey } from '../jobs/import-job-names.ts';
import { CANCELLED_REASON, CancelWatch } from '../jobs/cancelling.ts';
import { dataOf, JobWorkers, type JobRun } from '../jobs/job-workers.ts';
import { LatestOnly } from '../jobs/latest-only.ts';
import { failureOf, isPointless } from '../produce/flow/failure.ts';
import { importFilm, type ImportDeps } from './import-film.ts';
import { Refused } from './refused.ts';

const PROGRESS_EVERY_MS = 2_000;

export interface ImportWorkerOptions extends ImportDeps {
  readonly redisUrl: string;
  readonly lockMs: number;
}

/** Takes uploaded films, one at a time: each is read by an ffmpeg of its own. */
export class ImportWorker {
  readonly #options: ImportWorkerOptions;
  readonly #jobs: JobWorkers;

  constructor(options: ImportWorkerOptions) {
    this.#options = options;
    const { redisUrl, log, lockMs } = options;
    this.#jobs = new JobWorkers({ redisUrl, name: 'import', log });
    this.#jobs.open({ queue: IMPORT_QUEUE, lockMs, work: (run) => this.#import(run), verdict });
  }

  /** Hands a running import back, so that another process takes it at once. Bounded; idempotent. */
  close(): Promise<void> {
    return this.#jobs.close();
  }

  async #import({ job, signal: lockSignal }: JobRun): Promise<MuxResult> {
    const data = dataOf(ImportJob, job);
    const { recordingId } = data;
    const log = this.#options.log.child({ jobId: job.id, recordingId });
    const watch = await CancelWatch.create(this.#jobs.redis, importCancelKey(recordingId));
    const signal = AbortSignal.any([lockSignal, watch.signal]);
    const progress = new LatestOnly(PROGRESS_EVERY_MS, (latest: ImportProgress) => job.updateProgress(latest));
    try {
      log.info({ try: job.attemptsStarted }, 'import starts');
      const run = { job: data, signal, onProgress: (latest: ImportProgress) => progress.put(latest) };
      const result = await importFilm({ ...this.#options, log }, run);
      log.info({ durationUs: result.durationUs }, 'import done');
      return result;
    } catch (error) {
      if (watch.isCancelled) {
        // The recording is being deleted, or is gone: nobody else would delete what was written meanwhile.
        await this.#options.store.deletePrefix(objectKeys.playPrefix(recordingId));
        throw new UnrecoverableError(CANCELLED_REASON);
      }
      log.warn({ err: error, lost: lockSignal.aborted }, 'import attempt ended without a result');
      throw error;
    } finally {
      watch.close();
      progress.close();
    }
  }
}

function verdict(error: unknown): Error {
  if (error instanceof Refused) return new UnrecoverableError(error.refusal);
  const failure = failureOf(error);
  return isPointless(failure) ? new UnrecoverableError(failure) : new Error(failure);
}
