import type { Generated } from 'kysely';
import type {
  ClassGroupId,
  ClassroomId,
  FeedId,
  LessonId,
  PersonId,
  SchoolId,
  SpecialDayId,
  TermId,
} from '../../signaling/protocol/ids.ts';
import type { Weeks } from '../../signaling/protocol/rest/classrooms.ts';
import type { LessonKind } from '../../signaling/protocol/seats.ts';

/** Tables of the school's year and its weekly timetable, as in `schema.ts`. */
export interface TimetableEntryTable {
  entry_id: string;
  school_id: SchoolId;
  kind: LessonKind;
  title: string;
  subject: string | null;
  lecturer_id: PersonId;
  weekday: number;
  weeks: Weeks;
  /** Its times are the period's, or else its own. */
  period: number | null;
  start_time: string | null;
  end_time: string | null;
  /** Its dates are the term's, or else its own. */
  term_id: TermId | null;
  first_date: string | null;
  last_date: string | null;
}

export interface TermTable {
  term_id: TermId;
  /** Null: of the district. */
  school_id: SchoolId | null;
  name: string;
  first_date: string;
  last_date: string;
}

export interface SpecialDayTable {
  special_day_id: SpecialDayId;
  school_id: SchoolId | null;
  name: string;
  first_date: string;
  last_date: string;
  follows_weekday: number | null;
}

export interface PeriodTable {
  school_id: SchoolId;
  number: number;
  start_time: string;
  end_time: string;
}

interface CalendarFeedTable {
  feed_id: FeedId;
  token_hash: string;
  created_by: PersonId;
  class_group_id: ClassGroupId | null;
  classroom_id: ClassroomId | null;
  created_at: Date;
  read_at: Date | null;
}

/** Which event of a calendar file a lesson was made from, and in which revision; `is_cancelled`: a file has cancelled it since. */
interface ImportedLessonTable {
  school_id: SchoolId;
  uid: string;
  occurrence: string;
  lesson_id: LessonId;
  is_cancelled: Generated<boolean>;
  sequence: Generated<number>;
}

export interface TimetableTables {
  timetable_entries: TimetableEntryTable;
  timetable_class_groups: { entry_id: string; class_group_id: ClassGroupId };
  timetable_classrooms: { entry_id: string; classroom_id: ClassroomId };
  terms: TermTable;
  special_days: SpecialDayTable;
  periods: PeriodTable;
  calendar_feeds: CalendarFeedTable;
  imported_lessons: ImportedLessonTable;
  timetable_due: { school_id: SchoolId; since: Date };
}
