import type { InspectionNoteId, LessonId, PersonId } from '../../signaling/protocol/ids.ts';
import type { ObservationVerdict } from '../../signaling/protocol/rest/remarks.ts';

/** What inspectors wrote about lessons. Errors as in `DirectoryStore`. */
export interface InspectionStore {
  /** First written first. */
  list(lessonId: LessonId): Promise<StoredInspectionNote[]>;
  /** @throws AppError `conflict` when the author has written `most` about this lesson already, `notFound` when there is no such lesson. */
  write(note: NewInspectionNote, most: number): Promise<StoredInspectionNote>;
  /** Idempotent. */
  delete(noteId: InspectionNoteId): Promise<void>;
}

export interface NewInspectionNote {
  readonly lessonId: LessonId;
  readonly authorId: PersonId;
  readonly text: string;
  readonly verdict: ObservationVerdict | null;
  readonly writtenAtMs: number;
}

export interface StoredInspectionNote extends NewInspectionNote {
  readonly noteId: InspectionNoteId;
  readonly authorName: string;
  readonly authorSchoolName: string | null;
}
