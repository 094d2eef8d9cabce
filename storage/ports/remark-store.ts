import type { ClassGroupId, PersonId, RecordingId, RemarkId, SchoolId } from '../../signaling/protocol/ids.ts';
import type { ObservationAspect, ObservationVerdict, RemarkKind } from '../../signaling/protocol/rest/remarks.ts';

/**
 * What people say about instants of recordings. Who may see what is decided above; only private notes never leave the
 * store for anybody else. They go with their recording. Errors as in `DirectoryStore`.
 */
export interface RemarkStore {
  /** By play time; of notes the reader's own only. */
  list(recordingId: RecordingId, readerId: PersonId): Promise<StoredRemark[]>;
  remark(remarkId: RemarkId): Promise<StoredRemark | undefined>;
  /** How many the person has made about the recording. */
  count(recordingId: RecordingId, authorId: PersonId): Promise<number>;
  create(remark: NewRemark): Promise<StoredRemark>;
  reword(remarkId: RemarkId, text: string): Promise<StoredRemark>;
  /** Idempotent. */
  delete(remarkId: RemarkId): Promise<void>;
  /** One answer per person; the next one replaces it, an empty one takes it back. */
  answer(remarkId: RemarkId, answer: { authorId: PersonId; text: string; atMs: number }): Promise<StoredRemark>;
}

export interface NewRemark {
  readonly recordingId: RecordingId;
  readonly authorId: PersonId;
  readonly kind: RemarkKind;
  /** Play time of the whole recording, whatever its edition cuts out. */
  readonly atMs: number;
  readonly text: string;
  readonly verdict: ObservationVerdict | null;
  readonly aspect: ObservationAspect | null;
  /** Of a question: the class that it belongs to from now on, wherever its author goes. */
  readonly classGroupId: ClassGroupId | null;
  readonly createdAtMs: number;
}

export interface StoredRemark extends NewRemark {
  readonly remarkId: RemarkId;
  readonly authorName: string;
  readonly authorSchoolName: string | null;
  /** Name and school of `classGroupId`. */
  readonly classGroup: string | null;
  readonly classSchoolId: SchoolId | null;
  /** Oldest first. */
  readonly answers: readonly {
    readonly authorId: PersonId;
    readonly authorName: string;
    readonly text: string;
    readonly answeredAtMs: number;
  }[];
}
