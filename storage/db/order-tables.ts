import type { ColumnType, Generated } from 'kysely';
import type { LessonId, MessageId, PersonId, ReportId, SchoolId, SeatId } from '../../signaling/protocol/ids.ts';

interface RefusedWordTable {
  school_id: SchoolId;
  words: ColumnType<string[], string, string>;
  changed_at: Date;
}

interface RoomReportTable {
  report_id: ReportId;
  lesson_id: LessonId;
  reporter_seat: SeatId;
  reporter_name: string;
  about_seat: SeatId;
  about_name: string;
  message_id: MessageId | null;
  message_body: string | null;
  message_at: Date | null;
  reason: string;
  reported_at: Date;
  handled_at: Date | null;
  handled_by: PersonId | null;
  note: Generated<string>;
}

export interface OrderTables {
  refused_words: RefusedWordTable;
  room_reports: RoomReportTable;
}
