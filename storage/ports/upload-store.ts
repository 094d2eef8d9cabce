import type { ClassGroupId, PersonId, RecordingId, SchoolId } from '../../signaling/protocol/ids.ts';

/**
 * Films on their way to us. What has arrived of one lies in the object store (`objectKeys.rawUploadPart`); here stands whose it is
 * and what is to become of it. An upload has the id of the recording that it will be. Errors as in `DirectoryStore`.
 */
export interface UploadStore {
  /** @throws AppError `conflict` for an id that is taken. */
  create(upload: NewUpload): Promise<Upload>;
  upload(uploadId: RecordingId): Promise<Upload | undefined>;
  /** Not finished, oldest first. */
  listOpen(ownerId: PersonId): Promise<Upload[]>;
  /** What is not finished, of one person and of a whole school. */
  openTotals(owner: { readonly ownerId: PersonId; readonly schoolId: SchoolId }): Promise<OpenTotals>;
  /** Something has arrived. */
  touch(uploadId: RecordingId, nowMs: number): Promise<void>;
  /** True for the one caller who may make a recording of it. */
  finish(uploadId: RecordingId, nowMs: number): Promise<boolean>;
  /** Idempotent. */
  delete(uploadId: RecordingId): Promise<void>;
  /** Untouched since before, finished or not. */
  listUntouchedSince(beforeMs: number): Promise<Upload[]>;
}

export interface NewUpload {
  readonly uploadId: RecordingId;
  readonly ownerId: PersonId;
  readonly schoolId: SchoolId;
  readonly title: string;
  readonly subject: string | null;
  /** Who may watch it, beside whom its visibility admits. */
  readonly classGroupIds: readonly ClassGroupId[];
  readonly fileName: string;
  readonly bytes: number;
  readonly createdAtMs: number;
}

export interface Upload extends NewUpload {
  readonly touchedAtMs: number;
  readonly finishedAtMs: number | null;
}

export interface OpenTotals {
  readonly ofPerson: number;
  readonly ofSchool: number;
  /** Bytes announced by all unfinished uploads of the district. */
  readonly bytesOfAll: number;
}
