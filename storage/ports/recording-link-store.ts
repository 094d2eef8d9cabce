import type { PersonId, RecordingId, RecordingLinkId } from '../../signaling/protocol/ids.ts';

/**
 * Links that show one recording to whoever holds them; only the hash of the token is known here. A link is open until it expires or is
 * revoked, while its recording is published and its school allows links at all. Errors as in `DirectoryStore`.
 */
export interface RecordingLinkStore {
  create(link: NewRecordingLink): Promise<RecordingLink>;
  /** Neither revoked nor expired, newest first; also while something else keeps them shut. */
  list(recordingId: RecordingId, nowMs: number): Promise<RecordingLink[]>;
  /** Undefined unless open. */
  find(tokenHash: string, nowMs: number): Promise<RecordingLink | undefined>;
  isOpen(linkId: RecordingLinkId, nowMs: number): Promise<boolean>;
  /** Somebody has come by it. */
  countOpening(linkId: RecordingLinkId, nowMs: number): Promise<void>;
  /** Idempotent. @throws AppError `notFound` when the recording has no such link. */
  revoke(recordingId: RecordingId, linkId: RecordingLinkId, nowMs: number): Promise<void>;
}

export interface NewRecordingLink {
  readonly recordingId: RecordingId;
  readonly tokenHash: string;
  readonly label: string;
  readonly allowsDownload: boolean;
  readonly createdBy: PersonId;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface RecordingLink {
  readonly linkId: RecordingLinkId;
  readonly recordingId: RecordingId;
  readonly label: string;
  readonly allowsDownload: boolean;
  readonly createdByName: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly openedCount: number;
  readonly openedAtMs: number | null;
}
