import type { InspectionNoteId, LessonId, PersonId, SeatId } from '../../signaling/protocol/ids.ts';
import type { ObservationVerdict } from '../../signaling/protocol/rest/remarks.ts';

/** Tables of what is seen in lessons; see `schema.ts`. */

interface SeatActivityTable {
  seat_id: SeatId;
  talked_ms: number;
  hands_raised: number;
  line_ms: number;
  poor_line_ms: number;
  line_score_ms: number;
}

interface InspectionNoteTable {
  note_id: InspectionNoteId;
  lesson_id: LessonId;
  author_id: PersonId;
  body: string;
  verdict: ObservationVerdict | null;
  written_at: Date;
}

export interface InsightTables {
  seat_activity: SeatActivityTable;
  inspection_notes: InspectionNoteTable;
}
