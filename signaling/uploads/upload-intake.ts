import type { ObjectStore, Stores, Upload } from '../../storage/ports.ts';
import { newId } from '../../storage/new-id.ts';
import { AppError } from '../protocol/errors.ts';
import { RecordingId, type ClassGroupId, type PersonId, type SchoolId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';
import type { ReceivedParts } from './received-parts.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** The file, what is made of it at once, and the film: all lie there together for a while. */
const ROOM_FACTOR = 3;
/** Unfinished ones; a teacher who uploads a term's lessons has them wait in the page. */
const OPEN_PER_PERSON = 20;
const OPEN_PER_SCHOOL = 200;

export interface UploadLimits {
  readonly maxBytes: number;
  /** Room that uploads leave to everything else of the disk. */
  readonly reserveBytes: number;
  /** An unfinished upload that is left alone for so long is thrown away. */
  readonly expiresMs: number;
}

export interface AnnouncedFilm {
  readonly title: string;
  readonly subject: string | null;
  readonly classGroupIds: readonly ClassGroupId[];
  readonly fileName: string;
  readonly bytes: number;
}

export interface UploadIntakeOptions {
  readonly stores: Stores;
  readonly objects: ObjectStore;
  readonly parts: ReceivedParts;
  readonly limits: UploadLimits;
  readonly log: Log;
  readonly nowMs: () => number;
  /** A film is whole and its recording is there: it is to be imported. Never throws. */
  readonly onFinished: (recordingId: RecordingId) => void;
}

/** Uploads from their announcement to the recording that they become. */
export class UploadIntake {
  readonly limits: UploadLimits;
  readonly #options: UploadIntakeOptions;
  readonly #stores: Stores;
  readonly #parts: ReceivedParts;
  readonly #sweeping: NodeJS.Timeout;

  constructor(options: UploadIntakeOptions) {
    this.limits = options.limits;
    this.#options = options;
    this.#stores = options.stores;
    this.#parts = options.parts;
    this.#sweeping = setInterval(() => {
      this.sweep().catch((error: unknown) => options.log.warn({ err: error }, 'old uploads stay for now'));
    }, HOUR_MS);
    this.#sweeping.unref();
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  /** @throws AppError `payloadTooLarge`, `conflict` (too many unfinished ones), `storageFull` */
  async announce(
    owner: { readonly ownerId: PersonId; readonly schoolId: SchoolId },
    film: AnnouncedFilm,
  ): Promise<Upload> {
    const { maxBytes, reserveBytes } = this.limits;
    if (film.bytes > maxBytes) throw new AppError('payloadTooLarge', { details: { maxBytes } });
    const totals = await this.#stores.uploads.openTotals(owner);
    if (totals.ofPerson >= OPEN_PER_PERSON || totals.ofSchool >= OPEN_PER_SCHOOL) {
      throw new AppError('conflict', { details: { openUploads: totals.ofPerson, most: OPEN_PER_PERSON } });
    }
    const freeBytes = await this.#options.objects.freeBytes();
    const neededBytes = totals.bytesOfAll + film.bytes * ROOM_FACTOR + reserveBytes;
    if (freeBytes !== undefined && freeBytes < neededBytes) throw new AppError('storageFull');
    const uploadId = newId(RecordingId);
    return this.#stores.uploads.create({ uploadId, ...owner, ...film, createdAtMs: this.#options.nowMs() });
  }

  async listOpen(ownerId: PersonId): Promise<readonly (Upload & { readonly receivedBytes: number })[]> {
    const open = await this.#stores.uploads.listOpen(ownerId);
    return Promise.all(
      open.map(async (upload) => ({ ...upload, receivedBytes: await this.#parts.received(upload.uploadId) })),
    );
  }

  /** @throws AppError `notFound` */
  async find(uploadId: RecordingId): Promise<Upload> {
    const upload = await this.#stores.uploads.upload(uploadId);
    if (upload === undefined) throw new AppError('notFound');
    return upload;
  }

  /** @throws AppError `notFound` also for what is somebody else's. */
  async own(ownerId: PersonId, uploadId: RecordingId): Promise<Upload> {
    const upload = await this.find(uploadId);
    if (upload.ownerId !== ownerId) throw new AppError('notFound');
    return upload;
  }

  /** @throws AppError `notFound`, `conflict` for one that is a recording already. */
  async cancel(ownerId: PersonId, uploadId: RecordingId): Promise<void> {
    const upload = await this.own(ownerId, uploadId);
    if (upload.finishedAtMs !== null) throw new AppError('conflict');
    await this.#discard(upload);
  }

  async receivedBytes({ uploadId, bytes, finishedAtMs }: Upload): Promise<number> {
    return finishedAtMs === null ? this.#parts.received(uploadId) : bytes;
  }

  /** See `ReceivedParts.append`. */
  async append(upload: Upload, offset: number, body: AsyncIterable<Buffer>): Promise<number> {
    try {
      return await this.#parts.append(upload.uploadId, upload.bytes, offset, body);
    } finally {
      await this.#stores.uploads.touch(upload.uploadId, this.#options.nowMs()).catch((error: unknown) => {
        this.#options.log.warn({ err: error, uploadId: upload.uploadId }, 'an upload could not be touched');
      });
    }
  }

  /** Makes the recording once all is there; whoever asks second finds it made. */
  async finishIfWhole(upload: Upload): Promise<void> {
    if (upload.finishedAtMs !== null || (await this.#parts.received(upload.uploadId)) < upload.bytes) return;
    const made = await this.#stores.atomically((stores) => this.#makeRecording(stores, upload));
    if (!made) return;
    this.#options.log.info({ recordingId: upload.uploadId, bytes: upload.bytes }, 'upload is whole');
    this.#options.onFinished(upload.uploadId);
  }

  /** Throws away what was left alone, and forgets what became a recording long ago. */
  async sweep(): Promise<void> {
    const old = await this.#stores.uploads.listUntouchedSince(this.#options.nowMs() - this.limits.expiresMs);
    for (const upload of old) {
      if (upload.finishedAtMs === null) await this.#discard(upload);
      else await this.#stores.uploads.delete(upload.uploadId);
    }
    if (old.length > 0) this.#options.log.info({ uploads: old.length }, 'old uploads are gone');
  }

  async #discard({ uploadId }: Upload): Promise<void> {
    await this.#parts.delete(uploadId);
    await this.#stores.uploads.delete(uploadId);
  }

  async #makeRecording(stores: Stores, upload: Upload): Promise<boolean> {
    const { uploadId, title, subject, schoolId, ownerId, classGroupIds } = upload;
    const nowMs = this.#options.nowMs();
    if (!(await stores.uploads.finish(uploadId, nowMs))) return false;
    const school = await stores.directory.school(schoolId);
    const { lessonId } = await stores.lessons.create({
      kind: 'live',
      origin: 'upload',
      ...{ title, subject, schoolId, classGroupIds },
      lecturerId: ownerId,
      classroomIds: [],
      startsAtMs: nowMs,
      endsAtMs: nowMs + MINUTE_MS,
      isRecorded: true,
    });
    await stores.lessons.end(lessonId, nowMs);
    const allowsDownload = school?.settings.allowsDownload ?? false;
    const startedAtUnixUs = nowMs * 1_000;
    await stores.recordings.create({ recordingId: uploadId, lessonId, title, startedAtUnixUs, allowsDownload });
    await stores.recordings.markFinishing(uploadId, nowMs);
    return true;
  }
}
