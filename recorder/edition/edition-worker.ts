import { UnrecoverableError } from 'bullmq';
import { AppError, type ErrorCode } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { EDITION_QUEUE, EditionJob, type EditionResult } from '../contract.ts';
import { dataOf, JobWorkers, type JobRun } from '../jobs/job-workers.ts';
import { writeEditorFacts } from './editor-facts.ts';
import { makeEditionViews } from './edition-views.ts';
import { eraseSeat } from './erase-seat.ts';

const LOCK_MS = 60_000;
const MAX_STALLED_COUNT = 5;
/** Failures that another attempt would only repeat. */
const POINTLESS: ReadonlySet<ErrorCode> = new Set(['notFound', 'gone']);

export interface EditionWorkerOptions {
  readonly redisUrl: string;
  readonly log: Log;
  readonly objects: ObjectStore;
  /** There are other views than before; without an index those of the whole recording. */
  readonly onViews?: (recordingId: RecordingId, indexKey?: string) => Promise<void>;
  readonly ffmpegPath?: string;
}

/** Takes the jobs that decide what of a recording is shown. They are quick, and somebody waits for them: one at a time, beside production. */
export class EditionWorker {
  readonly #options: EditionWorkerOptions;
  readonly #jobs: JobWorkers;

  constructor(options: EditionWorkerOptions) {
    this.#options = options;
    const { redisUrl, log } = options;
    this.#jobs = new JobWorkers({ redisUrl, name: 'edition', log });
    this.#jobs.open({
      queue: EDITION_QUEUE,
      lockMs: LOCK_MS,
      maxStalledCount: MAX_STALLED_COUNT,
      work: (run) => this.#carryOut(run),
    });
  }

  /** As `JobWorkers.close`. The running job is quick and does not look at the signal: it ends by itself within the limit. */
  close(): Promise<void> {
    return this.#jobs.close();
  }

  async #carryOut({ job }: JobRun): Promise<EditionResult> {
    const data = dataOf(EditionJob, job);
    const { kind, recordingId } = data;
    const log = this.#options.log.child({ jobId: job.id, recordingId });
    const startedAtMs = Date.now();
    try {
      const result = await this.#perform(data, log);
      log.info({ kind, tookMs: Date.now() - startedAtMs }, 'edition job done');
      return result;
    } catch (error) {
      log.warn({ err: error, kind }, 'edition job failed');
      if (error instanceof AppError && POINTLESS.has(error.code)) throw new UnrecoverableError(error.code);
      throw error;
    }
  }

  async #perform(job: EditionJob, log: Log): Promise<EditionResult> {
    const { objects, onViews, ffmpegPath = 'ffmpeg' } = this.#options;
    const { recordingId } = job;
    if (job.kind === 'views') {
      const { edition } = job;
      const { index, durationUs } = await makeEditionViews({ objects, ffmpegPath, recordingId, edition });
      await onViews?.(recordingId, index);
      return { kind: 'views', recordingId, version: edition.version, index, durationUs };
    }
    if (job.kind === 'facts') {
      await writeEditorFacts(objects, ffmpegPath, recordingId);
      return { kind: 'facts', recordingId };
    }
    const { seatId } = job;
    await eraseSeat({ objects, log, ffmpegPath, recordingId, seatId, nowMs: Date.now });
    await onViews?.(recordingId);
    return { kind: 'erase', recordingId, seatId };
  }
}
