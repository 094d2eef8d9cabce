import { UnrecoverableError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { AppError, type ErrorCode } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { EDITION_QUEUE, EditionJob, type EditionResult } from '../contract.ts';
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
  readonly #redis: Redis;
  readonly #worker: Worker;

  constructor(options: EditionWorkerOptions) {
    this.#options = options;
    const { redisUrl, log } = options;
    this.#redis = createRedis({ url: redisUrl, name: 'edition-worker', log, whenAway: 'wait' });
    this.#worker = new Worker(EDITION_QUEUE, (job: Job) => this.#carryOut(job), {
      connection: this.#redis,
      concurrency: 1,
      lockDuration: LOCK_MS,
      maxStalledCount: MAX_STALLED_COUNT,
    });
    this.#worker.on('error', (error) => log.debug({ err: error }, 'edition worker error'));
  }

  /** Waits for the running job. Idempotent. */
  async close(): Promise<void> {
    await this.#worker.close();
    this.#redis.disconnect();
  }

  async #carryOut(job: Job): Promise<EditionResult> {
    const parsed = EditionJob.safeParse(job.data);
    if (!parsed.success) throw new UnrecoverableError(`bad job data: ${parsed.error.message}`);
    const { kind, recordingId } = parsed.data;
    const log = this.#options.log.child({ jobId: job.id, recordingId });
    const startedAtMs = Date.now();
    try {
      const result = await this.#perform(parsed.data, log);
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
