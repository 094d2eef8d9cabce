import type { ColumnType, Generated, Selectable } from 'kysely';
import type {
  ClassGroupId,
  ClassroomId,
  InvitationId,
  LessonId,
  MessageId,
  PairingId,
  PersonId,
  PollId,
  RecordingId,
  RecordingLinkId,
  RemarkId,
  RequestId,
  SchoolId,
  SeatId,
  SiteId,
} from '../../signaling/protocol/ids.ts';
import type { Edition } from '../../signaling/protocol/edition.ts';
import type { PollQuestion, PollState } from '../../signaling/protocol/polls.ts';
import type { SchoolSettings } from '../../signaling/protocol/rest/directory.ts';
import type {
  RecordingPhase,
  RecordingTextKind,
  RecordingVisibility,
} from '../../signaling/protocol/rest/recordings.ts';
import type { LessonState } from '../../signaling/protocol/rest/shapes.ts';
import type { Role } from '../../signaling/protocol/roles.ts';
import type { LessonKind, LessonOrigin, SeatKind } from '../../signaling/protocol/seats.ts';
import type { RollMark } from '../ports/attendance-store.ts';
import type { AuditActor } from '../ports/audit-store.ts';
import type { EditionViews } from '../ports/edition-store.ts';
import type { OwnField } from '../ports/lesson-store.ts';
import type { ComposedFilm, RemovalCause } from '../ports/recording-store.ts';
import type { InsightTables } from './insight-tables.ts';
import type { OrderTables } from './order-tables.ts';
import type { CoursewareTable } from './courseware-table.ts';
import type { SiteTable, SitePhoneTable, SiteReportTable } from './site-tables.ts';
import type { TimetableTables } from './timetable-tables.ts';
import type { CaptionVersionTable, RemarkTable, WatchTable } from './watcher-tables.ts';

/**
 * Tables as the migrations make them, for Kysely. Instants are `timestamptz` ↔ `Date` here and epoch milliseconds
 * everywhere else; JSON is written as text, since the two drivers make different things of arrays.
 */
export type Json<T> = ColumnType<T, string, string>;
type Defaulted<T> = Generated<T>;

export interface DistrictTable {
  only_one: Defaulted<boolean>;
  name: string;
}

export interface SchoolTable {
  school_id: SchoolId;
  name: string;
  short_name: string;
  region: string;
  time_zone: string;
  settings: Json<Partial<SchoolSettings>>;
  /** When the time that recordings are kept was last set otherwise. */
  retention_changed_at: Date | null;
}

export interface ClassGroupTable {
  class_group_id: ClassGroupId;
  school_id: SchoolId;
  grade: string;
  name: string;
  /** Made by the database: 三年级 + 一班, or the name alone when it says its grade itself. */
  full_name: ColumnType<string, never, never>;
  /** Kept for the lessons of the past. */
  deleted_at: Date | null;
}

export interface PersonTable {
  person_id: PersonId;
  /** Lower case. */
  account: string;
  display_name: string;
  school_id: SchoolId | null;
  class_group_id: ClassGroupId | null;
  student_number: string | null;
  password_hash: string;
  must_change_password: boolean;
  is_active: Defaulted<boolean>;
}

export interface RoleGrantTable {
  person_id: PersonId;
  role: Role;
  school_id: SchoolId | null;
}

export interface GuardianshipTable {
  guardian_id: PersonId;
  ward_id: PersonId;
}

export interface ClassroomTable {
  classroom_id: ClassroomId;
  school_id: SchoolId;
  name: string;
  deleted_at: Date | null;
}

export interface PairingTable {
  pairing_id: PairingId;
  lecturing_school_id: SchoolId;
  listening_school_id: SchoolId;
}

export interface LessonTable {
  lesson_id: LessonId;
  kind: LessonKind;
  title: string;
  subject: string | null;
  school_id: SchoolId;
  lecturer_id: PersonId;
  starts_at: Date;
  ends_at: Date;
  state: LessonState;
  started_at: Date | null;
  ended_at: Date | null;
  is_recorded: boolean;
  entry_id: string | null;
  /** The local date that the entry has it on, wherever it was moved to. */
  entry_date: string | null;
  own_fields: ColumnType<OwnField[], string | undefined, string>;
  origin: Defaulted<LessonOrigin>;
}

export interface InvitationTable {
  invitation_id: InvitationId;
  lesson_id: LessonId;
  token_hash: string;
  label: string;
  seat: 'guardian' | 'guest';
  ward_id: PersonId | null;
  created_by: PersonId;
  created_at: Date;
  expires_at: Date;
  max_uses: number | null;
  revoked_at: Date | null;
}

export interface SessionTable {
  token_hash: string;
  person_id: PersonId | null;
  site_id: SiteId | null;
  created_at: Date;
  expires_at: Date;
  seen_at: Date;
}

export interface SeatTable {
  seat_id: SeatId;
  lesson_id: LessonId;
  person_id: PersonId | null;
  site_id: SiteId | null;
  guest_key_hash: string | null;
  invitation_id: InvitationId | null;
  seat: SeatKind;
  display_name: string;
  school_name: string | null;
  ward_name: string | null;
  created_at: Date;
  admitted_at: Date | null;
  is_kept_out: Defaulted<boolean>;
}

export interface ChatMessageTable {
  message_id: MessageId;
  lesson_id: LessonId;
  seat_id: SeatId;
  request_id: RequestId;
  display_name: string;
  seat: SeatKind;
  body: string;
  sent_at: Date;
}

export interface PollTable {
  poll_id: PollId;
  lesson_id: LessonId;
  asked_by: SeatId;
  question: Json<PollQuestion>;
  state: PollState;
  /** Of an anonymous question, until the lesson ends. */
  ballot_key: string | null;
  created_at: Date;
  opened_at: Date | null;
  closed_at: Date | null;
  changed_at: Date;
}

export interface PollAnswerTable {
  poll_id: PollId;
  /** The seat, or of an anonymous question what cannot be led back to it. */
  voter: string;
  seat_id: SeatId | null;
  choices: Json<number[]>;
  body: string | null;
  answered_at: Date;
}

export interface RecordingTable {
  recording_id: RecordingId;
  lesson_id: LessonId;
  title: string;
  phase: RecordingPhase;
  /** Integer microseconds; below 2^53 until the year 2255. */
  started_at_unix_us: number;
  started_at: Date;
  ended_at: Date | null;
  duration_ms: number | null;
  views_index_key: string | null;
  film: Json<StoredFilm | null> | null;
  progress: number | null;
  seconds_left: number | null;
  failure: string | null;
  allows_download: boolean;
  visibility: RecordingVisibility;
  edition: ColumnType<Edition, string | undefined, string>;
  edition_version: Defaulted<number>;
  edition_shown_from: Defaulted<number>;
  edition_same_from: Defaulted<number>;
  edition_views: Json<EditionViews | null> | null;
  /** The school that answers for it: the lesson's, or of a copy the one that was given it. */
  school_id: SchoolId;
  /** The lecturer; of a copy nobody but the school's administrators. */
  manager_id: PersonId | null;
  subject: string | null;
  description: Defaulted<string>;
  grade: string | null;
  series: string | null;
  /** Null: a draft. */
  published_at: Date | null;
  /** Of a copy: whose media it plays. */
  origin_id: RecordingId | null;
  /** Gone for people; its media go as soon as nothing needs them. */
  removed_at: Date | null;
  removed_because: RemovalCause | null;
  hold_reason: string | null;
  held_by: PersonId | null;
  held_at: Date | null;
}

/** Films from before editions do not say which one they are of: the first. */
export type StoredFilm = Omit<ComposedFilm, 'editionVersion'> & Partial<Pick<ComposedFilm, 'editionVersion'>>;

export interface RecordingEditionTable {
  recording_id: RecordingId;
  version: number;
  edition: Json<Edition>;
  saved_at: Date;
  saved_by: PersonId | null;
}

export interface RecordingErasureTable {
  recording_id: RecordingId;
  seat_id: SeatId;
  ordered_at: Date;
  ordered_by: PersonId | null;
  done_at: Date | null;
}

export interface RecordingLinkTable {
  link_id: RecordingLinkId;
  recording_id: RecordingId;
  token_hash: string;
  label: string;
  allows_download: boolean;
  created_by: PersonId;
  created_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  opened_count: Defaulted<number>;
  opened_at: Date | null;
}

export interface RecordingTextTable {
  recording_id: RecordingId;
  kind: RecordingTextKind;
  language: string;
  at_ms: number;
  body: string;
  /** See `gramsOf`. */
  grams: string[];
}

export interface UploadTable {
  upload_id: RecordingId;
  owner_id: PersonId;
  school_id: SchoolId;
  title: string;
  subject: string | null;
  class_group_ids: Json<ClassGroupId[]>;
  file_name: string;
  bytes: number;
  created_at: Date;
  touched_at: Date;
  finished_at: Date | null;
}

export interface Database extends InsightTables, OrderTables, TimetableTables {
  district: DistrictTable;
  schools: SchoolTable;
  class_groups: ClassGroupTable;
  persons: PersonTable;
  role_grants: RoleGrantTable;
  guardianships: GuardianshipTable;
  classrooms: ClassroomTable;
  sites: SiteTable;
  site_reports: SiteReportTable;
  site_phones: SitePhoneTable;
  pairings: PairingTable;
  lessons: LessonTable;
  lesson_co_teachers: { lesson_id: LessonId; person_id: PersonId };
  lesson_class_groups: { lesson_id: LessonId; class_group_id: ClassGroupId };
  lesson_classrooms: { lesson_id: LessonId; classroom_id: ClassroomId };
  invitations: InvitationTable;
  invitation_uses: { invitation_id: InvitationId; guest_key_hash: string };
  sessions: SessionTable;
  seats: SeatTable;
  stays: { lesson_id: LessonId; seat_id: SeatId; joined_at: Date; left_at: Date | null };
  roll_marks: { lesson_id: LessonId; person_id: PersonId; state: RollMark['state'] };
  chat_messages: ChatMessageTable;
  polls: PollTable;
  poll_answers: PollAnswerTable;
  courseware: CoursewareTable;
  recordings: RecordingTable;
  recording_editions: RecordingEditionTable;
  recording_erasures: RecordingErasureTable;
  recording_links: RecordingLinkTable;
  recording_texts: RecordingTextTable;
  uploads: UploadTable;
  playback_positions: { person_id: PersonId; recording_id: RecordingId; position_ms: number; saved_at: Date };
  watching: WatchTable;
  remarks: RemarkTable;
  remark_answers: { remark_id: RemarkId; author_id: PersonId; body: string; answered_at: Date };
  caption_versions: CaptionVersionTable;
  audit_log: AuditTable;
  settings: { name: string; value: Json<unknown> };
}

export interface AuditTable {
  audit_id: Generated<number>;
  at: Date;
  actor_kind: AuditActor['kind'];
  actor_id: string | null;
  action: string;
  target_id: string | null;
  school_id: SchoolId | null;
  address: string | null;
  details: Json<Record<string, unknown>>;
}

export type SeatRow = Selectable<SeatTable>;
