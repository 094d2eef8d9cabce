import { UnrecoverableError } from 'bullmq';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { COURSEWARE_QUEUE, CoursewareJob, type CoursewareResult } from '../jobs/courseware-jobs.ts';
import { dataOf, JobWorkers, type JobRun } from '../jobs/job-workers.ts';
import { LatestOnly } from '../jobs/latest-only.ts';
import { inWorkFolder } from '../produce/work-folder.ts';
import { makePages } from './make-pages.ts';
import { Unreadable } from './unreadable.ts';

const LOCK_MS = 30_000;
const PROGRESS_EVERY_MS = 500;

export interface CoursewareWorkerOptions {
  readonly redisUrl: string;
  readonly log: Log;
  readonly store: ObjectStore;
  readonly workFolder: string;
}

/** Makes the pictures of teachers' pages, one file at a time. */
export class CoursewareWorker {
  readonly #options: CoursewareWorkerOptions;
  readonly #jobs: JobWorkers;

  constructor(options: CoursewareWorkerOptions) {
    this.#options = options;
    const { redisUrl, log } = options;
    this.#jobs = new JobWorkers({ redisUrl, name: 'courseware', log });
    this.#jobs.open({ queue: COURSEWARE_QUEUE, lockMs: LOCK_MS, work: (run) => this.#make(run), verdict });
  }

  /** Hands a running job back, so that another process takes it at once. Bounded; idempotent. */
  close(): Promise<void> {
    return this.#jobs.close();
  }

  async #make({ job, signal }: JobRun): Promise<CoursewareResult> {
    const data = dataOf(CoursewareJob, job);
    const { store, workFolder } = this.#options;
    const { coursewareId, kind } = data;
    const log = this.#options.log.child({ jobId: job.id, coursewareId, kind });
    const progress = new LatestOnly(PROGRESS_EVERY_MS, (done: number) => job.updateProgress(done));
    try {
      const result = await inWorkFolder(workFolder, `courseware-${coursewareId}`, (folder) =>
        makePages({ store, job: data, folder, signal, onPage: (done) => progress.put(done) }),
      );
      log.info({ pages: result.pages.length }, 'pages are made');
      return result;
    } catch (error) {
      log.warn({ err: error, lost: signal.aborted }, 'pages could not be made');
      throw error;
    } finally {
      progress.close();
    }
  }
}

function verdict(error: unknown): Error {
  return error instanceof Unreadable ? new UnrecoverableError(error.failure) : new Error('unknown');
}
