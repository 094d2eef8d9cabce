/**
 * What the rest of the system may ask of storage, in its own words. One contract suite per port runs on every adapter:
 * `tests/contract/object-store.test.ts` (directory, MinIO) and `tests/contract/stores*.test.ts` (PGlite, PostgreSQL).
 */
import type { ActivityStore } from './ports/activity-store.ts';
import type { AttendanceStore } from './ports/attendance-store.ts';
import type { AuditStore } from './ports/audit-store.ts';
import type { CalendarFeedStore } from './ports/calendar-feed-store.ts';
import type { CalendarStore } from './ports/calendar-store.ts';
import type { CaptionStore } from './ports/caption-store.ts';
import type { ChatStore } from './ports/chat-store.ts';
import type { ClassroomStore } from './ports/classroom-store.ts';
import type { CoverageStore } from './ports/coverage-store.ts';
import type { CoursewareStore } from './ports/courseware-store.ts';
import type { DirectoryStore } from './ports/directory-store.ts';
import type { EditionStore } from './ports/edition-store.ts';
import type { InspectionStore } from './ports/inspection-store.ts';
import type { ImportedLessonStore } from './ports/imported-lesson-store.ts';
import type { InvitationStore } from './ports/invitation-store.ts';
import type { LessonStore } from './ports/lesson-store.ts';
import type { PollStore } from './ports/poll-store.ts';
import type { RecordingLinkStore } from './ports/recording-link-store.ts';
import type { RecordingStore } from './ports/recording-store.ts';
import type { RecordingTextStore } from './ports/recording-text-store.ts';
import type { RemarkStore } from './ports/remark-store.ts';
import type { ReportStore } from './ports/report-store.ts';
import type { SeatStore } from './ports/seat-store.ts';
import type { SessionStore } from './ports/session-store.ts';
import type { SettingStore } from './ports/setting-store.ts';
import type { SiteStore } from './ports/site-store.ts';
import type { TimetableStore } from './ports/timetable-store.ts';
import type { UploadStore } from './ports/upload-store.ts';
import type { WatchStore } from './ports/watch-store.ts';
import type { WordStore } from './ports/word-store.ts';

export type * from './objects/object-store.ts';
export type * from './ports/activity-store.ts';
export type * from './ports/attendance-store.ts';
export type * from './ports/audience.ts';
export type * from './ports/audit-store.ts';
export type * from './ports/calendar-feed-store.ts';
export type * from './ports/calendar-store.ts';
export type * from './ports/caption-store.ts';
export type * from './ports/chat-store.ts';
export type * from './ports/classroom-store.ts';
export type * from './ports/coverage-store.ts';
export type * from './ports/courseware-store.ts';
export type * from './ports/directory-store.ts';
export type * from './ports/edition-store.ts';
export type * from './ports/inspection-store.ts';
export type * from './ports/invitation-store.ts';
export type * from './ports/lesson-store.ts';
export type * from './ports/poll-store.ts';
export type * from './ports/recording-link-store.ts';
export type * from './ports/recording-store.ts';
export type * from './ports/recording-text-store.ts';
export type * from './ports/remark-store.ts';
export type * from './ports/report-store.ts';
export type * from './ports/seat-store.ts';
export type * from './ports/session-store.ts';
export type * from './ports/imported-lesson-store.ts';
export type * from './ports/setting-store.ts';
export type * from './ports/site-store.ts';
export type * from './ports/timetable-store.ts';
export type * from './ports/upload-store.ts';
export type * from './ports/watch-store.ts';
export type * from './ports/word-store.ts';

/** Everything in the database. Only signaling holds it. */
export interface Stores {
  readonly directory: DirectoryStore;
  readonly classrooms: ClassroomStore;
  readonly sites: SiteStore;
  readonly calendar: CalendarStore;
  readonly calendarFeeds: CalendarFeedStore;
  readonly timetable: TimetableStore;
  readonly importedLessons: ImportedLessonStore;
  readonly lessons: LessonStore;
  readonly sessions: SessionStore;
  readonly coverage: CoverageStore;
  readonly inspection: InspectionStore;
  readonly invitations: InvitationStore;
  readonly seats: SeatStore;
  readonly activity: ActivityStore;
  readonly attendance: AttendanceStore;
  readonly chat: ChatStore;
  readonly polls: PollStore;
  readonly courseware: CoursewareStore;
  readonly recordings: RecordingStore;
  readonly editions: EditionStore;
  readonly recordingLinks: RecordingLinkStore;
  readonly recordingTexts: RecordingTextStore;
  readonly remarks: RemarkStore;
  readonly uploads: UploadStore;
  readonly watching: WatchStore;
  readonly captions: CaptionStore;
  readonly reports: ReportStore;
  readonly words: WordStore;
  readonly audit: AuditStore;
  readonly settings: SettingStore;
  /**
   * All that `work` does with the stores it is given, or none of it. Only for work of a few milliseconds, and only with
   * those stores: on the embedded database everybody else waits meanwhile. After an error nothing more can be done in it.
   */
  atomically<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
}
