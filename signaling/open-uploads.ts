import { CoursewareQueue } from '../recorder/jobs/courseware-queue.ts';
import { ImportQueue } from '../recorder/jobs/import-queue.ts';
import type { RecordingQueue } from '../recorder/jobs/recording-queue.ts';
import type { ObjectStore, Stores } from '../storage/ports.ts';
import type { SignalingConfig } from './config.ts';
import { CoursewareDesk } from './courseware/courseware-desk.ts';
import { ImportFollower } from './recordings/import-follower.ts';
import type { Lifecycle } from './runtime/lifecycle.ts';
import type { Log } from './runtime/log.ts';
import { ReceivedParts } from './uploads/received-parts.ts';
import { UploadIntake } from './uploads/upload-intake.ts';

const GIB = 1024 ** 3;
const HOUR_MS = 3_600_000;

export interface Uploads {
  readonly intake: UploadIntake;
  readonly imports: ImportFollower;
  readonly courseware: CoursewareDesk;
}

export interface UploadsOptions {
  readonly config: Pick<
    SignalingConfig,
    'REDIS_URL' | 'TONGKE_MEDIA_SECRET' | 'UPLOAD_MAX_GB' | 'UPLOAD_RESERVE_GB' | 'UPLOAD_EXPIRES_HOURS'
  >;
  readonly stores: Stores;
  readonly objects: ObjectStore;
  readonly queue: RecordingQueue;
  readonly log: Log;
}

/** Uploads of films and their import, and of pages for lessons; closed by the lifecycle in reverse order. */
export function openUploads({ config, stores, objects, queue, log }: UploadsOptions, lifecycle: Lifecycle): Uploads {
  const importQueue = new ImportQueue({ redisUrl: config.REDIS_URL, log });
  lifecycle.onStop('import queue', () => importQueue.close());
  const imports = new ImportFollower({ stores, imports: importQueue, addProduce: (job) => queue.addProduce(job), log });
  lifecycle.onStop('import follower', () => imports.close());
  const limits = {
    maxBytes: Math.round(config.UPLOAD_MAX_GB * GIB),
    reserveBytes: config.UPLOAD_RESERVE_GB * GIB,
    expiresMs: config.UPLOAD_EXPIRES_HOURS * HOUR_MS,
  };
  const parts = new ReceivedParts({ objects, reserveBytes: limits.reserveBytes });
  const intake = new UploadIntake({
    ...{ stores, objects, parts, limits, log },
    nowMs: Date.now,
    onFinished: (recordingId) => imports.order(recordingId),
  });
  lifecycle.onStop('uploads', () => intake.close());
  const making = new CoursewareQueue({ redisUrl: config.REDIS_URL, log });
  lifecycle.onStop('courseware queue', () => making.close());
  const { reserveBytes } = limits;
  const courseware = new CoursewareDesk({
    ...{ stores, objects, making, reserveBytes, log },
    mediaSecret: config.TONGKE_MEDIA_SECRET,
    nowMs: Date.now,
  });
  return { intake, imports, courseware };
}
